# lib/deps.sh - Debian packages: asks what is missing and installs just that, in one quiet call of apt-get.
# shellcheck shell=bash

# shellcheck source=/dev/null
debian_release() { . /etc/os-release && printf '%s' "${VERSION_ID:-0}"; }

# Debian 12 has llhttp as header and generated C inside node-llhttp; later releases have the library.
llhttp_package() { if [ "$(debian_release)" = 12 ]; then echo node-llhttp; else echo libllhttp-dev; fi; }

build_packages() {
  echo ca-certificates cmake gcc libbrotli-dev libc6-dev libcjson-dev libcurl4-openssl-dev libsqlite3-dev libssl-dev libuv1-dev \
    libyaml-dev libzstd-dev ninja-build pkg-config uthash-dev zlib1g-dev "$(llhttp_package)"
}

test_packages() {
  build_packages
  echo binutils clang faketime libclang-rt-dev libcmocka-dev llvm python3 python3-pip python3-venv valgrind
  if [ "$(debian_release)" = 12 ]; then echo clang-format; fi
}

lint_packages() {
  build_packages
  echo clang clang-tidy python3
}

# dpkg-query fails when one of them is unknown, which is no failure here.
missing_of() {
  local have
  have=$({ dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2> /dev/null || true; } | awk '$1 == "installed" { print $2 }')
  printf '%s\n' "$@" | grep -vxF "$have" || true
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo > /dev/null; then
    sudo "$@"
  else
    echo "needs root or sudo for: $*" >&2
    return 1
  fi
}

# install_missing PACKAGE... - says what it installs; its output is shown only when it fails.
install_missing() {
  local missing log
  mapfile -t missing < <(missing_of "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get > /dev/null || { echo "please install what Debian calls: ${missing[*]}" >&2; return 1; }
  echo "installing ${#missing[@]} Debian packages: ${missing[*]}" >&2
  log=$(mktemp)
  if ! { as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}
