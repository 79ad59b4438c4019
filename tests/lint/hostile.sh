#!/bin/bash
# Each row of tests/hostile.md names its proofs: a file that make check runs, and a test inside it.
. "$(dirname "$0")/common.sh"

table=$SOURCES/tests/hostile.md

# A file's name, or its target's, is in the room.mk of its directory.
check_proof() {
	local path=$1 name=$2 file=$SOURCES/tests/$1 target

	target=$(basename "${path%.c}")
	if [ ! -e "$file" ]; then
		complain "hostile.md: there is no tests/$path"
	elif ! grep -q -- "${target#fuzz_}" "$(dirname "$file")/room.mk"; then
		complain "hostile.md: nothing runs tests/$path"
	elif [ -n "$name" ] && ! grep -qE "(^static void |def test_)$name\\(" "$file"; then
		complain "hostile.md: tests/$path has no test $name"
	fi
}

rows=0
while IFS='|' read -r _ case outcome proofs _; do
	rows=$((rows + 1))
	[[ $case = *[a-z]* && $outcome = *[a-z]* ]] || complain "hostile.md: a row says too little:$case"
	# shellcheck disable=SC2016
	found=$(grep -oE '`[a-z0-9]+/[a-z0-9_/-]+\.[a-z]+`( [a-z0-9_]+)?' <<< "$proofs" | tr -d '`') || true
	[ -n "$found" ] || complain "hostile.md: no test proves:$case"
	while read -r path name; do
		[ -z "$path" ] || check_proof "$path" "$name"
	done <<< "$found"
done < <(grep '^|' "$table" | grep -vE '^\|(-| they try| it does)')
[ "$rows" -gt 40 ] || complain "hostile.md: its rows are not understood"
finish "all $rows ways to do harm are tested"
