#!/bin/sh
# Which lines and branches of the drivers ran over the model of their chip, by file: of the preset `coverage`, after its test.
#
#   cmake --preset coverage && cmake --build build/coverage --target test_usart && build/coverage/tests/firmware/usart/test_usart
#   tests/firmware/usart/coverage.sh [build/coverage [FILE…]]
#
# Without names: card, clock, power and watchdog of each family. Fails where a line or a branch did not run; then it is shown.
set -eu
build=${1:-build/coverage}
[ $# -eq 0 ] || shift
files=${*:-card clock power watchdog}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
missing=0

for folder in "$build"/tests/firmware/usart/CMakeFiles/*_on_model.dir; do
  family=${folder##*/}
  family=${family%_on_model.dir}
  for file in $files; do
    object=$(find "$folder" -path "*/boards/$family/$file.cpp.gcda")
    [ -n "$object" ] || {
      echo "$family/$file.cpp: no test has run it; build and run test_usart of the preset coverage"
      missing=1
      continue
    }
    object=$(realpath "$object")
    (cd "$scratch" && gcov --branch-probabilities --branch-counts "$object") >"$scratch/said" 2>/dev/null
    awk -v name="$family/$file.cpp" -v end="boards/$family/$file.cpp'" '
      /^File / { mine = index($0, end) > 0 }
      mine && /^Lines executed/ { lines = $0 }
      mine && /^Taken at least once/ { branches = $0 }
      END {
        sub(/^.*executed:/, "", lines); sub(/^.*once:/, "", branches)
        printf "%-24s lines %-18s branches %s\n", name, lines, branches
      }' "$scratch/said"
    awk '/^ *[^ :]+: *[0-9]+:/ { line = $0 } /#####:/ || /^branch/ && (/ taken 0/ || / never /) { print "  " line }' \
      "$scratch/$file.cpp.gcov" | sort -u >"$scratch/not"
    [ ! -s "$scratch/not" ] || missing=1
    cat "$scratch/not"
  done
done
exit $missing
