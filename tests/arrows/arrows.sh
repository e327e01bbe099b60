#!/bin/sh
# The dependency arrows of the architecture, read off the #include lines. A line for each that is wrong.
#
#   arrows.sh ROOT
set -eu
cd "$1"
table=$(mktemp)
trap 'rm -f "$table"' EXIT

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

# Every room, and the rooms that it may include. A folder in one of these is part of it, where it is not listed itself.
rooms() {
  cat <<'TABLE'
firmware/core
firmware/hal: firmware/core
firmware/drivers: firmware/core
firmware/panel: firmware/core
firmware/boards: firmware/hal firmware/drivers firmware/generated
firmware/app: firmware/core firmware/hal firmware/panel firmware/generated
firmware/bringup: firmware/core firmware/hal firmware/panel firmware/generated
firmware/selftest: firmware/core firmware/hal firmware/boards firmware/app firmware/generated
host/base: firmware/core
host/io: firmware/core host/base
host/document: firmware/core host/base host/io
host/keys: firmware/core host/base
host/sqlite: firmware/core host/base
host/state: firmware/core host/base
host/card: firmware/core host/base host/keys host/state
host/card/iso7816: firmware/core host/base host/card
host/profile: firmware/core host/base host/document
host/card/file: firmware/core host/base host/document host/keys host/card host/profile
host/board: firmware/core firmware/boards host/base host/document host/profile
host/issuer: firmware/core host/base host/keys
host/issuer/file: firmware/core host/card host/issuer
host/issuer/hsm: firmware/core host/keys
host/issuer/store: firmware/core host/base host/io host/issuer host/keys host/sqlite
host/transcript: firmware/core host/base host/io host/card
host/logs: firmware/core host/base host/card host/transcript
host/reader: firmware/core host/base host/card
host/reader/panel: firmware/core firmware/panel host/base host/io host/card host/card/iso7816 host/reader
host/contacts: host/base host/io host/card/iso7816 host/reader/panel
host/pcsc: firmware/core host/base host/io host/card
host/vpcd: firmware/core host/base host/io host/card
host/ifd: firmware/core host/base host/io host/reader
host/terminal: firmware/core host/base host/io
host/explain: firmware/core host/base
host/cli: firmware/core host
sim/lcd: firmware/core host/base
sim/reader: firmware/core host/base host/card host/profile host/reader host/state host/transcript sim/lcd
sim/fleet: host/base host/io host/card host/card/file host/pcsc host/profile host/state host/transcript sim/reader
sim/http: firmware/core host/base host/document host/io
sim/issuer: firmware/core host/base host/card host/card/file host/document host/io host/issuer host/issuer/file host/issuer/hsm host/issuer/store sim/http
sim/bank: firmware/core host/base host/card/file host/document host/io host/issuer host/issuer/file host/issuer/store host/keys host/profile host/sqlite sim/http sim/issuer
sim/server: firmware/core host/base host/card/file host/document host/explain host/keys host/profile host/transcript sim/fleet sim/http sim/lcd sim/reader
sim/scenario: firmware/core host/base host/card/file host/document host/io host/profile host/transcript sim/fleet sim/http sim/lcd sim/reader sim/server
sim/mcp: host/base host/card host/card/file host/io host/issuer host/issuer/file host/profile host/terminal sim/http sim/server
sim/tui: host/base host/card/file host/io host/profile host/terminal host/transcript sim/fleet sim/reader
sim/cli: host sim
sim/app: host sim/cli
TABLE
}

# Of lines FILE:LINE:#include "…" those that the table does not allow, each with its room.
beyond_the_table() {
  rooms >"$table"
  awk -v table="$table" '
    function room_of(path,  best, r) {
      best = ""
      for (r in known) if (index(path, r "/") == 1 && length(r) > length(best)) best = r
      return best
    }
    BEGIN {
      known["firmware/generated"] = 1
      while ((getline line < table) > 0) {
        split(line, half, ":")
        known[half[1]] = 1
        may[half[1]] = half[2] " "
      }
    }
    {
      split($0, at, ":")
      from = room_of(at[1])
      if (from == "") { print $0 "  -- this room is not in the table of tests/arrows/arrows.sh"; next }
      path = $0
      sub(/^[^"]*"/, "", path)
      to = room_of(path)
      if (to == from || index(may[from], " " to " ")) next
      split(path, part, "/")
      if (index(may[from], " " part[1] " ")) next
      print $0 "  -- " from " may include only" (may[from] == " " ? " itself" : may[from])
    }'
}

all_rules() {
  wrong "$(includes firmware '["<](host|sim|tests)/')" 'firmware/ includes nothing of host/ or sim/'
  wrong "$(includes host '["<](sim|tests)/')" 'host/ includes nothing of sim/'
  wrong "$(includes sim '["<]tests/')" 'the product includes nothing of tests/'
  wrong "$(includes host/card '["<]firmware/core/(cap/|reader\.)')" "the card knows nothing of the reader's logic"
  wrong "$(includes host/issuer '["<]firmware/core/(cap/|reader\.)')" "the issuer knows nothing of the reader's logic"
  wrong "$(includes host/card '["<]firmware/core/iso7816/(t0|t1|pps|link|edc|exchange|atr_reception)')" \
    "the card's side of the contacts is not the reader's"
  for floor in firmware host sim; do
    includes "$floor" '"(firmware|host|sim)/' | beyond_the_table
  done

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
