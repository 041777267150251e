#!/bin/sh
# Installs or upgrades from the folder it lies in. As root: ./install.sh
# A program that is there already keeps its settings and data; the one before stays beside it, to go back to.
set -eu
cd "$(dirname "$0")"
root="${DESTDIR:-}"

say() { printf '%s\n' "$*" >&2; }

[ -n "$root" ] || [ "$(id -u)" = 0 ] || { say "请以 root 运行"; exit 1; }
sha256sum --check --quiet SHA256SUMS || { say "文件与清单不符，请重新拷贝"; exit 1; }
version="$(./bihuan --version | cut -d' ' -f2)"

if [ -z "$root" ] && ! id bihuan >/dev/null 2>&1; then
    useradd --system --home-dir /var/lib/bihuan --shell /usr/sbin/nologin bihuan
fi

release="/opt/bihuan/$version"
mkdir -p "$root/opt/bihuan" "$root/etc/bihuan" "$root/etc/systemd/system"
rm -rf "$root$release.new"
mkdir "$root$release.new"
cp -r . "$root$release.new/"
rm -rf "$root$release"
mv "$root$release.new" "$root$release"

if [ -z "$root" ] && ! id bihuan-signer >/dev/null 2>&1; then
    useradd --system --home-dir /var/lib/bihuan-signer --shell /usr/sbin/nologin bihuan-signer
fi

for name in bihuan.env migrate.env signer.env; do
    if [ ! -e "$root/etc/bihuan/$name" ]; then
        install -m 600 "$name.example" "$root/etc/bihuan/$name"
        say "请填写 /etc/bihuan/$name"
    fi
done
install -m 644 bihuan.service bihuan-signer.service bihuan-backup.service bihuan-backup.timer "$root/etc/systemd/system/"
mkdir -p "$root/var/backups/bihuan"
chmod 700 "$root/var/backups/bihuan"
[ -n "$root" ] || chown bihuan: /var/backups/bihuan

# The schema first: the program that still runs can live with the new one. Nothing is exchanged when this fails.
if grep -q '^BIHUAN_OWNER_URL=.*:密码@' "$root/etc/bihuan/migrate.env"; then
    say "填好 migrate.env 后再运行一次 install.sh，以建立数据库结构"
elif ! (set -a && . "$root/etc/bihuan/migrate.env" && exec "$root$release/bihuan" migrate); then
    say "数据库结构没有升级，程序未更换"
    exit 1
fi

if [ -L "$root/opt/bihuan/current" ]; then
    before="$(readlink "$root/opt/bihuan/current")"
    [ "$before" = "$version" ] || ln -sfn "$before" "$root/opt/bihuan/previous"
fi
ln -sfn "$version" "$root/opt/bihuan/current"
if [ -z "$root" ]; then
    systemctl daemon-reload
    systemctl enable bihuan
    # Begins with the next start, or by hand: systemctl start bihuan-backup.timer
    systemctl enable bihuan-backup.timer
    ! systemctl is-active --quiet bihuan || systemctl restart bihuan
    ! systemctl is-active --quiet bihuan-signer || systemctl restart bihuan-signer
fi
say "已安装 $version"
