#!/bin/bash
# ./dev deb installs the build dependencies of debian/control: at least one package of each
# alternative.
. "$(dirname "$0")/common.sh"

command -v dpkg-query > /dev/null || skip "this is no Debian"

installed=$("$SOURCES/dev" needs deb)

# Build-Depends, one dependency a line, without versions and profiles.
depends() {
	awk '/^[^ ]/ { inside = /^Build-Depends:/; next } inside' "$SOURCES/debian/control" |
		sed -E 's/\([^)]*\)|<[^>]*>|,//g'
}

is_there() {
	case $1 in
	debhelper-compat | dh-sequence-*) set -- debhelper ;;
	esac
	grep -qx -- "$1" <<< "$installed"
}

count=0
while read -r alternatives; do
	found=no
	for package in ${alternatives//|/ }; do
		! is_there "$package" || found=yes
	done
	[ "$found" = yes ] || complain "debian/control: ./dev deb does not install $alternatives"
	count=$((count + 1))
done < <(depends; echo build-essential)
[ "$count" -gt 5 ] || complain "debian/control: its Build-Depends are not understood"
finish "./dev deb installs the $count packages that debian/control names"
