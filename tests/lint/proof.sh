#!/bin/bash
# Each command, numeric, mode, capability and ISUPPORT token is proven by a scenario. Prints the table;
# a row without a scenario is refused.
. "$(dirname "$0")/common.sh"

scenarios=("$SOURCES"/tests/scenario/*.txt)

# proven KIND NAME PATTERN: which scenario has a line like that?
proven() {
	local where
	where=$(grep -lE -- "$3" "${scenarios[@]}" | head -n 1) || true
	if [ -n "$where" ]; then
		printf '%-10s %-24s %s\n' "$1" "$2" "${where##*/}"
	else
		complain "$1 $2 is proven by no scenario in tests/scenario"
	fi
}

reads='^[^ ]+ (<|finds) (@[^ ]+ )?'

while read -r name; do
	proven command "$name" "^[^ ]+ > $name( |\$)"
done < <(sed -n 's/^\t\.name = "\([A-Z]*\)",/\1/p' "$SOURCES"/src/command/*.c | sort)

while read -r name digits; do
	proven numeric "$digits $name" "$reads:irc\\.test $digits "
done < <(sed -n '/^#define/{/\\$/N;s/#define \([A-Z_]*\)[^"]*"\([0-9]*\)".*/\1 \2/p}' "$SOURCES/src/proto/numeric.h")

while read -r letter; do
	proven mode "+$letter" "$reads.* MODE [^ ]+ :?[-+a-zA-Z]*$letter"
done < <(sed -n "s/^\t\t\.letter = '\(.\)',/\1/p" "$SOURCES/src/world/modes.c" | sort -u)

while read -r letter; do
	proven notices "$letter" "$reads:irc\\.test 008 [^ ]+ \\+[a-z]*$letter"
done < <(sed -n "s/^\t{ '\(.\)', NOTICE_KIND.*/\1/p" "$SOURCES/src/world/notices.c")

while read -r name; do
	proven capability "$name" "$reads.* CAP [^ ]+ (ACK|LIST) :.*$name"
done < <(sed -n 's/^\t\t\.name = "\([^"]*\)",/\1/p' "$SOURCES/src/world/caps.c")

while read -r token; do
	proven isupport "$token" "$reads.* 005 .* ${token}[= ]"
done < <(sed -n 's/^\t{ \.name = "\([^"]*\)".*/\1/p' "$SOURCES/src/command/isupport.c")

finish "everything that a client can see is proven by a scenario"
