#!/bin/sh
# One thing after the other is left out of a program, and hardening.sh must say which.
#
#   hardening_test.sh HARDENING_SH READELF COMPILER FOLDER MARKS OPTION…
set -eu
hardening=$1 readelf=$2 compiler=$3 folder=$4 marks=$5
shift 5
rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
cat >sample.cpp <<'END'
#include <cstdio>
int main(int count, char** arguments) {
  char text[32];
  return std::snprintf(text, static_cast<unsigned>(count) * 8, "%s", arguments[0]) + text[count];
}
END
printf '%s\n' "$folder/sample" >linked.txt
printf '%s\n' "$folder/sample.o" >objects.txt
options="$*"
link='-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack'

# check FLAGS LINK_FLAGS: what hardening.sh says of a program made with these.
check() {
  # As optimized builds are: only there are the functions of glibc checked.
  command="$compiler -O2 -fPIE -U_FORTIFY_SOURCE $1 -o $folder/sample.o -c sample.cpp"
  $command
  "$compiler" $2 sample.o -o sample
  printf '[{\n  "command": "%s",\n}]\n' "$command" >commands.json
  sh "$hardening" "$readelf" linked.txt objects.txt "$marks" "$folder/sample" commands.json $options
}
noticed() {  # WORDS FLAGS LINK_FLAGS
  if said=$(check "$2" "$3"); then
    echo "not noticed: $1"
    exit 1
  fi
  case $said in
    *"$1"*) ;;
    *)
      echo "'$1' was to be said, and not: $said"
      exit 1
      ;;
  esac
}
without() { printf '%s ' "$@" | sed "s/ *${left_out} / /"; }

check "$options" "$link" >/dev/null
noticed 'lies at a fixed address' "$options" "$link -no-pie"
noticed 'no RELRO' "$options" "$link -Wl,-z,norelro"
noticed 'binds lazily' "$options" "$link -Wl,-z,lazy"
noticed 'stack can be executed' "$options" "$link -Wl,-z,execstack"
noticed 'no stack protector' "$options -fno-stack-protector" "$link"
noticed 'calls no checked function' "$options -U_FORTIFY_SOURCE" "$link"
case $options in
  *-fcf-protection*) noticed "does not say $marks" "$options -fcf-protection=none" "$link" ;;
  *-mbranch-protection*) noticed "does not say $marks" "$options -mbranch-protection=none" "$link" ;;
esac
for left_out in $options; do
  noticed "sample.o: compiled without $left_out" "$(without $options)" "$link"
done
rm -rf "$folder"
echo 'whatever is left out is noticed'
