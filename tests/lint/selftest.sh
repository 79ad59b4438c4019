#!/bin/bash
# Each check fails when an error is planted in a copy of the tree.
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

copy_tree() {
	rm -rf "${work:?}"/*
	mkdir -p "$work/sources/tests" "$work/build/systemd" "$work/build/man"
	cp -r "$SOURCES/src" "$SOURCES/systemd" "$SOURCES/.clang-format" "$work/sources"
	for room in $(rooms); do
		mkdir -p "$work/build/src/$room"
		cp "$(archive_of "$room")" "$work/build/src/$room"
	done
	cp "$BUILD"/systemd/*.service "$BUILD"/systemd/*.socket "$work/build/systemd"
	cp "$BUILD/man/rows.txt" "$work/build/man"
	chmod -R u+w "$work" # distcheck tests with read-only sources
}

# The words prove that the check failed for the planted reason.
expect_failure() {
	local check=$1 words=$2 output status=0

	output=$(SOURCES="$work/sources" BUILD="$work/build" "$LINT/$check.sh" 2>&1) || status=$?
	if [ "$status" -eq 77 ]; then
		echo "skipped: $check"
	elif [ "$status" -ne 0 ] && grep -q "^not ok.*$words" <<< "$output"; then
		echo "ok - $check refuses $words"
	else
		complain "$check does not refuse $words; it says: $output"
	fi
}

repeat() {
	for ((i = 0; i < $1; i++)); do
		echo "$2"
	done
}

plant_source() { cat > "$work/sources/src/$1/planted.c"; }

plant_object() {
	${CC:-cc} -c -o "$work/planted.o" -x c -
	ar r "$work/build/src/$1/lib$1.a" "$work/planted.o" 2> /dev/null
}

copy_tree
plant_source proto <<< '#include "world/user.h"'
expect_failure layers "proto may not see world"

copy_tree
plant_source base <<< '#include "mem.h"'
expect_failure layers "name the room too"

copy_tree
plant_source command < /dev/null
expect_failure layers "src/command/room.mk does not name planted.c"

copy_tree
mkdir "$work/sources/src/attic"
expect_failure layers "no row in tests/lint/rooms"

copy_tree
plant_source command <<< 'int planted(void);'
expect_failure commands "planted.c has no COMMAND()"

copy_tree
rm "$work/sources/src/command/who_query.c"
expect_failure commands "names who_query.c, which is not there"

copy_tree
plant_object base <<< 'extern int session_new(void); int planted(void) { return session_new(); }'
expect_failure link "calls session_new of world"

copy_tree
echo '#include "net/planted.h"' >> "$work/sources/src/net/loop.h"
echo '#include "net/loop.h"' > "$work/sources/src/net/planted.h"
expect_failure circles "a circle of loop.h planted.h"

copy_tree
plant_object net <<< 'int planted(void); extern int planted_too(void); int planted(void) { return planted_too(); }'
${CC:-cc} -c -o "$work/planted_too.o" -x c - <<< 'extern int planted(void); int planted_too(void) { return planted(); }'
ar r "$work/build/src/net/libnet.a" "$work/planted_too.o"
expect_failure circles "a circle of planted.c planted_too.c"

copy_tree
plant_source net <<< 'void planted(struct connection *one) { one->in.taken += 2; }'
expect_failure owners "planted.c:1: writes what only connection_input.c may"

copy_tree
plant_source base <<< 'void planted(char *text) { mem_freep(text); }'
expect_failure owners "planted.c:1: calls mem_freep(), which is for CLEANUP()"

copy_tree
printf 'static void refuse_nick(int a,\n\tint b)\n{\n}\n' | plant_source command
expect_failure names "several functions are called refuse_nick, in src/command/nick.c src/command/planted.c"

copy_tree
plant_source base < /dev/null
plant_source net < /dev/null
expect_failure names "several rooms have a file planted.c"

copy_tree
plant_source command <<< 'void planted(struct call *call) { call->user->talked_ms = 1; }'
expect_failure owners "planted.c:1: writes what only files of world may"

copy_tree
plant_source action <<< 'bool planted(struct member *member) { return bucket_take_one(&member->lines_full_ms, 1, 2); }'
expect_failure owners "planted.c:1: writes what only files of world may"

copy_tree
plant_object world <<< 'extern int getpid(void); int planted(void) { return getpid(); }'
expect_failure pure "calls getpid"

copy_tree
plant_object base <<< 'extern int json_delete(void); int planted(void) { return json_delete(); }'
expect_failure pure "src/base/planted.c: calls json_delete"

if ! has_sanitizers; then
	copy_tree
	plant_object net <<< 'int planted_count;'
	expect_failure pure "planted_count is state"
fi

copy_tree
find "$work/sources" -name '*.[ch]' -delete # no other file matters
plant_source base <<< 'int  planted( void ){return 1;}'
expect_failure format "planted.c: not formatted"

copy_tree
{
	printf 'int planted(int a, int b, int c, int d, int e, int f)\n{\n'
	repeat 60 '	a++;'
	printf '}\n'
} | plant_source base
expect_failure sizes "planted has 6 parameters"
expect_failure sizes "planted has 60 lines"

copy_tree
repeat 600 '/* */' | plant_source base
expect_failure sizes "600 lines, 599 are allowed"

copy_tree
repeat 600 "# planted" > "$work/sources/tests/planted.py"
expect_failure sizes "tests/planted.py: 600 lines"

copy_tree
sed -i 's/^PrivateNetwork=.*//; s/^RestrictAddressFamilies=.*//' "$work/build/systemd/papod.service"
expect_failure units "exposure"

copy_tree
cp -r "$SOURCES/tests" "$work/sources"
chmod -R u+w "$work"
cat >> "$work/sources/tests/hostile.md" << 'ROWS'
| to try what nobody tests | who knows | |
| to name what is not there | who knows | `e2e/test_hostile.py` nothing_like_that |
| to name no file | who knows | `e2e/test_nothing.py` |
ROWS
expect_failure hostile "no test proves: to try what nobody tests"
expect_failure hostile "has no test nothing_like_that"
expect_failure hostile "there is no tests/e2e/test_nothing.py"
printf 'option\tlimits.planted_option\n' >> "$work/build/man/rows.txt"
expect_failure proof "option planted_option is set by no test"
touch "$work/sources/tests/scenario/planted.txt" "$work/sources/tests/e2e/test_planted.py"
touch "$work/sources/tests/unit/base/test_planted.c"
echo 'check_PROGRAMS += %D%/test_planted' >> "$work/sources/tests/unit/base/room.mk"
expect_failure proof "tests/scenario/room.mk does not name planted.txt"
expect_failure proof "tests/e2e/room.mk does not name test_planted.py"
expect_failure proof "tests/unit/base/room.mk does not name test_planted.c"

cat >> "$work/sources/tests/ircv3.md" << 'ROWS'
| planted | cap `draft/planted` | works | `scenario/cap.txt` |
| unproven | cap `batch` | works | |
| hidden | cap `batch` | not yet: nobody knows | |
| silent | cap `silent` | not yet | |
ROWS
sed -i '/^| setname |/d' "$work/sources/tests/ircv3.md"
expect_failure ircv3 "planted works, but papod has no cap draft/planted"
expect_failure ircv3 "no test proves: unproven"
expect_failure ircv3 "hidden does not work, but papod has cap batch"
expect_failure ircv3 "it does not say why not: silent"
expect_failure ircv3 "cap setname has no row that works"

copy_tree
cp -r "$SOURCES/debian" "$SOURCES/dev" "$work/sources"
chmod -R u+w "$work"
sed -i 's/^Build-Depends:$/&\n planted | nothing-like-that (>= 1),/' "$work/sources/debian/control"
expect_failure packages "does not install planted | nothing-like-that"

copy_tree
echo 'Nonsense=yes' >> "$work/build/systemd/papod.service"
expect_failure units "papod.service"

copy_tree
cp -r "$SOURCES/debian" "$work/sources"
chmod -R u+w "$work"
sed -i 's/--no-start --no-stop-on-upgrade/--no-start/' "$work/sources/debian/rules"
expect_failure scripts "an upgrade stops papod-acme.timer"
sed -i '/deb-systemd-invoke/d' "$work/sources/debian/papod.prerm"
expect_failure scripts "the removal does not stop papod-acme.timer"

copy_tree
printf 'privileged\tPLANT\tADD|DEL <name>\npower\tPLANT\tADD\tfilter plant\n' >> "$work/build/man/rows.txt"
printf 'papoctl\tplant\tPLANT GROW\n' >> "$work/build/man/rows.txt"
printf 'COMMAND(planted) = { 0 };\nbool is = lookup_power(call, "force");\n' |
	plant_source command
expect_failure powers "PLANT DEL: the row does not say what papoctl has for it"
expect_failure powers "PLANT ADD: papoctl has no command filter plant"
expect_failure powers "papoctl plant is PLANT GROW, whose row does not say so"
expect_failure powers "planted.c: operators can do more than others"
sed -i '/^power\tPLANT/d' "$work/build/man/rows.txt"
expect_failure powers "PLANT is for operators"

copy_tree
plant_source push <<< 'uint32_t planted = push->settings->nick_length;'
expect_failure readers "limits.nick_length is read by another program than papod"
sed -i '/has_other_readers = true/d' "$work"/sources/src/config/option*
expect_failure readers "listen is read by another program than papod"
expect_failure readers "uploads.url is read by another program than papod"

finish "every check fails when it should"
