#!/bin/bash
# Options that other programs than papod read have has_other_readers in their rows: after a change of one,
# `papoctl edit` makes papod --apply tell those programs.
. "$(dirname "$0")/common.sh"

# Lines of an option or list, a field of struct settings that it sets, and 1 if it has other readers.
options_of() {
	awk '
		/\{$/ { name = ""; fields = ""; has_readers = 0 }
		/^\t*\.(path|name) = "/ { split($0, part, "\""); name = part[2] }
		/^\t*\.(offset|count_offset|items_offset) = TOP\(/ {
			sub(/.*, /, ""); sub(/\).*/, ""); fields = fields " " $0
		}
		/^\t*\.has_other_readers = true,$/ { has_readers = 1 }
		/^\t*\},$/ {
			n = split(fields, field, " ")
			for (i = 1; name != "" && i <= n; i++)
				print name, field[i], has_readers
			name = ""
		}' "$SOURCES"/src/config/option*.c "$SOURCES"/src/config/options_*.inc
}

# Of the others, and what papod --apply does for them.
code=$(cat "$SOURCES"/src/{gate,push,generator,lookup}/*.c "$SOURCES"/src/config/{gate,push,socket}_unit.c \
	"$SOURCES"/src/daemon/apply*.c | grep -v '^#include')

is_read() {
	local group=${1%%.*} member=${1#*.}

	[[ $1 == *.* ]] || group='(settings|all)'
	grep -qE "(^|[^-a-z_])$group(\\.|->)$member($|[^a-z_])" <<< "$code"
}

n_read=0
while read -r name has_readers; do
	n_read=$((n_read + 1))
	[ "$has_readers" = 1 ] ||
		complain "$name is read by another program than papod: its row lacks has_other_readers"
done < <(options_of | while read -r name field has_readers; do
	! is_read "$field" || echo "$name $has_readers"
done | sort -u)
[ "$n_read" -gt 20 ] || complain "only $n_read options were found that other programs read"
finish "options that other programs read are marked"
