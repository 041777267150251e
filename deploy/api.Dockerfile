# The program. Built from the repository's root: docker compose build api
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY crates crates
COPY migrations migrations
COPY tests/fixtures tests/fixtures
RUN cargo build --release --locked --package api

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/bihuan --create-home --shell /usr/sbin/nologin bihuan
COPY --from=build /src/target/release/bihuan /usr/local/bin/bihuan
USER bihuan
VOLUME /var/lib/bihuan
EXPOSE 8080
ENTRYPOINT ["bihuan"]
CMD ["serve"]
