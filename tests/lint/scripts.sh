#!/bin/bash
# What debhelper makes of debian/rules: an upgrade stops no unit, and the removal of the package stops
# every unit that may run.
. "$(dirname "$0")/common.sh"

command -v dh_installsystemd > /dev/null || skip "debhelper is not installed"
directory=$(pkgconf --variable=systemdsystemunitdir systemd 2> /dev/null) || skip "systemd.pc is not installed"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$SOURCES/debian" "$work"
chmod -R u+w "$work" # distcheck tests with read-only sources
units="$work/debian/papod$directory"
mkdir -p "$units"
cp "$SOURCES"/systemd/papod*.{socket,path,timer} "$BUILD"/systemd/papod*.service "$units"
(cd "$work" && make -s -f debian/rules override_dh_installsystemd) || complain "debian/rules fails"

# stopped_by SCRIPT: the units that the script stops, one a line.
stopped_by() {
	cat "$work/debian/papod.$1" "$work/debian/papod.$1.debhelper" \
		"$work/debian/.debhelper/generated/papod/$1"* 2> /dev/null |
		sed -n "s/^[[:space:]]*deb-systemd-invoke stop \([^>]*\).*/\1/p" | tr -d "'" | tr ' ' '\n' | grep . || true
}

for unit in $(stopped_by preinst); do
	complain "debian/rules: an upgrade stops $unit, and nothing starts it again"
done

# papod-gate-handover.socket and papod-control.socket are parts of papod.service; the others run for a moment.
at_removal=$(stopped_by prerm)
for unit in papod.{socket,service} papod-gate.{socket,service} papod-gate-certificates.path papod-acme.{timer,service}; do
	[ -e "$units/$unit" ] || complain "debian/rules: there is no $unit"
	grep -qx "$unit" <<< "$at_removal" || complain "debian/papod.prerm: the removal does not stop $unit"
done
finish "an upgrade stops no unit, and the removal stops all"
