#!/bin/sh
# budgets_test.sh CMAKE BUDGETS FOLDER IMAGE NM OBJCOPY: the budgets are kept, and whatever breaks one is noticed.
set -eu
cmake=$1 budgets=$2 folder=$3 name=$4 nm=$5 objcopy=$6

check() { "$cmake" "-DIMAGES=$name" "-DFOLDER=$folder" "-DNM=$nm" "$@" -P "$budgets" 2>&1; }
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
noticed 'bytes of flash, more than' -Dmost_image=20000
noticed 'bytes of RAM, more than' -Dmost_ram=2000

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp "$folder/$name.elf" "$folder/$name.bin" "$scratch"
original=$scratch/$name.elf
folder=$scratch
cp "$original" "$scratch/original"
for symbol in malloc _malloc_r free _sbrk _Znwj _Znaj _ZdlPvj _ZdaPv _ZnwjRKSt9nothrow_t; do
  "$objcopy" --add-symbol "$symbol=.text:0,function" "$scratch/original" "$original"
  noticed "has a heap: $symbol"
done
"$objcopy" --strip-all "$scratch/original" "$original"
noticed 'has no symbol'
