#!/bin/sh
# Plays scenarios in the process and against a `sesame sim` of its own: both must say the same, and pass.
#
#   served.sh SESAME SCENARIOS
set -eu
sesame=$1
scenarios=$2
work=$(mktemp -d)
sim=
end() {
  [ -z "$sim" ] || kill "$sim" 2>/dev/null || true
  [ -z "$sim" ] || wait "$sim" || true
  rm -rf "$work"
}
trap end EXIT

mkfifo "$work/ready"
"$sesame" sim --port 0 >"$work/ready" &
sim=$!
exec 3<"$work/ready"
read -r line <&3 || {
  echo 'the simulator did not start'
  exit 1
}
url=$(printf '%s' "$line" | sed -n 's/.*"url":"\([^"]*\)".*/\1/p')

status=0
"$sesame" scenario "$scenarios" >"$work/here" || status=1
"$sesame" scenario --url "$url" "$scenarios" >"$work/there" || status=1
cat "$work/there"
diff "$work/here" "$work/there" || status=1
exit $status
