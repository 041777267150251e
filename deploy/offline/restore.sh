#!/bin/sh
# Puts a backup back into an empty database and an empty data folder. As root, with the service stopped: restore.sh BACKUP
set -eu
settings="${SETTINGS:-/etc/bihuan}"
backup="${1:?用法：restore.sh 备份文件夹}"
set -a
. "$settings/bihuan.env"
. "$settings/migrate.env"
set +a

say() { printf '%s\n' "$*" >&2; }

(cd "$backup" && sha256sum --check --quiet SHA256SUMS) || { say "备份与清单不符"; exit 1; }
[ -z "$(ls -A "$BIHUAN_DATA_DIR" 2>/dev/null)" ] || { say "$BIHUAN_DATA_DIR 不是空的，为免覆盖，先移走再恢复"; exit 1; }
# One transaction: all of it or nothing; a table that is there already stops it.
pg_restore --no-password --single-transaction --exit-on-error --dbname="$BIHUAN_OWNER_URL" "$backup/database.dump"
mkdir -p "$BIHUAN_DATA_DIR"
tar --extract --gzip --file="$backup/files.tar.gz" --directory="$BIHUAN_DATA_DIR"
[ "$(id -u)" != 0 ] || ! id bihuan >/dev/null 2>&1 || chown -R bihuan: "$BIHUAN_DATA_DIR"
say "已恢复，可以启动"
