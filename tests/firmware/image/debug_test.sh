#!/bin/sh
# debug_test.sh IMAGE NM ADDR2LINE: a debugger finds the source of what runs, what was optimized with the rest too.
set -eu
image=$1 nm=$2 addr2line=$3

source_of() {
  address=$("$nm" -C "$image" | sed -nE "s/^([0-9a-f]+) [tT] $1.*/\1/p" | head -n 1)
  "$addr2line" -e "$image" "0x$address"
}
for expected in 'Reset_Handler startup.cpp:[0-9]+' 'sesame::hal::card::set card.cpp:[0-9]+'; do
  found=$(source_of "${expected% *}")
  echo "$found" | grep -qE "/${expected#* }$" || {
    echo "${expected% *} is at '$found'"
    exit 1
  }
done
