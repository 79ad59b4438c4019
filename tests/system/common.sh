# shellcheck shell=bash disable=SC2016,SC2034
# Shared by the tests in a Debian of their own. They need root, and the packages that ./dev
# installs.
set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
WORK=$TOP/build/system

# The mirror of this machine's packages; nothing if it is unknown.
find_mirror() {
	apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' 2> /dev/null |
		awk '$1 == "Debian" && $2 == "Debian" && $3 == "main" { print $4; exit }'
}

# make_root SUITE DIRECTORY [OPTION]...: creates a new Debian there.
make_root() {
	local suite=$1 directory=$2 mirror
	shift 2

	mirror=$(find_mirror)
	rm -rf --one-file-system "$directory"
	mkdir -p "$(dirname "$directory")"
	mmdebstrap --quiet --variant=minbase "$@" "$suite" "$directory" ${mirror:+"$mirror"}
	# It uses the same proxy as this machine.
	apt-config dump --format '%f "%v";%n' 2> /dev/null |
		grep -E '^Acquire::(http|https)::Proxy' > "$directory/etc/apt/apt.conf.d/99host" || true
	cp -L /etc/resolv.conf "$directory/etc/resolv.conf" 2> /dev/null || true
	# An installer of Debian writes this. Without it, programs ask a name server for localhost.
	printf '%s\n' '127.0.0.1 localhost' '::1 localhost ip6-localhost ip6-loopback' > "$directory/etc/hosts"
}

# Copies the files that git would track.
copy_checkout() {
	mkdir -p "$1"
	tar -C "$TOP" -c --exclude=./.git --exclude=./build --exclude='./build-*' --exclude=./build-aux \
		--exclude=./configure --exclude=./config.h.in --exclude=./Makefile.in --exclude=./aclocal.m4 \
		--exclude=./autom4te.cache --exclude=__pycache__ . | tar -C "$1" -x --no-same-owner
}

inside() {
	local root=$1
	shift
	env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb \
		DEBIAN_FRONTEND=noninteractive DEB_BUILD_OPTIONS="${DEB_BUILD_OPTIONS:-}" unshare --mount --pid --fork --kill-child \
		bash -c 'mount --make-rprivate / && mount --bind "$0" "$0" && mkdir -p "$0/dev/pts" "$0/dev/shm" &&
			mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"' \
		"$root" "$@"
}
