#!/bin/sh
# clang-tidy over the whole product: the checks of the test `tidy`, or those that are named, as .clang-tidy and the analyzer
# with '-bugprone-suspicious-include'. Needs the preset asan, built.
#
#   tests/tidy/all.sh [CHECKS]
set -eu
cd "$(dirname -- "$0")/../.."
top=$(pwd)
exec run-clang-tidy -quiet -checks="${1:--clang-analyzer-*,-bugprone-suspicious-include}" -p build/asan \
  "^$top/(build/asan/)?(firmware|host|sim)/"
