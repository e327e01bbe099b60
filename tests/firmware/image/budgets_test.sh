#!/bin/sh
# budgets_test.sh CMAKE BUDGETS FOLDER IMAGE SIZE NM CXX: the budgets are kept, and whatever breaks one is noticed.
set -eu
cmake=$1 budgets=$2 folder=$3 image=$4 size=$5 nm=$6 cxx=$7

check() { "$cmake" "-DIMAGES=$name" "-DFOLDER=$where" "-DSIZE=$size" "-DNM=$nm" "$@" -P "$budgets" 2>&1; }
noticed() {
  what=$1
  shift
  if said=$(check "$@"); then
    echo "not noticed: $what"
    exit 1
  fi
  echo "$said" | grep -q "$what" || {
    echo "noticed, but not as '$what': $said"
    exit 1
  }
}

name=$image where=$folder
check >/dev/null
noticed 'bytes of flash, more than' -Dmost_image=20000
noticed 'bytes of RAM, more than' -Dmost_ram=2000

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/heap.cpp" <<'CODE'
extern "C" void* malloc(unsigned size) { return size == 0 ? nullptr : reinterpret_cast<void*>(size); }
extern "C" void* _start() { return malloc(1); }
CODE
"$cxx" -mcpu=cortex-m4 -mthumb -nostdlib -o "$scratch/heap.elf" "$scratch/heap.cpp"
name=heap where=$scratch
noticed 'has a heap: malloc'
