#!/bin/bash
# The units pass systemd-analyze verify, also with each drop-in example, and the sandboxes of the
# services are as strict as before.
. "$(dirname "$0")/common.sh"

command -v systemd-analyze > /dev/null || skip "systemd-analyze is not installed"
units="papod.service papod-gate.service papod-gate-certificates.service papod-gate-changed.service papod-acme.service
	papod-auth-pam.service papod-auth-pam.socket papod.socket papod-gate.socket papod-gate-handover.socket
	papod-control.socket papod-gate-certificates.path papod-acme.timer papod-mail.socket papod-mail@.service
	papod-push.socket papod-push.service papod-lookup.socket papod-lookup.service
	papod@den.service papod@den.socket papod-gate@den.service
	papod-gate@den.socket papod-gate-handover@den.socket papod-control@den.socket"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# verify requires that every program exists, but papod is not installed.
with_true() { sed -E 's,^(Exec[A-Za-z]*=\+?)[^ ]*/papod(-gate|-acme|-auth-pam|-mail|-push|-lookup)?( |$),\1/bin/true\3,' "$1"; }

lay_out() {
	local unit file

	rm -rf "${work:?}"/*
	for unit in $units; do
		file=${unit/@den/@}
		if [ -e "$SOURCES/systemd/$file" ]; then
			cp "$SOURCES/systemd/$file" "$work"
		else
			with_true "$BUILD/systemd/$file" > "$work/$file"
		fi
	done
}

# Only messages about papod's units, and none about the machine that builds: other units of it may
# have errors, and without /sys, as in a chroot, it seems to lack cgroups of version 2.
messages() { grep papod | grep -v 'running with legacy cgroups'; }

verify() {
	local output

	# shellcheck disable=SC2086
	output=$(cd "$work" && SYSTEMD_UNIT_PATH="$work:" systemd-analyze verify --man=no $units 2>&1) ||
		complain "$1: systemd-analyze verify fails"
	output=$(messages <<< "$output" || true)
	[ -z "$output" ] || complain "$1: $output"
}

# check_exposure SERVICE MAXIMUM
check_exposure() {
	local found

	found=$(SYSTEMD_UNIT_PATH="$work:" systemd-analyze security --offline=true "$work/$1" |
		sed -n "s/.*Overall exposure level for ${1/@/@[a-z]*}: \([0-9.]*\).*/\1/p")
	awk -v found="${found:-10}" -v max="$2" 'BEGIN { exit !(found <= max) }' ||
		complain "$1: exposure ${found:-unknown}, at most $2 is allowed"
	exposures="$exposures $1 ${found:-unknown}"
}

lay_out
verify "the units"
exposures=
check_exposure papod.service 0.3
check_exposure papod-gate.service 0.3
check_exposure papod@.service 0.3
check_exposure papod-gate@.service 0.3
check_exposure papod-acme.service 1.1 # it asks an issuer, over the network
check_exposure papod-auth-pam.service 0.6 # root reads hashes of passwords
check_exposure papod-mail@.service 6.3 # what it starts must gain rights
check_exposure papod-push.service 1.2 # it asks push services, over the network
check_exposure papod-lookup.service 1.2 # it asks name servers, over the network
check_exposure papod-gate-certificates.service 1.1 # root reads private keys and restarts a unit

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
touch "$work/cert.pem" "$work/key.pem"
cat > "$work/papod.conf" << END
listen = ( { address = "*"; }, { kind = "datagram"; address = "*"; port = 6667; },
           { kind = "datagram"; path = "/run/papod/notify.sock"; },
           { address = "*"; tls = true; } );
tls = { certificate = "$work/cert.pem"; key = "$work/key.pem"; };
END
mkdir -p "$work/instances/den"
cat > "$work/instances/den/papod.conf" << END
listen = ( { address = "*"; port = 6670; }, { address = "*"; port = 6690; tls = true; } );
END
"$BUILD/papod-generator" "$work" "$work/early" "$work/late" "$work/papod.conf" 2>&1 || complain "papod-generator fails"
grep -q '^ListenStream=/run/papod/den/irc.sock$' "$work/papod@den.socket.d/00-listen.conf" ||
	complain "papod-generator leaves out an instance"
grep -q '^ListenDatagram=/run/papod/notify.sock$' "$work/papod.socket.d/00-listen.conf" ||
	complain "papod-generator leaves out a datagram socket"
grep -q "^LoadCredential=tls.key:$work/key.pem$" "$work/papod-gate.service.d/00-listen.conf" ||
	complain "papod-generator leaves out a private key"
verify "the drop-ins of papod-generator"

for example in "$SOURCES"/systemd/examples/*@.service; do
	cp "$example" "$work"
	name=$(basename "$example" @.service)
	output=$(SYSTEMD_UNIT_PATH="$work:" systemd-analyze verify --man=no "$work/$name@backup.service.service" 2>&1) ||
		complain "systemd/examples/$name@.service: systemd-analyze verify fails"
	output=$(messages <<< "$output" || true)
	[ -z "$output" ] || complain "systemd/examples/$name@.service: $output"
done
cp "$SOURCES"/systemd/examples/papod-backup.* "$work"
output=$(SYSTEMD_UNIT_PATH="$work:" systemd-analyze verify --man=no "$work/papod-backup.timer" "$work/papod-backup.service" 2>&1) ||
	complain "systemd/examples/papod-backup.timer: systemd-analyze verify fails"
output=$(messages <<< "$output" || true)
[ -z "$output" ] || complain "systemd/examples/papod-backup.timer: $output"
finish "units verify; exposure:$exposures"
