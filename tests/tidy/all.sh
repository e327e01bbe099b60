#!/bin/sh
# Every check of .clang-tidy over the product, those of the analyzer among them: half an hour or more. Needs the preset asan, built.
#
#   tests/tidy/all.sh
set -eu
cd "$(dirname -- "$0")/../.."
top=$(pwd)
exec run-clang-tidy -quiet -checks=-bugprone-suspicious-include -p build/asan "^$top/(build/asan/)?(firmware|host|sim)/"
