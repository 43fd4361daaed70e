# lib/fuzz.sh - runs fuzz targets and says what came of it. Expects to be in the checkout; logs and crashes: .build/logs
# shellcheck shell=bash

fuzz_programs=.build/fuzz/fuzz

build_fuzzers() {
  cmake -S . -B .build/fuzz -G Ninja -DCMAKE_BUILD_TYPE=Fuzz -DCMAKE_C_COMPILER=clang -DTP_TESTS=ON && cmake --build .build/fuzz -j "$(nproc)"
}

fuzz_targets() {
  find "$fuzz_programs" -maxdepth 1 -name 'fuzz_*' -type f -executable -printf '%f\n' 2> /dev/null | sed 's/^fuzz_//' | sort
}

# fuzz_one TARGET SECONDS - what is found stays in .build/corpus for the next time; fails when an input breaks the target.
fuzz_one() {
  mkdir -p ".build/corpus/$1" "tests/fuzz/corpus/$1" .build/logs
  rm -f ".build/logs/fuzz_$1-"*
  local TIMEFORMAT='%U %S'
  { time "$fuzz_programs/fuzz_$1" -max_total_time="$2" -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
    -artifact_prefix=".build/logs/fuzz_$1-" ".build/corpus/$1" "tests/fuzz/corpus/$1" > ".build/logs/fuzz_$1.log" 2>&1; } 2> ".build/logs/fuzz_$1.cpu"
}

# fuzz_figures TARGET - one line: runs, runs a second, edges of the code that were reached, CPU seconds, what was broken.
fuzz_figures() {
  local log=.build/logs/fuzz_$1.log runs speed cov broken
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  speed=$(sed -n 's/^stat::average_exec_per_sec: *//p' "$log")
  cov=$(grep -aoE '\bcov: [0-9]+' "$log" | tail -n 1 | cut -d' ' -f2)
  broken=$(find .build/logs -maxdepth 1 -name "fuzz_$1-*" | wc -l)
  printf '%-8s %10s runs %7s/s %6s edges %6s CPU s %3s broken\n' "$1" "${runs:-?}" "${speed:-?}" "${cov:-?}" "$(awk '{ print int($1 + $2) }' ".build/logs/fuzz_$1.cpu")" "$broken"
}

# fuzz_keep TARGET - adds to the corpus in tests what reaches more of the code than the corpus does.
fuzz_keep() {
  "$fuzz_programs/fuzz_$1" -merge=1 -use_counters=0 -timeout=5 "tests/fuzz/corpus/$1" ".build/corpus/$1" > ".build/logs/fuzz_$1-merge.log" 2>&1
}
