#!/bin/sh
# Backs up database and files, while the service runs. As root: backup.sh FOLDER
# The database first: a row names only files that are there already, and a file is never changed.
set -eu
settings="${SETTINGS:-/etc/bihuan}"
target="${1:?用法：backup.sh 目标文件夹}"
set -a
. "$settings/bihuan.env"
. "$settings/migrate.env"
set +a

umask 077
folder="$target/bihuan-$(date +%Y%m%d-%H%M%S)"
mkdir -p "$folder"
pg_dump --format=custom --no-password --file="$folder/database.dump" "$BIHUAN_OWNER_URL"
# Half-received files and a PostgreSQL of the program's own are not files of the house.
tar --create --gzip --file="$folder/files.tar.gz" --directory="$BIHUAN_DATA_DIR" \
    --exclude=./blobs/incoming --exclude=./postgres --exclude=./node_modules --warning=no-file-changed .
cp "$settings/bihuan.env" "$settings/migrate.env" "$folder/"
(cd "$folder" && sha256sum database.dump files.tar.gz bihuan.env migrate.env >SHA256SUMS)
printf '%s\n' "$folder"
