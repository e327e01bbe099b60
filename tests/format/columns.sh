#!/bin/sh
# Usage: columns.sh [FILE...]. Every line of C++, here or in these files, has 110 characters at most: else FILE:LINE, and 1.
set -eu
[ $# -gt 0 ] || { find firmware host sim tests -name '*.[ch]pp' -exec sh "$0" {} +; exit; }
LC_ALL=C.UTF-8 grep -nHE '^.{111}' "$@" | sed 's/^\([^:]*:[0-9]*\):.*/\1: longer than 110 columns/' | grep . && exit 1
exit 0
