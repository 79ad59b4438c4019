#!/bin/bash
# The name of a function occurs once in src/, so that a debugger, a tag or a search finds one place.
# So does the name of a file, except for commands, whose files are named after them.
. "$(dirname "$0")/common.sh"

# name | why several functions may have it
functions='
main | each program has one
run  | a command has its row, and the row its run
'
# name | why two rooms may have such a file
files='
cloak    | proto makes the texts, action gives them to users
main     | each program has one
notices  | world has the kinds, action sends them
snapshot | daemon puts the world into one with the rest
'

# is_exception LIST NAME
is_exception() { awk -F'[ |]+' -v name="$2" 'NF && $1 == name { found = 1 } END { exit !found }' <<< "$1"; }

# Lines of name and file. Relies on the layout that format.sh checks: a function's brace stands alone in the
# first column.
functions_of() {
	awk -v file="${1#"$SOURCES"/}" '
		/^[a-z_].*\(/ && !/;$/ && !/=/ { head = ""; in_head = 1 }
		in_head { head = head " " $0 }
		in_head && /;$/ { in_head = 0 }
		/^{$/ && in_head {
			in_head = 0
			gsub(/__attribute__\(\([a-z_]+(\([^)]*\))?\)\)/, "", head)
			sub(/\(.*/, "", head)
			sub(/.*[ *]/, "", head)
			print head, file
		}' "$1"
}

names=$(while read -r file; do functions_of "$file"; done < <(find "$SOURCES/src" -name '*.[ch]' -type f) | sort -u)
while read -r name; do
	is_exception "$functions" "$name" ||
		complain "several functions are called $name, in$(awk -v name="$name" '$1 == name { printf " %s", $2 }' <<< "$names")"
done < <(cut -d ' ' -f 1 <<< "$names" | uniq -d)
[ "$(wc -l <<< "$names")" -gt 1000 ] || complain "only $(wc -l <<< "$names") functions were found"
while read -r name; do
	is_exception "$files" "${name%.c}" || complain "several rooms have a file $name"
done < <(find "$SOURCES/src" -name '*.c' ! -path '*/command/*' -printf '%f\n' | sort | uniq -d)
finish "the name of a function occurs once"
