#!/bin/bash
# The scripts pass shellcheck.
. "$(dirname "$0")/common.sh"

command -v shellcheck > /dev/null || skip "shellcheck is not installed"

while read -r file; do
	head -c 64 "$file" | grep -aq '^#!.*sh' || continue
	shellcheck -x -e SC1091 "$file" || complain "${file#"$SOURCES"/}: see above"
done < <(find "$SOURCES/dev" "$SOURCES/.ci" "$SOURCES/tests" "$SOURCES/debian/tests" "$SOURCES/systemd" -type f \
	! -path '*/corpus/*' 2> /dev/null | sort)
finish "shellcheck is content"
