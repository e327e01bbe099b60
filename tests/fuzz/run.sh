#!/bin/sh
# tests/fuzz/run.sh [SECONDS_EACH [TARGET…]]: runs every fuzz target, or those, for so long (an hour), as many at once as
# there are cores. What each finds of interest stays in build/fuzz/corpus for the next run, what breaks it in
# build/fuzz/found, what it says in build/fuzz/log. In the end a table.
#
# Exit status: 0 nothing was found; 1 something was; 2 usage, or no such target; 3 the targets cannot be built.
set -u
top=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd)
cd "$top" || exit 3
seconds=${1:-3600}
[ $# -eq 0 ] || shift
case $seconds in '' | *[!0-9]* | 0*) echo "run.sh: SECONDS_EACH is a number of seconds, not '$seconds'" >&2; exit 2 ;; esac

bin=build/asan/tests/fuzz
out=build/fuzz
[ -f build/asan/build.ninja ] || cmake --preset asan >/dev/null || exit 3
wanted=${*:-$(cut -d ' ' -f 1 "$bin/targets.txt")}
for name in $wanted; do
  grep -q "^$name " "$bin/targets.txt" || { echo "run.sh: there is no target $name" >&2; exit 2; }
done
# shellcheck disable=SC2086,SC2046 # names without blanks
.ci/build asan $(printf 'fuzz_%s ' $wanted) || exit 3
mkdir -p $out/found $out/log

# One target: NAME. libFuzzer ends with another status than 0 where it has found something.
one='
  name=$1 seconds=$2 bin=$3 out=$4
  line=$(grep "^$name " "$bin/targets.txt")
  max_len=$(echo "$line" | cut -d " " -f 2)
  seeds=$(echo "$line" | cut -d " " -f 3)
  mkdir -p "$out/corpus/$name"
  "$bin/fuzz_$name" -max_total_time="$seconds" -max_len="$max_len" -seed_inputs="$seeds" -print_final_stats=1 \
    -artifact_prefix="$out/found/$name-" "$out/corpus/$name" >"$out/log/$name" 2>&1
  echo $? >"$out/log/$name.status"
'
# shellcheck disable=SC2086
printf '%s\n' $wanted | xargs -P "$(nproc)" -I NAME sh -c "$one" sh NAME "$seconds" "$bin" "$out"

printf '%-16s %14s %10s %8s  %s\n' target executions "a second" edges found
found=0
for name in $wanted; do
  log=$out/log/$name
  stat() { sed -n "s/^stat::$1: *//p" "$log"; }
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
  what=-
  if [ "$(cat "$log.status")" != 0 ]; then
    found=1
    what=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    what=${what:-see $log}
  fi
  printf '%-16s %14s %10s %8s  %s\n' "$name" "$(stat number_of_executed_units)" "$(stat average_exec_per_sec)" \
    "${edges:--}" "$what"
done
exit $found
