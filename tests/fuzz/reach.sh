#!/bin/bash
# The corpus shows each command whose row has COMMAND_REACH_WORLD doing so; fuzz_world itself checks
# that no other command does.
. "$(dirname "$0")/../lint/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Commands whose change comes with an answer, which is an event of its own.
asks_first="OPER WEBIRC AUTHENTICATE REGISTER VERIFY CLIENTCERT NS NICKSERV FILEHOST PERSISTENCE WEBPUSH"
# Commands that reach others with a secret of the server, which no input can know.
needs_secret="TOKEN"

SHOW_REACH=1 srcdir=$SOURCES "$BUILD/tests/fuzz/fuzz_world" > "$work/seen" || complain "fuzz_world fails"
while read -r name; do
	case " $asks_first $needs_secret " in *" $name "*) continue ;; esac
	grep -qxF "reaches the world: $name" "$work/seen" ||
		complain "the row of $name says that it reaches the world; no input in tests/fuzz/corpus/world shows that"
done < <(rows_of command | awk '$2 == "world" { print $1 }')
finish "each command that reaches the world is seen doing so"
