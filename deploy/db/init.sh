#!/bin/sh
# Makes roles and database at the first start of the cluster; the image runs it as the cluster's superuser.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --set=owner_password="$OWNER_PASSWORD" --set=app_password="$APP_PASSWORD" \
    --file="${ROLES_SQL:-/docker-entrypoint-initdb.d/roles.sql.in}"
