#!/bin/sh
# What sesame_constants refuses: exit status 2, one line, and nothing written.
#
#   constants_refused.sh SESAME_CONSTANTS
set -eu
tool=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# refused LINE ARGUMENT…
refused() {
  expected=$1
  shift
  status=0
  "$tool" "$@" >"$folder/out" 2>"$folder/err" || status=$?
  [ "$status" = 2 ] || { echo "$*: exit status $status"; exit 1; }
  [ ! -s "$folder/out" ] || { echo "$*: printed something"; exit 1; }
  [ "$(cat "$folder/err")" = "$expected" ] || { echo "$*: $(cat "$folder/err")"; exit 1; }
  [ ! -e "$folder/made" ] || { echo "$*: wrote something"; exit 1; }
}

refused 'usage: sesame_constants READER.toml BOARD.toml OUTDIR'
refused 'usage: sesame_constants READER.toml BOARD.toml OUTDIR' sesame stm32f407g-disc1
refused "$folder/none.toml: cannot be read: No such file or directory" \
  "$folder/none.toml" stm32f407g-disc1 "$folder/made"
refused 'no board is named "none"; shipped: nucleo-l476rg, olimex-stm32-h405, stm32f407g-disc1; or a path, as in ./my.toml' \
  sesame none "$folder/made"
echo 'title = "x"' >"$folder/mine.toml"
refused "$folder/mine.toml:1: family is missing; keys here: title, family, clock, card, panel, keys, display, led" \
  sesame "$folder/mine.toml" "$folder/made"

"$tool" sesame stm32f407g-disc1 "$folder/made"
[ -s "$folder/made/firmware/generated/reader.hpp" ] && [ -s "$folder/made/firmware/generated/board.hpp" ]
