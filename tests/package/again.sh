#!/bin/sh
# Packaged again, by somebody with other habits and at another time, all packages are the same, byte for byte.
#
#   again.sh PACKAGE_SH BUILD PACKAGES
set -eu
again=$(mktemp -d)
trap 'rm -rf "$again"' EXIT
umask 077
TZ=Pacific/Auckland LC_ALL=C "$1" --build "$2" --to "$again" >/dev/null
count=0
for file in "$3"/*; do
  cmp "$file" "$again/${file##*/}"
  count=$((count + 1))
done
[ "$count" -ge 5 ] || { echo "again.sh: only $count packages" >&2 && exit 1; }
echo "$count packages, the same again"
