#!/bin/bash
# Each command, numeric, mode, capability and ISUPPORT token is proven by a scenario in make check.
# Prints the table; refuses a row without a scenario.
. "$(dirname "$0")/common.sh"

scenarios=("$SOURCES"/tests/scenario/*.txt)

# proven KIND NAME PATTERN: finds a scenario with a matching line.
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
done < <(names_of command)

for service in NickServ:NS ChanServ:CS; do
	while read -r name; do
		proven "${service%:*}" "$name" "^[^ ]+ > (${service#*:}|PRIVMSG ${service%:*}) :?$name( |\$)"
	done < <(names_of "${service%:*}")
done

while read -r digits name; do
	proven numeric "$digits $name" "$reads:irc\\.test $digits "
done < <(rows_of numeric)

while read -r letter; do
	proven mode "+$letter" "$reads.* MODE [^ ]+ :?[-+a-zA-Z]*$letter"
done < <(names_of channelmode usermode | sort -u)

while read -r letter; do
	proven notices "$letter" "$reads:irc\\.test 008 [^ ]+ \\+[a-z]*$letter"
done < <(names_of notice)

while read -r name kind; do
	answers='ACK|LIST'
	[ "$kind" != listed ] || answers='LS( [*])?' # it cannot be requested
	proven capability "$name" "$reads.* CAP [^ ]+ ($answers) :.*$name"
done < <(rows_of cap)

while read -r token; do
	proven isupport "$token" "$reads.* 005 .* ${token}[= ]"
done < <(names_of token)

while read -r option; do
	complain "option $option is set by no test in tests/scenario, tests/unit or tests/e2e"
done < <(names_of option | sed 's/.*\.//' | sort -u | comm -23 - <(grep -ohE '\b[a-z_0-9]+ *= ' \
	"${scenarios[@]}" "$SOURCES"/tests/{e2e/test_*.py,unit/*/*.c} | tr -d ' =' | sort -u))

# A test that its room.mk does not name is never run; that it is built is not enough.
for test in "$SOURCES"/tests/{scenario/*.txt,*/test_*.py,fuzz/fuzz_*.c,unit/*/test_*.c,lint/*.sh}; do
	directory=${test%/*} name=${test##*/}
	[ "$name" = common.sh ] || grep -qF "%D%/${name%.c} " <(sed '/^check_PROGRAMS/d; s/$/ /' "$directory/room.mk") ||
		complain "${directory#"$SOURCES"/}/room.mk does not name $name"
done

finish "everything that a client can see is proven by a scenario"
