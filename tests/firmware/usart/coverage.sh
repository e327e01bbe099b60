#!/bin/sh
# Which lines and branches of the drivers ran over the model of their chip, by file: of the preset `coverage`, after its test.
#
#   cmake --preset coverage && cmake --build build/coverage --target test_usart && build/coverage/tests/firmware/usart/test_usart
#   (and test_usart_l4 and test_usart_l4_quartz likewise)
#   tests/firmware/usart/coverage.sh [build/coverage [FILE…]]
#
# Without names: card, slot, clock, ticks, power and watchdog on each board that was run. Fails where a line or a branch did not run; then it is shown.
set -eu
build=${1:-build/coverage}
[ $# -eq 0 ] || shift
files=${*:-card slot clock ticks power watchdog}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
missing=0

for folder in "$build"/tests/firmware/usart/CMakeFiles/*_on_model.dir; do
  board=${folder##*/}
  board=${board%_on_model.dir}
  for file in $files; do
    object=$(find "$folder" -path "*/boards/*/$file.cpp.gcda")
    [ -n "$object" ] || {
      echo "$board, $file.cpp: no test has run it; build and run its test of the preset coverage"
      missing=1
      continue
    }
    object=$(realpath "$object")
    (cd "$scratch" && gcov --branch-probabilities --branch-counts "$object") >"$scratch/said" 2>/dev/null
    awk -v name="$board $file.cpp" -v end="/$file.cpp'" '
      /^File / { mine = /boards\/stm32/ && index($0, end) > 0 }
      mine && /^Lines executed/ { lines = $0 }
      mine && /^Taken at least once/ { branches = $0 }
      END {
        sub(/^.*executed:/, "", lines); sub(/^.*once:/, "", branches)
        printf "%-32s lines %-18s branches %s\n", name, lines, branches
      }' "$scratch/said"
    awk '/^ *[^ :]+: *[0-9]+:/ { line = $0 } /#####:/ || /^branch/ && (/ taken 0/ || / never /) { print "  " line }' \
      "$scratch/$file.cpp.gcov" | sort -u >"$scratch/not"
    [ ! -s "$scratch/not" ] || missing=1
    cat "$scratch/not"
  done
done
exit $missing
