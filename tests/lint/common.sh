# shellcheck shell=bash disable=SC2016,SC2034
# Shared by the checks. SOURCES and BUILD may point to other trees, as in selftest.sh.
set -euo pipefail
export LC_ALL=C

LINT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SOURCES=${SOURCES:-$(cd "$LINT/../.." && pwd)}
BUILD=${BUILD:-.}
FAILURES=0

rooms() { awk '!/^#/ && NF { print $1 }' "$LINT/rooms"; }
pure_rooms() { awk '$2 == "pure" { print $1 }' "$LINT/rooms"; }
seen_by() { awk -v room="$1" '$1 == room { for (i = 3; i <= NF; i++) print $i }' "$LINT/rooms"; }
# The rows of a table, as `docgen --rows` prints them without their kind: rows_of KIND [KIND ...]
rows_of() { awk -F '\t' -v kinds=" $* " 'index(kinds, " " $1 " ") { print substr($0, length($1) + 2) }' "$BUILD/man/rows.txt"; }
# The first column of these rows.
names_of() { rows_of "$@" | cut -f 1; }
archive_of() { echo "$BUILD/src/$1/lib$1.a"; }

complain() {
	echo "not ok - $*"
	FAILURES=$((FAILURES + 1))
}

# Prints the result and ends the check.
finish() {
	[ "$FAILURES" -eq 0 ] || exit 1
	echo "ok - $*"
}

skip() {
	echo "skipped: $*"
	exit 77
}

# nm's plugin shows the intermediate code of fat objects, which lacks the calls of malloc(), printf()
# and other functions that the compiler knows.
nm() { command nm --plugin=/dev/null "$@"; }

c_files() {
	find "$SOURCES/src" "$SOURCES/tests" -name '*.[ch]' -type f | sort
}

# grep must read all of nm's output: with pipefail, an early end would be a failure.
has_sanitizers() { nm "$(archive_of base)" 2> /dev/null | grep '__asan_\|__ubsan_' > /dev/null; }

# Rows of tables of proofs: | what | ... | proofs |
table_rows() { grep '^|' "$1" | grep -v '^|-'; }

# The name of a file, or of its target, is in the room.mk of its directory.
check_proof() {
	local table=$1 path=$2 name=$3 file=$SOURCES/tests/$2 target

	target=$(basename "${path%.c}")
	if [ ! -e "$file" ]; then
		complain "$table: there is no tests/$path"
	elif ! grep -q -- "${target#fuzz_}" "$(dirname "$file")/room.mk"; then
		complain "$table: nothing runs tests/$path"
	elif [ -n "$name" ] && ! grep -qE "(^static void |def test_)$name\\(" "$file"; then
		complain "$table: tests/$path has no test $name"
	fi
}

# check_proofs TABLE ROW PROOFS: each proof is `room/file`, optionally with the name of a test in
# it.
check_proofs() {
	local found path name

	found=$(grep -oE '`[a-z0-9]+/[a-z0-9_/-]+\.[a-z]+`( [a-z0-9_]+)?' <<< "$3" | tr -d '`') || true
	[ -n "$found" ] || complain "$1: no test proves:$2"
	while read -r path name; do
		[ -z "$path" ] || check_proof "$1" "$path" "$name"
	done <<< "$found"
}
