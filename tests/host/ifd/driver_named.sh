# The entry for reader.conf.d names a driver that is there wherever the program is: what links `sesame` waits for it.
#
#   driver_named.sh NINJA BUILD
set -eu
driver=$(sed -n 's/^LIBPATH //p' "$2/reader.conf.d/sesame")
[ -n "$driver" ] && [ -f "$driver" ] || {
  echo "reader.conf.d names '$driver', which is not there"
  exit 1
}
"$1" -C "$2" -t query sesame | grep -q 'libifdsesame\.so' || {
  echo 'sesame can be built without the driver that reader.conf.d names'
  exit 1
}
