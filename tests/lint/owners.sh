#!/bin/bash
# The fields of struct connection that belong to one file are written by that file, and by the one
# that loads them.
. "$(dirname "$0")/common.sh"

# written_elsewhere FIELDS FILE
written_elsewhere() {
	grep -nE "\\b$1 *([-+|&^]?=[^=]|\\+\\+|--)" "$SOURCES"/src/net/*.c |
		grep -vE "/($2|connections_save)\\.c:" || true
}

while read -r fields owner; do
	while IFS=: read -r file line _; do
		complain "src/net/$(basename "$file"):$line: writes what only $owner.c may"
	done < <(written_elsewhere "$fields" "$owner")
done << 'TABLE'
in\.[a-z_]+ connection_input
out\.[a-z_.]+ connection_output
connection->phase connection_life
TABLE
finish "fields are written by their owners"
