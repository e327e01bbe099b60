#!/bin/sh
# The tarball runs where its libraries are not: in a Debian 11, whose C library is older than the one that it was built with,
# with that system's PC/SC; and here, with this system's.
#
#   tarball.sh PACKAGES
set -eu
if [ "$1" != --inside ]; then
  exec unshare --mount --pid --fork --kill-child --mount-proc sh "$0" --inside "$(cd "$1" && pwd)"
fi
tarball=$(ls "$2"/sesame-*-linux-"$(uname -m)".tar.xz)
work=$(mktemp -d)
mount -t tmpfs -o mode=755,size=1G tmpfs "$work"

fail() {
  echo "tarball.sh: $1" >&2
  exit 1
}
expect() {  # WHAT PATTERN TEXT
  printf '%s\n' "$3" | grep -Eq -e "$2" || fail "$1: /$2/ was to be seen, and not: $3"
  echo "$1"
}

# ---- here

mkdir "$work/here"
tar -xJf "$tarball" -C "$work/here" --strip-components=1
here() { env -i HOME="$work" PATH=/usr/bin:/bin PCSCLITE_CSOCK_NAME=/nowhere "$work/here/bin/sesame" "$@"; }
expect 'it runs here' '^sesame [0-9]+\.' "$(here --version)"
expect "with this system's C library" "^$(ldd --version | sed -n '1s/.* //p')$" \
  "$("$work"/here/lib/sesame/libc/ld-linux* --version | sed -n '1s/.*version \([0-9.]*[0-9]\).*/\1/p')"
expect "and this system's PC/SC" 'no PC/SC service' "$(here readers 2>&1 || true)"
expect 'a kernel of ten years ago is enough' 'ABI: 3\.2\.0' "$(readelf -n "$work/here/lib/sesame/libc/libc.so.6")"
needed=$(find "$work/here/lib" -type f -exec readelf -d {} + 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u)
for library in $needed; do
  [ -n "$(find "$work/here/lib" -name "$library")" ] || fail "$library is not in it"
done
for library in $(find "$work/here/lib" -name '*.so*'); do
  package=$(dpkg-query -S "*/$(uname -m)-linux-gnu/${library##*/}" | sed -n '1s/:.*//p')
  grep -qi licen "$work/here/share/doc/sesame/libraries/$package" || fail "the terms of ${library##*/} are not in it"
done

# ---- in another age

debootstrap --foreign --variant=minbase --include=libpcsclite1 bullseye "$work/old" >"$work/log" 2>&1 ||
  { tail -20 "$work/log" >&2 && fail debootstrap; }
old=$work/old
dpkg-deb -x "$old"/var/cache/apt/archives/libpcsclite1_*.deb "$old"
mkdir -p "$old/opt" "$old/home/user"
tar -xJf "$tarball" -C "$old/opt"
mv "$old"/opt/sesame-* "$old/opt/sesame"
ln -s /opt/sesame/bin/sesame "$old/usr/bin/sesame"  # as people do
chown 1000:1000 "$old/home/user"
as_user="chroot --userspec=1000:1000 $old env -i PATH=/usr/bin:/bin HOME=/home/user"
user() { $as_user "$@"; }
expect 'the other C library is older' '^2\.31$' "$(chroot "$old" ldd --version | sed -n '1s/.* //p')"
expect 'the program runs there' '^sesame [0-9]+\.' "$(user sesame --version)"
code=$(user sesame code --pin 1234 2>/dev/null)
expect 'a code' '^[0-9]{4} [0-9]{4}$' "$code"
expect 'it is good' '^accepted: ' "$(user sesame verify $code 2>&1)"
expect "that system's PC/SC" 'no PC/SC service' "$(user sesame readers 2>&1 || true)"
mkfifo -m 666 "$work/ready"
$as_user sesame sim --port 0 >"$work/ready" &
read -r ready <"$work/ready"
url=$(printf '%s' "$ready" | sed 's/.*"url":"\([^"]*\)".*/\1/')
expect 'a page' '<title>' "$(curl -s "$url/")"
kill $!
status=0
wait $! || status=$?
expect 'a signal reaches the program, and not only what started it' '^0$' "$status"
