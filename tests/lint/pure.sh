#!/bin/bash
# Pure rooms call no functions outside papod except those in pure.allow, which are for all of them or
# for the room beside the name; and no room has state at file scope.
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for room in $(rooms); do
	nm -g --defined-only "$(archive_of "$room")"
done | awk 'NF == 3 { print $3 }' | sort -u > "$work/defined"

allowed_to() {
	awk -v room="$1" '{ sub(/#.*/, "") } NF == 1 || $2 == room { print $1 }' "$LINT/pure.allow" | sort -u
}

# Compilers and hardening use other names for some: __memcpy_chk, __isoc99_sscanf,
# __asan_report_load8.
plain_name() {
	sed -E -e 's/^__isoc[0-9]+_//' -e 's/^__(.*)_chk / \1 /' -e 's/^ //' |
		grep -Ev '^(__asan_|__ubsan_|__sanitizer_|__sancov_|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__assert_fail|__ctype_|__errno_location)' || true
}

for room in $(pure_rooms); do
	allowed_to "$room" > "$work/allowed"
	nm -A -u "$(archive_of "$room")" | sed 's/^.*:\([^:]*\):.* U /\1 /' |
		awk 'NF == 2 { print $2, $1 }' | plain_name | sort -u > "$work/wanted"
	while read -r symbol object; do
		complain "src/$room/${object%.o}.c: calls $symbol, which tests/lint/pure.allow does not name for it"
	done < <(join -v 1 "$work/wanted" "$work/defined" | sort | join -v 1 - "$work/allowed")
done

# Sanitizers add variables of their own.
has_sanitizers || for room in $(rooms); do
	while read -r object symbol; do
		complain "src/$room/${object%.o}.c: $symbol is state outside any struct"
	done < <(objdump -t "$(archive_of "$room")" | awk '
		/file format/ { object = $1; sub(/:.*/, "", object) }
		($4 == ".data" || $4 == ".bss" || $3 == ".data" || $3 == ".bss") && $NF !~ /^\./ { print object, $NF }')
done
finish "pure rooms stay pure, nothing keeps state"
