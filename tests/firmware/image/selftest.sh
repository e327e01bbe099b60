#!/bin/sh
# selftest.sh IMAGE QEMU: the self-test in an emulator whose time is its instructions, twice. Both runs say the same, the
# code goes after 35 seconds, and the stack keeps to its budget.
set -eu
image=$1
qemu=$2
most_stack=1536  # bytes
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

run() {
  timeout 60 "$qemu" -M netduinoplus2 -kernel "$image" -display none -monitor none -serial none \
    -icount shift=3,sleep=off -chardev "file,id=out,path=$folder/$1" \
    -semihosting-config enable=on,target=native,chardev=out </dev/null || {
    status=$?
    cat "$folder/$1"
    echo "selftest: the emulator ended with $status"
    exit 1
  }
}
run first
run second
cat "$folder/first"
cmp "$folder/first" "$folder/second" || {
  echo "selftest: two runs differ"
  exit 1
}

figure() { sed -n "s/^$1 //p" "$folder/first"; }
lit=$(($(figure off_ms) - $(figure code_ms)))
[ "$lit" -eq 35000 ] || {
  echo "selftest: the code was shown for $lit ms, not for 35000"
  exit 1
}
stack=$(figure stack)
[ "$stack" -gt 0 ] && [ "$stack" -le "$most_stack" ] || {
  echo "selftest: $stack bytes of stack were used, of $most_stack"
  exit 1
}
# A tick of the system timer is 1/168 us, an instruction 8 ns of the emulator's time.
echo "code shown for $lit ms; stack $stack of $most_stack bytes; last key to code: $(($(figure ticks) * 125 / 168)) instructions"
