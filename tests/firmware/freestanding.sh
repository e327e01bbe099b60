#!/bin/sh
# The core runs where there is a compiler and nothing else: every file of it is compiled for a machine without a
# standard library, all of it is linked together, and it may still want nothing but the four functions that any
# compiler takes for granted. And nothing of it runs before main().
#
#   freestanding.sh COMPILER ROOT WORK_DIR
set -eu
compiler=$1
root=$2
work=$3
flags='-std=c++20 -Os -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -fno-pic'
allowed=' memcpy memset memmove memcmp '

rm -rf "$work"
mkdir -p "$work"

# check DIR FILE...: compiles, links, judges. What is wrong goes to standard output.
check() {
  objects=$1
  shift
  mkdir -p "$objects"
  for file in "$@"; do
    "$compiler" $flags -I "$root" -c "$file" -o "$objects/$(echo "${file#"$root"/}" | tr / _).o" || return 1
  done
  ld -r -o "$objects/all" "$objects"/*.o || return 1

  verdict=0
  for symbol in $(nm -u "$objects/all" | awk '{ print $NF }'); do
    case $allowed in *" $symbol "*) continue ;; esac
    verdict=1
    for object in "$objects"/*.o; do
      if nm -u "$object" | awk '{ print $NF }' | grep -qxF "$symbol"; then
        echo "$(basename "$object") needs $(echo "$symbol" | c++filt)"
      fi
    done
  done
  for object in "$objects"/*.o; do
    if objdump -h "$object" | grep -qE '[.](init_array|ctors|preinit_array)'; then
      verdict=1
      echo "$(basename "$object") has a static constructor"
    fi
  done
  return $verdict
}

# must_fail MESSAGE CODE: a file with this code is refused, with this message.
must_fail() {
  rm -rf "$work/offender"
  mkdir -p "$work/offender"
  echo "$2" >"$work/offender/offender.cpp"
  if output=$(check "$work/offender/objects" "$work/offender/offender.cpp"); then
    echo "this should have been refused: $2"
    exit 1
  fi
  case $output in
    *"$1"*) ;;
    *)
      echo "this was not refused with '$1', but with '$output': $2"
      exit 1
      ;;
  esac
}

must_fail 'offender.cpp.o needs operator new' 'int* f() { return new int; }'
must_fail 'offender.cpp.o needs operator delete' 'void f(int* p) { delete p; }'
must_fail 'offender.cpp.o needs malloc' 'extern "C" void* malloc(unsigned long); void* f() { return malloc(7); }'
must_fail 'offender.cpp.o needs printf' 'extern "C" int printf(const char*, ...); int f(int i) { return printf("%d", i); }'
must_fail 'offender.cpp.o needs strlen' '#include <string_view>
std::string_view f(const char* s) { return s; }'
must_fail 'offender.cpp.o needs g()' 'int g(); int f() { return g(); }'
must_fail 'offender.cpp.o has a static constructor' 'int* g(int); static int here; int* there = &here + *(volatile int*)&here;'
rm -rf "$work/offender"

check "$work/core" $(find "$root/firmware/core" -name '*.cpp' | sort)
size "$work"/core/*.o | awk 'NR > 1 { sub(".*/firmware_core_", "", $6); printf "%6d  %s\n", $1, $6; sum += $1 }
                             END { printf "%6d  bytes of text in all\n", sum }'
