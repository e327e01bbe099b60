#!/bin/sh
# What an attacker finds in the way: in each program and module, each object, and the command of each.
#
#   hardening.sh READELF LINKED OBJECTS MARKS FORTIFIED COMMANDS OPTION…
#
# LINKED and OBJECTS are lists of files, one a line; MARKS the processor features that each object declares, as readelf
# writes them; FORTIFIED the program that must call checked functions of glibc, or empty; COMMANDS a
# compile_commands.json, each of whose commands has each OPTION. One line for each thing that is missing.
set -eu
readelf=$1 linked=$2 objects=$3 marks=$4 fortified=$5 commands=$6
shift 6
missing=$(mktemp)
trap 'rm -f "$missing"' EXIT
say() { printf '%s: %s\n' "$1" "$2" >>"$missing"; }

# ---- linked files

count=0
while read -r file; do
  [ -e "$file" ] || continue  # not built
  count=$((count + 1))
  seen=$("$readelf" -hldW --dyn-syms "$file")
  has() { printf '%s\n' "$seen" | grep -Eq -e "$1"; }
  has '^ *Type: *DYN' || say "$file" 'lies at a fixed address'
  ! has '^ *INTERP ' || has '\(FLAGS_1\).* PIE' || say "$file" 'a program, and no PIE'
  has '^ *GNU_RELRO ' || say "$file" 'no RELRO'
  has '\(FLAGS\).* BIND_NOW|\(FLAGS_1\).* NOW' || say "$file" 'binds lazily: its RELRO is partial'
  ! has '\(TEXTREL\)' || say "$file" 'its text is relocated, so it can be written'
  has '^ *GNU_STACK .* RW +0x' || say "$file" 'its stack can be executed'
  has ' __stack_chk_fail(@|$)' || say "$file" 'no stack protector'
  if [ "$file" = "$fortified" ]; then
    has ' __(memcpy|memmove|memset|strcpy|strncpy|sprintf|snprintf|vsnprintf|read|recv|poll)_chk@' ||
      say "$file" 'calls no checked function (_FORTIFY_SOURCE)'
    fortified=
  fi
done <"$linked"
[ "$count" -gt 0 ] || say "$linked" 'none of these files is there'
[ -z "$fortified" ] || say "$fortified" 'is not there'

# ---- objects

if [ -n "$marks" ]; then
  while read -r file; do
    case $file in *.[gp]ch) continue ;; esac  # a precompiled header is no code
    [ ! -e "$file" ] || printf '%s\0' "$file"
  done <"$objects" | xargs -0 -r "$readelf" -n /dev/null 2>/dev/null | awk -v marks="$marks" '
    function judge() { if (file != "" && file != "/dev/null" && !marked) print file ": does not say " marks }
    /^File: / { judge(); file = substr($0, 7); marked = 0 }
    index($0, "feature: " marks) { marked = 1 }
    END { judge() }' >>"$missing"
fi

# ---- commands

for option in "$@"; do
  grep '"command":' "$commands" | grep -Fv -e " $option " | sed 's/.* -o \([^ ]*\).*/\1/' |
    while read -r object; do say "$object" "compiled without $option"; done
done

if [ -s "$missing" ]; then
  cat "$missing"
  exit 1
fi
echo "$count programs and modules, and what they are made of: nothing is missing"
