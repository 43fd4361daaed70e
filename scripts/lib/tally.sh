# lib/tally.sh - steps of scripts/test: each runs to its end whatever happened before, has a log, and adds to one sum.
# shellcheck shell=bash

passed=0
failed=0
skipped=0

# add STEP PASSED FAILED [SKIPPED] - a failed step shows the end of its log.
add() {
  local word=ok
  [ "$3" = 0 ] || word=FAIL
  printf '%-4s %-24s %4s passed %3s failed  %3ss\n' "$word" "$1" "$2" "$3" "$((SECONDS - step_began))"
  [ "$3" = 0 ] || sed 's/^/     | /' < <(grep -vE '^(ok|\[ +OK|\[ RUN)' "$log" | tail -n "${TAIL:-60}")
  passed=$((passed + $2))
  failed=$((failed + $3))
  skipped=$((skipped + ${4:-0}))
}

begin() {
  log=$logs/$1.log
  step_began=$SECONDS
}

# one STEP COMMAND... - a step that is one test: its exit code.
one() {
  local step=$1
  shift
  begin "$step"
  if "$@" > "$log" 2>&1; then add "$step" 1 0; else add "$step" 0 1; fi
}

# summed STEP COMMAND... - a step whose output ends with `WORD: N passed, N failed[, N skipped]`.
summed() {
  local step=$1 code=0 line
  shift
  begin "$step"
  "$@" > "$log" 2>&1 || code=$?
  line=$(grep -oE '[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$' "$log" | tail -n 1)
  read -r good bad left < <(tr -dc '0-9 \n' <<< "$line") || true
  if [ -z "$line" ] || { [ "$code" != 0 ] && [ "${bad:-0}" = 0 ]; }; then bad=$((${bad:-0} + 1)); fi
  add "$step" "${good:-0}" "${bad:-0}" "${left:-0}"
}

# cmocka STEP COMMAND... - a run of ctest over cmocka programs; a program that dies counts as one failed test.
cmocka() {
  local step=$1 good bad programs
  shift
  begin "$step"
  "$@" > "$log" 2>&1 || true
  good=$(awk '/\[  PASSED  \] [0-9]+ test/ { for (i = 1; i < NF; i++) if ($i == "PASSED") sum += $(i + 2) } END { print sum + 0 }' "$log")
  bad=$(awk '/\[  FAILED  \] [0-9]+ test/ { for (i = 1; i < NF; i++) if ($i == "FAILED") sum += $(i + 2) } END { print sum + 0 }' "$log")
  programs=$(sed -nE 's/.* ([0-9]+) tests? failed out of [0-9]+.*/\1/p' "$log" | tail -n 1)
  if [ "${programs:-0}" -gt "$bad" ]; then bad=$programs; fi
  if ! grep -q 'tests passed' "$log"; then bad=$((bad + 1)); fi
  add "$step" "$good" "$bad"
}
