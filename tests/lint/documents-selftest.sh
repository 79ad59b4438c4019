#!/bin/bash
# documents.sh fails when an error is planted in a copy of the tree.
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

copy_tree() {
	rm -rf "${work:?}"/*
	mkdir -p "$work/sources/tests" "$work/build/man" "$work/build/systemd"
	cp -r "$SOURCES"/*.md "$SOURCES/LICENSE" "$SOURCES/configure.ac" "$SOURCES/dev" "$SOURCES/src" "$SOURCES/man" \
		"$SOURCES/etc" "$SOURCES/systemd" "$SOURCES/debian" "$SOURCES/doc" "$work/sources"
	for directory in "$SOURCES"/tests/*/; do
		ln -s "$directory" "$work/sources/tests"
	done
	cp "$SOURCES"/tests/*.md "$work/sources/tests"
	cp "$BUILD"/man/*.[1578] "$BUILD/man/rows.txt" "$work/build/man"
	cp "$BUILD/systemd/papod.catalog" "$work/build/systemd"
	cp "$BUILD/papod" "$work/build"
	chmod -R u+w "$work"
}

# The words prove that the check failed for the planted reason.
expect_failure() {
	local words=$1 output status=0

	output=$(SOURCES="$work/sources" BUILD="$work/build" "$LINT/documents.sh" 2>&1) || status=$?
	if [ "$status" -eq 1 ] && grep -q "^not ok.*$words" <<< "$output"; then
		echo "ok - documents refuses: $words"
	else
		complain "documents does not refuse $words; it says: $output"
	fi
}

# Changes one file of the copy with sed; the check must report the words.
plant() {
	copy_tree
	sed -i "$2" "$work/$1"
	expect_failure "$3"
}

plant build/man/papod-irc.7 '/^\.It Ic TOPIC/d' "command TOPIC is not described"
plant build/man/papod-irc.7 '/^\.It Cm +n/d' "mode n is not described"
plant build/man/papod-irc.7 '/^\.It Cm +M/d' "mode M is not described"
plant build/man/papod.8 '/^\.It.*\\-replay/d' "command line option replay is not described"
plant build/man/papod.8 '/^\.It Cm kill /d' "log entry kill is not described"
plant build/man/papod-irc.7 '/^\.It Ic PONG/,/^\.It Ic PRIVMSG/{/^\.It/!d}' "has no text"
plant build/man/papod.8 '1a.Nonsense' "papod.8:.*Nonsense"
plant build/man/papod.8 's/^ListenStream=0.0.0.0:6667/ListenStream=0.0.0.0:6668/' "public.conf as it is"
plant build/man/papod.conf.5 '/^\.It Cm nick_length/d' "option limits.nick_length is not described"
plant build/systemd/papod.catalog 's/^-- 6a72/-- 6a73/' "MESSAGE_ID 6a72.* is not described"
if command -v journalctl > /dev/null; then
	plant build/systemd/papod.catalog '1,3d' "Got payload before ID"
fi
plant build/man/papod.conf.5 's/nick_length = 20/nick_length = 2/' "the example is refused"
plant build/man/rows.txt '/STOPPING/s/USERS/USERS, FISH/' "STOPPING promises FISH"
plant build/man/rows.txt '/STOPPING/{p;s/STOPPING.*/DREAMING\t/}' "nobody writes DREAMING"
plant sources/README.md 's/address = "\*"/address = "irc.example.org"/' "README.md: its line for papod.conf is refused"
plant build/man/papod.conf.5 's/privileges = \[ "kill", "ban"/privileges = [ "kill", "bans"/' "papod.conf.5-.*the example is refused"
plant sources/README.md 's/dev help/dev fly/' "no command fly"
plant sources/README.md 's/(HACKING.md)/(HACK.md)/' "link to HACK.md leads nowhere"
plant sources/ARCHITECTURE.md 's|src/world/event.h|src/world/evnt.h|' "there is no src/world/evnt.h"
plant sources/HACKING.md '1asee /home/ana/papod' "a path of one machine"
plant sources/src/command/version.c '1s/VERSION/what nobody asks/' "version.c:1:.*write .no one"
plant build/man/papod.8 's/name = "dashboard"; scopes = \[ "status"/name = "dashboard"; scopes = [ "states"/' "papod.8-.*the example is refused"
plant sources/HACKING.md 's/^    bea > PRIVMSG ana :hello/    bea > PRIVMSG ana :hullo/' "example.txt as it is"
plant sources/src/command/version.c 's/cost = 2/cost = 3/' "version.c as it is"
plant sources/NEWS.md 's/^## [0-9]/## 9/' "NEWS.md begins with 9"
finish "documents.sh fails when it should"
