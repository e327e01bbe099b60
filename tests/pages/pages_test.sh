#!/bin/sh
# pages.py notices a link and a path that lead nowhere, and nothing else.
#
#   pages_test.sh PYTHON PAGES_PY FOLDER
set -eu
python=$1 pages=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder/host/base"
: >"$folder/host/base/utf8.hpp"

says() { # says STATUS TEXT…: what pages.py says of the page on standard input
  wanted=$1
  shift
  cat >"$folder/README.md"
  status=0
  out=$("$python" "$pages" "$folder") || status=$?
  [ "$status" -eq "$wanted" ] || { echo "status $status, not $wanted: $out"; exit 1; }
  for text in "$@"; do
    case $out in *"$text"*) ;; *) echo "not said: $text"; echo "$out"; exit 1 ;; esac
  done
}

says 0 'name what is there' <<'PAGE'
[a header](host/base/utf8.hpp), [the web](https://example.com/x), `host/base`, `host/base/utf8.{hpp}`, `host/NAME/x.cpp`, `ls`
PAGE
says 1 'README.md: host/gone.md is not there' 'README.md: host/base/hex.hpp is not there' '2 names' <<'PAGE'
[a page](host/gone.md) and `host/base/hex.hpp:12`
PAGE
says 1 'host/base/utf8.cpp is not there' <<'PAGE'
`host/base/utf8.{hpp,cpp}`
PAGE
