# The page behind TLS. Built from the repository's root: docker compose build web
FROM node:20-bookworm-slim AS build
WORKDIR /src/frontend
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend ./
COPY docs/manual /src/docs/manual
RUN npm run build

FROM nginx:1.28-bookworm
COPY deploy/web/headers.conf /etc/nginx/bihuan/headers.conf
COPY deploy/web/proxy.conf /etc/nginx/bihuan/proxy.conf
COPY deploy/web/bihuan.conf /etc/nginx/conf.d/default.conf
COPY --from=build /src/frontend/dist /usr/share/nginx/html
EXPOSE 80 443
