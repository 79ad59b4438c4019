#!/bin/bash
# papoctl can do what operators can do on IRC: the row of each command and subcommand with which they
# can do more than others says what papoctl has for it, or why it has nothing.
. "$(dirname "$0")/common.sh"

# Each word in capitals of a usage, such as ADD, is another thing to do.
choices_of() { grep -oE '\b[A-Z]{2,}\b' <<< "$1" || true; }

while IFS=$'\t' read -r name usage; do
	words=$(rows_of power | awk -F '\t' -v name="$name" '$1 == name { print $2 == "" ? "*" : $2 }')
	if [ -z "$words" ]; then
		complain "$name is for operators: its row does not say what papoctl has for it"
	elif ! grep -qxF '*' <<< "$words"; then
		while read -r word; do
			[ -z "$word" ] || grep -qw -- "$word" <<< "$words" ||
				complain "$name $word: the row does not say what papoctl has for it"
		done < <(choices_of "$usage")
	fi
done < <(rows_of privileged)

while IFS=$'\t' read -r name words command; do
	[[ $command == \(* ]] || names_of papoctl | grep -xF "$command" > /dev/null ||
		complain "$name${words:+ $words}: papoctl has no command $command"
done < <(rows_of power | sed 's/\t\t/\t \t/')

# An act that is a command of operators is found from there.
while IFS=$'\t' read -r command line; do
	[ -n "$line" ] || continue
	rows_of power | awk -F '\t' -v line="$line " -v command="$command" \
		'index(line, $1 " ") == 1 && $3 == command { found = 1 } END { exit !found }' ||
		complain "papoctl $command is $line, whose row does not say so"
done < <(rows_of papoctl)

# What a command asks before it does more for operators.
for file in "$SOURCES"/src/command/*.c "$SOURCES"/src/bots/*.c; do
	grep -qE '^(COMMAND|NICKSERV|CHANSERV)\(' "$file" || continue
	! grep -qE '\b(lookup_(power|privilege|operator)|session_(operator|has_privilege)|chanserv_is_founder)\(' "$file" ||
		grep -qF '.papoctl = ' "$file" ||
		complain "${file#"$SOURCES"/}: operators can do more than others: no row says what papoctl has for it"
done
finish "papoctl can do what operators can do on IRC"
