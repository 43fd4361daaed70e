# lib/build.sh - the Release build, made only when its sources changed. Expects $top, the checkout.
# shellcheck shell=bash

release=$top/.build/release

# A directory is newer too when a file in it was added or removed.
release_is_current() {
  [ -x "$release/tokenpak" ] && [ -f "$release/.built" ] &&
    [ -z "$(find "$top/CMakeLists.txt" "$top/src" "$top/include" "$top/config" "$top/docs" -newer "$release/.built" -print -quit 2> /dev/null)" ]
}

# The stamp is as old as the begin of the build: what changes while it runs is built the next time.
build_release() {
  # shellcheck source=lib/deps.sh
  . "$top/scripts/lib/deps.sh"
  # shellcheck disable=SC2046
  install_missing $(build_packages)
  mkdir -p "$release"
  touch "$release/.begun"
  echo "building (the first time takes about a minute)" >&2
  if ! { cmake -S "$top" -B "$release" -G Ninja -DCMAKE_BUILD_TYPE=Release && cmake --build "$release" -j "$(nproc)"; } > "$release/build.log" 2>&1; then
    tail -n 40 "$release/build.log" >&2
    echo "the build failed; all of it is in $release/build.log" >&2
    exit 1
  fi
  mv "$release/.begun" "$release/.built"
}
