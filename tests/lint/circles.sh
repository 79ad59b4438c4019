#!/bin/bash
# In these rooms, the calls among files go in one direction only, and so do the includes among headers.
. "$(dirname "$0")/common.sh"

# calls_of ROOM: prints pairs of a file and another one that it calls.
calls_of() {
	nm -A -g "$(archive_of "$1")" | sed 's/^.*:\([^:]*\)\.o:/\1.c /' | awk '
		$2 == "U" || $2 == "w" { wanted[$1 " " $3] = 1; next }
		{ owner[$4] = $1 }
		END {
			for (pair in wanted) {
				split(pair, part, " ")
				if (part[2] in owner && owner[part[2]] != part[1])
					print part[1], owner[part[2]]
			}
		}'
}

includes_of() {
	local header

	for header in "$SOURCES/src/$1"/*.h; do
		sed -nE "s,^#include \"$1/([a-z0-9_]+\\.h)\".*,$(basename "$header") \\1,p" "$header"
	done
}

for room in base proto config files action tls net survival store service generator gate auth_pam mail push daemon; do
	loops=$({ calls_of "$room" && includes_of "$room"; } | tsort 2>&1 > /dev/null) || true
	[ -z "$loops" ] || complain "src/$room: a circle of$(
		sed -nE 's/^tsort: ([a-z0-9_]+\.[ch])$/ \1/p' <<< "$loops" | sort -u | tr -d '\n')"
done
finish "files of these rooms form no circle"
