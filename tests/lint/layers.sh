#!/bin/bash
# A room includes only itself and the rooms that tests/lint/rooms allows, and builds each of its
# files.
. "$(dirname "$0")/common.sh"

# check_include ROOM PLACE INCLUDED, with what the room may see in $seen.
check_include() {
	local room=$1 place=$2 included=$3

	case $included in
	*/*) ;;
	*)
		complain "$place: \"$included\": name the room too, as in \"$room/$included\""
		return
		;;
	esac
	included=${included%%/*}
	[[ " $room $seen " == *" $included "* ]] ||
		complain "$place: $room may not see $included; move what you need down, or pass it in"
}

for directory in "$SOURCES"/src/*/; do
	room=$(basename "$directory")
	rooms | grep -x "$room" > /dev/null || complain "src/$room: no row in tests/lint/rooms"
done

for room in $(rooms); do
	seen=$(seen_by "$room" | tr '\n' ' ')
	while IFS=: read -r file line text; do
		included=${text#*\"}
		check_include "$room" "${file#"$SOURCES"/}:$line" "${included%%\"*}"
	done < <(grep -n '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$SOURCES/src/$room"/*.{c,h,def,inc} /dev/null 2> /dev/null || true)
	for file in "$SOURCES/src/$room"/*.{c,h,def,inc}; do
		[ ! -e "$file" ] || grep -qF "%D%/${file##*/} " <(sed 's/$/ /' "$SOURCES/src/$room/room.mk") ||
			complain "src/$room/room.mk does not name ${file##*/}"
	done
done
finish "every include looks downwards, and every file is built"
