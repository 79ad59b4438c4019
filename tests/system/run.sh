#!/bin/bash
# run.sh [SUITE]: builds the package in a new Debian, installs it into another, boots that, and
# checks it.
. "$(dirname "$0")/common.sh"

suite=${1:-bookworm}
builder=$WORK/$suite-builder
root=$WORK/$suite-root

build_package() {
	make_root "$suite" "$builder" --include=build-essential,lintian
	copy_checkout "$builder/src/papod"
	# shellcheck disable=SC2016
	inside "$builder" bash -ec 'cd /src/papod
		apt-get -qq update
		apt-get -qqy build-dep ./ > /src/build-dep.log 2>&1 || { cat /src/build-dep.log; exit 1; }
		dpkg-buildpackage -us -uc > /src/build.log 2>&1 || { tail -n 100 /src/build.log; exit 1; }'
	echo "ok - builds with dpkg-buildpackage in a clean $suite"
	inside "$builder" bash -c 'lintian --allow-root --fail-on error,warning --display-info --pedantic /src/papod_*.changes'
	echo "ok - lintian has neither errors nor warnings"
	mkdir -p "$WORK/$suite"
	cp "$builder"/src/papod_*.deb "$WORK/$suite"
}

# The checks start after everything that is enabled at boot, and the machine ends with them.
prepare_boot() {
	local top=$root/usr/local/share/papod-tests

	mkdir -p "$top/tests"
	cp -r "$TOP/tests/system" "$TOP/tests/e2e" "$top/tests"
	cp "$TOP/README.md" "$top"
	cp "$WORK/$suite"/papod_*.deb "$root/root"
	cat > "$root/etc/systemd/system/checks.service" <<-'UNIT'
		[Unit]
		After=multi-user.target
		SuccessAction=exit-force
		FailureAction=exit-force
		[Service]
		Type=oneshot
		TimeoutStartSec=1200
		StandardOutput=file:/checks.log
		StandardError=inherit
		Environment=DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8
		ExecStart=/bin/sh -c 'apt-get -qy install /root/papod_*.deb > /install.log 2>&1'
		ExecStart=/usr/local/share/papod-tests/tests/system/service.py
		[Install]
		WantedBy=default.target
	UNIT
	systemctl --root="$root" --quiet enable checks.service
}

libraries() {
	dpkg-deb -f "$WORK/$suite"/papod_*.deb Depends | tr ',' '\n' | sed -E 's/[|(].*//; s/ //g' | paste -sd,
}

# For work on the second half, REUSE_PACKAGE=yes skips the build.
[ "${REUSE_PACKAGE:-}" = yes ] || build_package
compgen -G "$WORK/$suite/papod_*.deb" > /dev/null || {
	echo "there is no package in $WORK/$suite; leave out REUSE_PACKAGE to build it"
	exit 1
}
make_root "$suite" "$root" --include="systemd-sysv,ca-certificates,curl,dbus,dehydrated,openssl,pebble,python3,util-linux,passwd,$(libraries)"
prepare_boot

status=0
timeout 1260 systemd-nspawn --quiet --boot --register=no --keep-unit --private-network \
	--directory="$root" < /dev/null > "$WORK/$suite/boot.log" 2>&1 || status=$?
if [ -s "$root/checks.log" ]; then
	cat "$root/checks.log"
else
	echo "not ok - the checks did not start (status $status); $WORK/$suite/boot.log ends so:"
	tail -n 20 "$WORK/$suite/boot.log"
	cat "$root/install.log" 2> /dev/null || true
	exit 1
fi
passed=$(grep -c '^ok' "$root/checks.log" || true)
failed=$(grep -c '^not ok' "$root/checks.log" || true)
planned=$(sed -n 's/^1\.\.//p' "$root/checks.log")
if [ "$((passed + failed))" -ne "${planned:-0}" ]; then
	echo "not ok - of ${planned:-0} checks, $((passed + failed)) were done before the machine ended"
	failed=$((failed + 1))
fi
echo "$suite: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
