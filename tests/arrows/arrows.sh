#!/bin/sh
# The dependency arrows of the architecture, read off the #include lines. A line for each that is wrong.
#
#   arrows.sh ROOT
set -eu
cd "$1"

# includes FOLDER REGEX: the lines that include a file whose name, with its < or ", matches.
includes() {
  [ -d "$1" ] || return 0
  grep -rnE --include='*.hpp' --include='*.cpp' --include='*.h' --include='*.c' \
    "^[[:space:]]*#[[:space:]]*include[[:space:]]*$2" "$1" || true
}
# wrong LINES RULE
wrong() {
  [ -n "$1" ] || return 0
  echo "$1" | while read -r line; do echo "$line  -- $2"; done
}

all_rules() {
  wrong "$(includes firmware '["<](host|sim|tests)/')" 'firmware/ includes nothing of host/ or sim/'
  wrong "$(includes host '["<](sim|tests)/')" 'host/ includes nothing of sim/'
  wrong "$(includes sim '["<]tests/')" 'the product includes nothing of tests/'
  wrong "$(includes host/card '["<]firmware/core/(cap/|reader\.)')" "the card knows nothing of the reader's logic"
  wrong "$(includes host/card '["<]firmware/core/iso7816/(t0|t1|pps|link|edc|exchange|atr_reception)')" \
    "the card's side of the line is not the reader's"
  wrong "$(includes host/document '["<]host/(card|cli|device|ifd|keys|line|pcsc|profile|state|transcript|vpcd)/')" \
    'a document knows nothing of what it describes'
  wrong "$(includes host/card '["<]host/issuer/')" 'card and issuer share nothing but host/keys'
  wrong "$(includes host/issuer '["<]host/card/')" 'card and issuer share nothing but host/keys'
  wrong "$(includes host/terminal '["<]host/cli/')" 'a terminal knows no command'

  # What the core may use of the standard library: headers without allocation, I/O or an OS.
  allowed='algorithm|array|bit|concepts|cstddef|cstdint|initializer_list|iterator|limits|optional|span|string_view'
  allowed="$allowed|type_traits|utility"
  wrong "$(includes firmware/core '<' | grep -vE "include[[:space:]]*<($allowed)>" || true)" \
    'firmware/core includes only headers without allocation, I/O or an OS'

  for folder in firmware host sim tests; do
    wrong "$(includes "$folder" '"' | grep -vE 'include[[:space:]]*"(firmware|host|sim|tests)/' || true)" \
      'an #include names its file from the top of the tree'
    wrong "$(includes "$folder" '"[^"]*\.\./')" 'an #include names its file from the top of the tree'
    wrong "$(includes "$folder" '<(firmware|host|sim|tests)/')" 'our own files are included with quotes'
  done
}

found=$(all_rules)
[ -z "$found" ] || {
  echo "$found"
  exit 1
}
echo 'every arrow points the right way'
