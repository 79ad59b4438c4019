#!/bin/bash
# The units pass systemd-analyze verify, also with each drop-in example, and the sandbox of the
# service is as strict as before.
. "$(dirname "$0")/common.sh"

command -v systemd-analyze > /dev/null || skip "systemd-analyze is not installed"
exposure_max=0.3

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# verify requires that every program exists, but papod is not installed.
with_true() { sed -E 's|^(Exec[A-Za-z]*=\+?)[^ ]*/papod\b|\1/bin/true|' "$1"; }

lay_out() {
	rm -rf "${work:?}"/*
	with_true "$BUILD/systemd/papod.service" > "$work/papod.service"
	cp "$SOURCES/systemd/papod.socket" "$work"
}

verify() {
	local output

	output=$(SYSTEMD_UNIT_PATH="$work:" systemd-analyze verify --man=no "$work/papod.service" "$work/papod.socket" 2>&1) ||
		complain "$1: systemd-analyze verify fails"
	# Only messages about papod's units; other units of the build machine may have errors.
	output=$(grep papod <<< "$output" || true)
	[ -z "$output" ] || complain "$1: $output"
}

lay_out
verify "papod.service and papod.socket"

exposure=$(SYSTEMD_UNIT_PATH="$work:" systemd-analyze security --offline=true "$work/papod.service" |
	sed -n 's/.*Overall exposure level for papod.service: \([0-9.]*\).*/\1/p')
awk -v found="${exposure:-10}" -v max="$exposure_max" 'BEGIN { exit !(found <= max) }' ||
	complain "papod.service: exposure ${exposure:-unknown}, at most $exposure_max is allowed"

for example in "$SOURCES"/systemd/examples/*.conf; do
	lay_out
	sed -i -E "s|^(Exec[A-Za-z]*=\+?)[^ ]*/papod\b|\1/bin/true|" "$work"/*.d/* 2> /dev/null || true
	unit=$(grep -q '^ListenStream=' "$example" && echo papod.socket || echo papod.service)
	mkdir "$work/$unit.d"
	with_true "$example" > "$work/$unit.d/example.conf"
	verify "systemd/examples/$(basename "$example")"
done
lay_out
mkdir "$work/early" "$work/late"
cat > "$work/papod.conf" << END
listen = ( { address = "*"; }, { kind = "datagram"; address = "*"; port = 6667; },
           { kind = "datagram"; path = "/run/papod/notify.sock"; } );
END
"$BUILD/papod-generator" "$work" "$work/early" "$work/late" "$work/papod.conf" 2>&1 || complain "papod-generator fails"
grep -q '^ListenDatagram=/run/papod/notify.sock$' "$work/papod.socket.d/00-listen.conf" ||
	complain "papod-generator leaves out a datagram socket"
verify "the drop-in of papod-generator"

for example in "$SOURCES"/systemd/examples/*@.service; do
	cp "$example" "$work"
	name=$(basename "$example" @.service)
	output=$(SYSTEMD_UNIT_PATH="$work:" systemd-analyze verify --man=no "$work/$name@backup.service.service" 2>&1) ||
		complain "systemd/examples/$name@.service: systemd-analyze verify fails"
	output=$(grep papod <<< "$output" || true)
	[ -z "$output" ] || complain "systemd/examples/$name@.service: $output"
done
finish "units verify, exposure $exposure"
