#!/bin/bash
# The login of README.md, as it stands there; and what `sesame bank` says to what it cannot do.
#
#   bank_story.sh README SESAME
set -eu
readme=$1 sesame=$(readlink -f "$2")
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$folder"' EXIT
mkdir "$folder/bin"
state=.local/state/sesame
ln -s "$sesame" "$folder/bin/sesame"
unset XDG_STATE_HOME
export PATH="$folder/bin:$PATH" HOME="$folder"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed -n '/^## A login/,/^## Commands/p' "$readme" | sed -n '/^```sh$/,/^```$/p' | sed '1d;$d' | sed "s/8037/$port/" >"$folder/story"
cd "$folder"

fail() { echo "$1"; cat "$folder/said" 2>/dev/null; exit 1; }
. ./story >said 2>errors || fail "the story ends early: $(cat errors)"
for text in '"level":"strong"' '"access":"full"' '"balance":"12480.55"' '"code":"refused"'; do
  grep -qF "$text" said || fail "the story does not say $text"
done
[ "$(grep -c 'new bank' errors)" = 1 ] || fail "it does not say that the bank is new"

[ -z "$(find .local -type f -perm /077)" ] || fail "others may read $(find .local -type f -perm /077)"

# refuses STATUS TEXT ARGUMENT…
refuses() {
  status=$1 text=$2
  shift 2
  got=0
  sesame bank "$@" >out 2>err </dev/null || got=$?
  [ "$got" = "$status" ] || fail "sesame bank $*: status $got, not $status: $(cat err)"
  [ "$(wc -l <err)" = 1 ] && grep -qF -- "$text" err || fail "sesame bank $*: says $(cat err)"
}
refuses 2 '--http and --listen' --http --listen 127.0.0.1
refuses 2 '--sim and --listen' --listen 127.0.0.1 --sim http://127.0.0.1:1
refuses 2 '--sim' --http --port 0 --sim ftp://127.0.0.1
refuses 2 '--port' --port 99999
refuses 3 'in use' --http --port "$port" --folder sixth
export PIN=13579246
refuses 2 'no such customer' enrol --client 1 --user 1 --pin-env PIN alice.p12
mkdir -p other/bank
head -c 4096 /dev/urandom >other/bank/bank.db
refuses 2 'is no bank' --http --port 0 --folder other/bank
python3 -c 'import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript("CREATE TABLE mine (a); INSERT INTO mine VALUES (1);")' other/mine.db
cp other/mine.db other/bank/bank.db
refuses 2 'is no bank' --http --port 0 --folder other/bank
cmp -s other/mine.db other/bank/bank.db || fail "a database of something else was changed"
cp other/mine.db other/store.db
refuses 2 'is no store' --http --port 0 --folder fifth --store other/store.db --key-file $state/issuer.db.key
cmp -s other/mine.db other/store.db || fail "a database of something else was changed"
refuses 3 'another bank is served there' --http --port 0

# A customer's certificate opens with its PIN alone.
export PIN=13579246
sesame bank enrol --client 10002000 --user 1 --pin-env PIN alice.p12 2>err || fail "no certificate: $(cat err)"
export PIN=13579246
openssl pkcs12 -in alice.p12 -passin env:PIN -nokeys 2>/dev/null | openssl x509 -noout -subject | grep -q Alice ||
  fail "the certificate is not Alice's"
openssl pkcs12 -in alice.p12 -passin pass:wrong -nokeys >/dev/null 2>&1 && fail "the file opens with any PIN"
# The store's key from the environment, and a store that is there.
STORE_KEY=$(cat $state/issuer.db.key)
export STORE_KEY
sesame bank --http --port 0 --store $state/issuer.db --key-env STORE_KEY --folder third >third.ready 2>third.err &
until [ -s third.ready ]; do
  kill -0 $! 2>/dev/null || fail "no bank with --key-env: $(cat third.err)"
  sleep 0.1
done
refuses 2 'issuer init' --http --port 0 --store nowhere.db --key-env STORE_KEY --folder fourth
refuses 2 'alice.p12' enrol --client 10002000 --user 1 --pin-env PIN alice.p12
[ "$(stat -c %a alice.p12)" = 600 ] || fail "others may read the certificate's key"
echo "the story is as README.md tells it"
