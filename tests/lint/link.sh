#!/bin/bash
# A room's archive calls only functions in the archives of the rooms that it may see, or in no room
# at all.
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for room in $(rooms); do
	[ -e "$(archive_of "$room")" ] || {
		complain "$(archive_of "$room") is missing: run make first"
		continue
	}
	nm -g --defined-only "$(archive_of "$room")" | awk -v room="$room" 'NF == 3 { print $3, room }'
done | sort > "$work/defined"
grep '^not ok' "$work/defined" && exit 1

for room in $(rooms); do
	seen=$(seen_by "$room" | tr '\n' ' ')
	nm -A -u "$(archive_of "$room")" | sed 's/^.*:\([^:]*\):.* U /\1 /' |
		awk 'NF == 2 { print $2, $1 }' | sort -u > "$work/wanted"
	while read -r symbol object owner; do
		[[ " $room $seen " == *" $owner "* ]] ||
			complain "src/$room/${object%.o}.c: calls $symbol of $owner, which $room may not see"
	done < <(join "$work/wanted" "$work/defined")
done
finish "every call goes downwards"
