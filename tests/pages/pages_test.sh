#!/bin/sh
# pages.py notices a link and a path that lead nowhere, and another version than the project's, and nothing else.
#
#   pages_test.sh PYTHON PAGES_PY FOLDER
set -eu
python=$1 pages=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder/host/base"
: >"$folder/host/base/utf8.hpp"
echo 'project(sesame VERSION 1.2.3)' >"$folder/CMakeLists.txt"

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
mkdir "$folder/sim"
printf 'image: sesame:1.2.3\nimage: other:4.5\n' >"$folder/sim/compose.yaml"
printf '{\n  "version": "1.2.3", "engine": "2.0"\n}\n' >"$folder/sim/package.json"
says 0 'name what is there' </dev/null
printf 'pip install ./sesame_sim-1.2.2-py3-none-any.whl\n' >"$folder/sim/ci.yml"
printf 'name = "sesame-sim"\nversion = "1.3.0"\n' >"$folder/sim/pyproject.toml"
says 1 'sim/ci.yml: version 1.2.2 is not 1.2.3' 'sim/pyproject.toml: version 1.3.0 is not 1.2.3' '2 names' </dev/null
