#!/bin/sh
# In a Debian 12 that has never seen a compiler the packages are installed, do what they say, and leave nothing behind.
#
#   debian.sh PACKAGES        a folder with sesame_*.deb, sesame-pcsc_*.deb and sesame-firmware_*.deb
set -eu
if [ "$1" != --inside ]; then
  # What is mounted and started here is gone with it.
  exec unshare --mount --pid --fork --kill-child --mount-proc sh "$0" --inside "$(cd "$1" && pwd)"
fi
packages=$2
root=$(mktemp -d)
mount -t tmpfs -o mode=755,size=2G tmpfs "$root"  # no disk waits for what is thrown away

fail() {
  echo "debian.sh: $1" >&2
  exit 1
}
# expect WHAT PATTERN TEXT
expect() {
  printf '%s\n' "$3" | grep -Eq -e "$2" || fail "$1: /$2/ was to be seen, and not: $3"
  echo "$1"
}
# As root there, and as somebody who is not.
here() { $as_root "$@"; }
user() { $as_user "$@"; }
# Until it is so, or for a minute, as nothing here tells when.
soon() {
  for try in $(seq 300); do
    ! "$@" || return 0
    sleep 0.2
  done
}
quietly() { "$@" >"$root/log" 2>&1 </dev/null || { cat "$root/log" >&2 && fail "$*"; }; }

# ---- a new system

mount -t tmpfs tmpfs /mnt
debootstrap --variant=minbase bookworm "$root/new" >/mnt/log 2>&1 || { tail -20 /mnt/log >&2 && fail debootstrap; }
root=$root/new
as_root="chroot $root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive"
as_user="chroot --userspec=1000:1000 $root env -i PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/user LC_ALL=C.UTF-8"
mount -t proc proc "$root/proc"
mkdir -p "$root/home/user" "$root/packages"
chown 1000:1000 "$root/home/user"
cp "$packages"/sesame*.deb "$root/packages"
for tool in cc g++ c++ make; do ! here sh -c "command -v $tool" >/dev/null || fail "$tool is there"; done
traces() { find "$root" -xdev \( -path "$root/packages" -o -path "$root/var/log" -o -path "$root/var/cache" \) -prune -o -iname '*sesame*' -print; }
[ -z "$(traces)" ] || fail "it is no new system: $(traces)"

# ---- installed

quietly here apt-get update -qq
quietly here sh -c 'apt-get install -y -qq --no-install-recommends /packages/sesame_*.deb man-db bash-completion'
expect 'the program runs' '^sesame [0-9]+\.' "$(user sesame --version)"
expect 'no library is missing' '^$' "$(here ldd /usr/bin/sesame | grep 'not found' || true)"

code=$(user sesame code --pin 1234 2>/dev/null)
expect 'a code' '^[0-9]{4} [0-9]{4}$' "$code"
expect 'it is good' '^accepted: ' "$(user sesame verify $code 2>&1)"
status=0
said=$(user sesame readers 2>&1) || status=$?
expect 'without PC/SC a line says so' "^3 sesame: the library of PC/SC cannot be loaded .*: install libpcsclite1 and pcscd$" "$status $said"
status=0
said=$(user sesame issuer card list --store postgresql://localhost/none 2>&1) || status=$?
expect "and without PostgreSQL's" "^3 sesame: the library of PostgreSQL cannot be loaded .*: install libpq5$" "$status $said"

# A browser, of which it is enough that it is started.
printf '#!/bin/sh\necho "$1" >/home/user/opened\n' >"$root/usr/local/bin/xdg-open"
chmod 755 "$root/usr/local/bin/xdg-open"
mkfifo -m 666 "$root/home/user/ready"
command=$(sed -n 's/^Exec=//p' "$root/usr/share/applications/sesame.desktop")
desktop-file-validate "$root/usr/share/applications/sesame.desktop"
$as_user $command >"$root/home/user/ready" &
served=$!
read -r ready <"$root/home/user/ready"
url=$(printf '%s' "$ready" | sed 's/.*"url":"\([^"]*\)".*/\1/')
expect 'what the desktop starts is healthy' '^healthy$' "$(user sesame health "$url")"
expect 'and has the page' '<title>' "$(curl -s "$url/")"
soon [ -s "$root/home/user/opened" ]
expect 'which is opened' "^$url/?$" "$(cat "$root/home/user/opened")"
kill $served
wait $served

expect 'a man page' 'sesame[- ]code' "$(here man -P cat sesame-code)"
for page in "$root"/usr/share/man/man1/sesame*; do
  warned=$(MANROFFSEQ='' MANWIDTH=100 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
  [ -z "$warned" ] || fail "${page##*/}: $warned"
done
complete() {  # WORDS: what bash proposes for the last of them
  here bash -c '. /usr/share/bash-completion/bash_completion
    _completion_loader sesame
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _sesame 2>/dev/null
    echo "${COMPREPLY[@]}"' bash "$@"
}
expect 'commands are completed' '^code completion$' "$(complete sesame co)"
expect 'and options' '^--pin --pin-stdin --pin-env --pinpad$' "$(complete sesame code --pin)"
expect 'and values' '(^| )vasco-810$' "$(complete sesame code --profile vasco)"

# ---- the reader for PC/SC programs

quietly here sh -c 'apt-get install -y -qq --no-install-recommends /packages/sesame-pcsc_*.deb'
mkdir -p "$root/run/sesame" "$root/run/pcscd"  # systemd-tmpfiles would, at a start
expect 'the entry names the driver' '^LIBPATH /usr/lib/pcsc/drivers/serial/libifdsesame.so$' "$(cat "$root/etc/reader.conf.d/sesame")"
mkfifo "$root/keys"
$as_root sesame reader serve --card sesame-card --ephemeral --socket /run/sesame/reader --keys-from 0 <"$root/keys" >"$root/reader.log" 2>&1 &
reader=$!
exec 9>"$root/keys"
$as_root pcscd --foreground >"$root/pcscd.log" 2>&1 &
daemon=$!
# The daemon looks for a card when it likes, and the reader has no keys until it has told what they can do.
is_listed() {
  listed=$(here sesame readers 2>&1) || true
  case $listed in *'Sesame 00 00  card '*yes*) ;; *) false ;; esac
}
soon is_listed
expect 'other programs have the reader' 'Sesame 00 00 +card +yes' "$listed"
kill "$reader" "$daemon"
wait "$reader" "$daemon" || true
exec 9>&-

# ---- the images

quietly here sh -c 'apt-get install -y -qq --no-install-recommends /packages/sesame-firmware_*.deb'
printf '#!/bin/sh\necho "$@" >/home/user/qemu\nexit 1\n' >"$root/usr/local/bin/qemu-system-arm"
chmod 755 "$root/usr/local/bin/qemu-system-arm"
user sesame code --pin 1234 --ephemeral --device qemu >/dev/null 2>&1 || true
expect 'QEMU gets an image' '/usr/lib/sesame/firmware/sesame--stm32f407g-disc1.elf' "$(cat "$root/home/user/qemu")"
expect 'which is there' ' [1-9][0-9]* ' "$(stat -c ' %s ' "$root/usr/lib/sesame/firmware/sesame--stm32f407g-disc1.elf")"

# ---- removed

rm -rf "$root/home/user" "$root/usr/local/bin/xdg-open" "$root/usr/local/bin/qemu-system-arm"
quietly here apt-get purge -y -qq sesame sesame-pcsc sesame-firmware
expect 'it is gone, all of it' '^$' "$(traces)"
