#!/bin/bash
# Each row of tests/hostile.md names its proofs: a file that make check runs, and a test inside it.
. "$(dirname "$0")/common.sh"

rows=0
while IFS='|' read -r _ case outcome proofs _; do
	rows=$((rows + 1))
	[[ $case = *[a-z]* && $outcome = *[a-z]* ]] || complain "hostile.md: a row says too little:$case"
	check_proofs hostile.md "$case" "$proofs"
done < <(table_rows "$SOURCES/tests/hostile.md" | grep -vE '^\|( they try| it does)')
[ "$rows" -gt 40 ] || complain "hostile.md: its rows are not understood"
finish "all $rows ways to do harm are tested"
