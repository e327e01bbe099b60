#!/bin/sh
# Each rule of arrows.sh is broken once, in a tree of its own, and must be noticed, with file and line.
#
#   arrows_test.sh ARROWS_SH WORK_DIR
set -eu
arrows=$1
tree=$2/tree

plant() {  # FILE LINE
  rm -rf "$tree"
  mkdir -p "$tree/$(dirname "$1")"
  printf '// a file\n%s\n' "$2" >"$tree/$1"
}
noticed() {
  plant "$1" "$2"
  if output=$(sh "$arrows" "$tree"); then
    echo "not noticed: $2 in $1"
    exit 1
  fi
  case $output in
    "$1:2:"*) ;;
    *)
      echo "noticed, but not where: $output"
      exit 1
      ;;
  esac
}
fine() {
  plant "$1" "$2"
  output=$(sh "$arrows" "$tree") || {
    echo "wrongly noticed: $output"
    exit 1
  }
}

noticed firmware/core/reader.cpp '#include "host/base/failure.hpp"'
noticed firmware/hal/slot.hpp '#include "sim/app/main.hpp"'
noticed firmware/core/deep/er/x.hpp '#  include "host/base/failure.hpp"'
noticed firmware/core/x.hpp '#include <vector>'
noticed firmware/core/x.hpp '#include <stdio.h>'
noticed firmware/core/x.cpp '#include <unistd.h>'
noticed firmware/core/x.cpp '#include <string>'
noticed firmware/core/x.cpp '#include <algorithm2>'
noticed host/keys/x.cpp '#include "sim/reader/x.hpp"'
noticed host/card/x.cpp '#include "firmware/core/cap/token.hpp"'
noticed host/card/x.cpp '#include "firmware/core/reader.hpp"'
noticed host/card/iso7816/x.cpp '#include "firmware/core/iso7816/t1.hpp"'
fine host/card/iso7816/x.cpp '#include "firmware/core/iso7816/atr.hpp"'
noticed host/document/x.cpp '#include "host/profile/x.hpp"'
noticed host/card/x.cpp '#include "host/issuer/x.hpp"'
noticed host/issuer/x.cpp '#include "host/card/x.hpp"'
noticed host/issuer/x.cpp '#include "host/card/file/card_file.hpp"'
noticed host/issuer/x.cpp '#include "firmware/core/cap/token.hpp"'
noticed host/issuer/x.cpp '#include "host/state/counters.hpp"'
noticed host/issuer/x.cpp '#include "firmware/core/reader.hpp"'
noticed host/issuer/file/x.cpp '#include "firmware/core/cap/token.hpp"'
fine host/issuer/x.cpp '#include "host/keys/mac.hpp"'
noticed host/issuer/x.cpp '#include "host/issuer/store/store.hpp"'
noticed host/issuer/store/x.cpp '#include "host/card/personalization.hpp"'
fine host/issuer/store/x.cpp '#include "host/issuer/judge.hpp"'
fine host/issuer/file/x.cpp '#include "host/card/personalization.hpp"'
noticed host/card/file/x.cpp '#include "firmware/core/cap/token.hpp"'
fine host/card/file/x.cpp '#include "host/profile/source.hpp"'
noticed host/card/x.cpp '#include "host/profile/source.hpp"'
noticed host/attic/x.cpp '#include "host/base/hex.hpp"'
noticed host/base/x.cpp '#include "host/io/signals.hpp"'
noticed firmware/drivers/x.cpp '#include "firmware/hal/pin.hpp"'
noticed sim/http/x.cpp '#include "sim/reader/live_reader.hpp"'
noticed sim/server/x.cpp '#include "host/cli/text.hpp"'
fine sim/cli/x.cpp '#include "host/cli/text.hpp"'
fine sim/cli/x.cpp '#include "sim/tui/run.hpp"'
noticed host/terminal/x.cpp '#include "host/cli/text.hpp"'
noticed host/keys/x.cpp '#include "key.hpp"'
noticed host/keys/x.cpp '#include "../failure.hpp"'
noticed host/keys/x.cpp '#include "host/../failure.hpp"'
noticed sim/app/x.cpp '#include <host/base/failure.hpp>'
noticed sim/app/x.cpp '#include "tests/x.hpp"'
noticed tests/host/x.cpp '#include "hex.hpp"'

fine firmware/core/x.cpp '#include <string_view>'
fine firmware/hal/x.cpp '#include <vendor.h>'
fine host/card/x.cpp '#include "firmware/core/emv/tlv.hpp"'
fine host/card/slot.hpp '#include "firmware/core/slot.hpp"'
fine host/reader/x.cpp '#include "firmware/core/reader.hpp"'
fine host/cli/x.cpp '#include <string>'
fine sim/app/x.cpp '#include "host/base/failure.hpp"'
fine tests/host/x.cpp '#include <catch2/catch.hpp>'
rm -rf "$tree"
echo 'each broken rule is noticed'
