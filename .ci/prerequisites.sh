# Sourced by ./simrun and ./check: what a machine needs before anything can be built.

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 70
}

system_packages="libgmp-dev libzstd-dev libminizip-dev libexpat1-dev zlib1g-dev libsqlite3-dev"

# Names of the system packages that are not installed, each followed by a blank.
missing_packages() {
  local name
  if command -v dpkg-query > /dev/null; then
    for name in $system_packages; do
      dpkg-query -W -f='${Status}' "$name" 2> /dev/null | grep -q 'ok installed' || printf '%s ' "$name"
    done
  else
    # Not a Debian: the headers decide.
    for name in gmp:libgmp-dev zstd:libzstd-dev minizip/zip:libminizip-dev zlib:zlib1g-dev expat:libexpat1-dev sqlite3:libsqlite3-dev; do
      [ -e "/usr/include/${name%%:*}.h" ] || printf '%s ' "${name#*:}"
    done
  fi
}

# Installs the missing system packages where that needs no password; otherwise says what to run.
require_packages() {
  local missing run
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  missing=${missing% }
  if [ "$(id -u)" = 0 ]; then
    run=""
  elif command -v sudo > /dev/null && sudo -n true 2> /dev/null; then
    run="sudo -n"
  else
    run="none"
  fi
  if [ "$run" = none ] || ! command -v apt-get > /dev/null; then
    printf 'simrun needs system packages that are not installed. Run:\n\n' >&2
    printf '  sudo apt-get update && sudo apt-get install -y %s\n\n' "$missing" >&2
    exit 70
  fi
  printf 'installing %s\n' "$missing" >&2
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086
  if ! { $run env DEBIAN_FRONTEND=noninteractive apt-get update &&
    $run env DEBIAN_FRONTEND=noninteractive apt-get install -y $missing; } < /dev/null > "$log" 2>&1
  then
    cat "$log" >&2
    rm -f "$log"
    fail "apt-get could not install $missing"
  fi
  rm -f "$log"
}

# Installs what only some tests need, where that needs no password; without it they are skipped.
install_optional() {
  local run=""
  command -v "$1" > /dev/null && return 0
  if [ "$(id -u)" != 0 ]; then
    command -v sudo > /dev/null && sudo -n true 2> /dev/null || return 0
    run="sudo -n"
  fi
  command -v apt-get > /dev/null || return 0
  printf 'installing %s\n' "$1" >&2
  { $run env DEBIAN_FRONTEND=noninteractive apt-get update &&
    $run env DEBIAN_FRONTEND=noninteractive apt-get install -y "$1"; } < /dev/null > /dev/null 2>&1 || return 0
}

# Swift 6.3 or newer on the PATH.
require_swift() {
  local version major minor
  version=$(swift --version 2> /dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  major=${version%%.*}
  minor=${version#*.}
  if [ -n "$version" ] && { [ "$major" -gt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -ge 3 ]; }; }; then
    return 0
  fi
  if [ -n "$version" ]; then
    printf 'simrun needs Swift 6.3 or newer; this is Swift %s. Run:\n\n' "$version" >&2
  else
    printf 'simrun needs Swift 6.3 or newer, and there is none on the PATH. Run:\n\n' >&2
  fi
  printf '  curl -sL https://download.swift.org/swiftly/linux/swiftly-%s.tar.gz | tar xz && ' "$(uname -m)" >&2
  printf './swiftly init --assume-yes && . ~/.local/share/swiftly/env.sh\n\n' >&2
  exit 70
}
