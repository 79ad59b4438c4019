#!/bin/bash
# Fields of struct connection that belong to one file are written only by that file and by the one
# that loads them. Structs of world are written only in that room; rooms above it read them. The
# destructor of CLEANUP() is not called by hand.
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

# Exception: commands fill struct registration.
writes_to_world() {
	local object='\b(user|other|session|member|viewer|speaker|channel|world|ban)->'

	grep -nE "${object}[a-z_.]+(\[[^]]*\])? *([-+|&^*]?=[^=]|\+\+|--)|(\+\+|--)[a-z>-]*$object|bucket_take[a-z_]*\(&[a-z>-]*$object" \
		"$SOURCES"/src/{action,command,daemon}/*.c || true
}

while IFS=: read -r file line _; do
	complain "${file#"$SOURCES"/}:$line: writes what only files of world may"
done < <(writes_to_world)

# It leaves the pointer as it is, and takes one that is no address of a pointer, too.
while IFS=: read -r file line _; do
	complain "${file#"$SOURCES"/}:$line: calls mem_freep(), which is for CLEANUP(); call free()"
done < <(c_files | grep -v '/base/mem\.[ch]$' | xargs grep -n '\bmem_freep(')
finish "fields are written, and memory is freed, by their owners"
