#!/bin/sh
# budgets_test.sh CMAKE BUDGETS FOLDER IMAGE CORE NM SIZE OBJCOPY: the budgets are kept, and whatever breaks one is noticed.
set -eu
cmake=$1 budgets=$2 folder=$3 name=$4 core=$5 nm=$6 size=$7 objcopy=$8
flash=65536 ram=8192

check() {
  "$cmake" "-DIMAGES=$name=$core=$flash=$ram" "-DFOLDER=$folder" "-DNM=$nm" "-DSIZE=$size" "$@" -P "$budgets" 2>&1
}
noticed() {
  what=$1
  shift
  if said=$(check "$@"); then
    echo "not noticed: $what"
    exit 1
  fi
  echo "$said" | grep -q -e "$what" || {
    echo "noticed, but not as '$what': $said"
    exit 1
  }
}

check
# The sections are all that is flashed, but for what aligns them.
sections=$(check | sed -nE "s/^$name//p" | awk '{ print $1 + $2 + $3 + $4 + $5 + $8 }')
flashed=$(wc -c <"$folder/$name.bin")
[ "$flashed" -ge "$sections" ] && [ "$flashed" -le $((sections + 32)) ] || {
  echo "the sections have $sections bytes, and $flashed are flashed"
  exit 1
}

# A byte less than there is, of each.
of() { check | sed -nE "s/^$1( +[0-9]+){8} +([0-9]+) +([0-9]+)$/\\$2/p"; }
noticed "$core has .* bytes of flash, more than" "-Dmost_core_flash=$(($(of "$core" 2) - 1))"
noticed "$core has .* bytes of RAM, more than" "-Dmost_core_ram=$(($(of "$core" 3) - 1))"
least_flash=$(($(of "$name" 2) - 1)) least_ram=$(($(of "$name" 3) - 1))
flash=$least_flash
noticed "$name has .* bytes of flash, more than $least_flash"
flash=65536 ram=$least_ram
noticed "$name has .* bytes of RAM, more than $least_ram"
ram=8192

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$folder/$name.elf" "$folder/$name.bin" "$folder/$core.elf" "$scratch"
folder=$scratch
for file in "$name" "$core"; do
  cp "$scratch/$file.elf" "$scratch/original"
  for symbol in malloc _malloc_r free _sbrk _Znwj _Znaj _ZdlPvj _ZdaPv _ZnwjRKSt9nothrow_t; do
    "$objcopy" --add-symbol "$symbol=.text:0,function" "$scratch/original" "$scratch/$file.elf"
    noticed "$file has a heap: $symbol"
  done
  "$objcopy" --strip-all "$scratch/original" "$scratch/$file.elf"
  noticed "$file has no symbols"
  cp "$scratch/original" "$scratch/$file.elf"
done
