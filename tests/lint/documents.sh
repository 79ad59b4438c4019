#!/bin/bash
# The documents are correct as far as a program can check: every row of every table is in the
# manual, and everything that they name (files, links, ./dev commands, options, scenarios) exists.
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pages=("$BUILD"/man/papod.8 "$BUILD"/man/papod.conf.5 "$BUILD"/man/papod-secrets.5 "$BUILD"/man/papod-irc.7 "$BUILD"/man/papoctl.1
	"$SOURCES"/man/papod-gate.8 "$SOURCES"/man/papod-auth-pam.8 "$SOURCES"/man/papod-checker.7 "$SOURCES"/man/papod-mail.8
	"$SOURCES"/man/papod-push.8 "$SOURCES"/man/papod-lookup.8)
markdown() { find "$SOURCES" -maxdepth 1 -name '*.md'; find "$SOURCES/tests" "$SOURCES/doc" -name '*.md'; }

# Reads names, one a line; each must be in the file in that format.
expect_rows() {
	local what=$1 file=$2 format=$3 count=0 name line

	while read -r name; do
		# shellcheck disable=SC2059
		printf -v line "$format" "$name"
		grep -qE -- "$line" "$file" || complain "$(basename "$file"): $what $name is not described"
		count=$((count + 1))
	done
	[ "$count" -gt 0 ] || complain "no $what was found in the sources"
}

check_rows() {
	local page=$BUILD/man/papod.8 irc=$BUILD/man/papod-irc.7 catalog=$BUILD/systemd/papod.catalog

	awk '/^\.Ss/ { group = $2 } /^\.It Cm/ { print group "." $3 }' "$BUILD/man/papod.conf.5" > "$work/papod.conf.5"
	expect_rows command "$irc" '^\.It Ic %s( |$)' < <(names_of command)
	awk '/^\.Ss/ { group = $2 } /^\.It Ic/ { print group, $3; print group, $3, $4 }' "$irc" > "$work/papod-irc.7"
	expect_rows "command of NickServ" "$work/papod-irc.7" '^NickServ %s$' < <(names_of NickServ)
	expect_rows "command of ChanServ" "$work/papod-irc.7" '^ChanServ %s$' < <(names_of ChanServ)
	expect_rows mode "$irc" '^\.It Cm \+%s( |$)' < <(names_of channelmode usermode)
	expect_rows "extended mask" "$irc" '^\.It Cm "(\\\\&)?[$][%s]' < <(names_of extban)
	expect_rows "kind of notices" "$irc" '^\.It Cm %s$' < <(names_of notice)
	expect_rows capability "$irc" '^\.It Cm %s$' < <(names_of cap)
	expect_rows "command line option" "$page" '^\.It .*Fl \\\\-%s( |$)' < <(names_of argument)
	expect_rows option "$work/papod.conf.5" '^%s$' < <(names_of option)
	expect_rows "log entry" "$page" '^\.It Cm %s Pq [a-z]+$' < <(names_of entry)
	expect_rows metric "$page" '^\.It Cm %s(_total)? Pq ' < <(names_of metric)
	expect_rows MESSAGE_ID "$page" ' %s$' < <(rows_of entry | cut -f 2)
	expect_rows MESSAGE_ID "$catalog" '^-- %s$' < <(rows_of entry | cut -f 2)
}

# Some code writes each entry, and names every field that the logbook promises; fields of every
# session are in session_log.c.
check_fields() {
	rows_of entry | cut -f 3,4 | tr '\t' ' ' | tr -d , > "$work/promised"
	cat "$SOURCES"/src/*/*.c | awk 'BEGIN { RS = ";" } /LOGBOOK_/ {
		line = $0; fields = ""
		while (match(line, /"[A-Z_]+"/)) {
			fields = fields " " substr(line, RSTART + 1, RLENGTH - 2)
			line = substr(line, RSTART + RLENGTH)
		}
		if (/log_session\(/) fields = fields " SESSION NICK ADDRESS LISTENER"
		while (match($0, /LOGBOOK_[A-Z_]+/)) {
			print substr($0, RSTART + 8, RLENGTH - 8) fields
			$0 = substr($0, RSTART + RLENGTH)
		}
	}' > "$work/written"
	while read -r entry; do
		complain "src/base/logbook.def: nobody writes $entry"
	done < <(comm -23 <(cut -d ' ' -f 1 "$work/promised" | sort) <(cut -d ' ' -f 1 "$work/written" | sort -u))
	awk 'FNR == NR { for (i = 2; i <= NF; i++) has[$1, $i] = 1; next }
		{ for (i = 2; i <= NF; i++) if (!has[$1, $i]) print $1, $i }' "$work/written" "$work/promised" > "$work/missing"
	while read -r entry name; do
		complain "src/base/logbook.def: $entry promises $name, which nobody writes"
	done < "$work/missing"
}

# journalctl can read the whole catalog.
check_catalog() {
	local known

	command -v journalctl > /dev/null || return 0
	mkdir -p "$work/root/usr/lib/systemd/catalog" "$work/root/var/lib/systemd/catalog"
	cp "$BUILD/systemd/papod.catalog" "$work/root/usr/lib/systemd/catalog"
	journalctl --root="$work/root" --update-catalog > "$work/output" 2>&1 ||
		complain "papod.catalog: $(cat "$work/output")"
	known=$(journalctl --root="$work/root" --list-catalog | wc -l)
	[ "$known" -eq "$(names_of entry | wc -l)" ] ||
		complain "papod.catalog: journalctl finds $known entries"
}

# An entry of a list is followed by its text, and no mark unknown to docgen is left.
check_page() {
	local page=$1 name
	name=$(basename "$page")

	if [ ! -e "$page" ]; then
		complain "$name was not built"
		return
	fi
	awk '/^\.(It|El)/ && item { print item } { item = /^\.It/ ? $0 : "" }' "$page" |
		sed 's/^/has no text: /' > "$work/empty"
	grep -nE '^@[A-Z_]+@$|@[A-Z]{3,}@' "$page" >> "$work/empty" || true
	while read -r line; do
		complain "$name: $line"
	done < "$work/empty"
}

# References to manuals that are not installed are allowed.
check_mandoc() {
	local page=$1

	mandoc -T lint -W style "$page" 2>&1 |
		grep -vE 'referenced manual not found|outdated mandoc.db' > "$work/mandoc" || true
	while read -r line; do
		complain "$line"
	done < "$work/mandoc"
}

# Checks [text](target), and every path that begins with a directory of the tree. Names in capitals
# are placeholders.
check_links() {
	local file=$1 target base
	base=$(dirname "$file")

	while read -r target; do
		[ -e "$base/${target%%#*}" ] || complain "$(basename "$file"): the link to $target leads nowhere"
	done < <(grep -oE '\]\([^)]+\)' "$file" | sed -E 's/^\]\(//; s/\)$//' | grep -vE '^(https?:|#)' || true)
	while read -r target; do
		[ -e "$SOURCES/$target" ] || complain "$(basename "$file"): there is no $target"
	done < <(grep -oE '(^|[^A-Za-z0-9_/.-])(src|man|etc|tests|systemd|debian)/[A-Za-z0-9_/.*-]+' "$file" |
		sed -E 's/^[^a-z]//; s/[.]$//' | grep -vE '[A-Z*]' || true)
}

# The first words of ./dev help's lines are its commands.
check_commands() {
	local file=$1 word

	while read -r word; do
		"$SOURCES/dev" help | grep -E "^ *(\./dev )?$word( |\$)" > /dev/null ||
			complain "$(basename "$file"): ./dev has no command $word"
	done < <(grep -oE '\./dev [a-z]+' "$file" | sed 's/.* //' | sort -u)
}

# Files in the package name no file that the package lacks.
check_shipped() {
	local file

	while read -r file; do
		! grep -nE '\]\([^)h#]|\./dev|(^|[^A-Za-z0-9_/.-])(src|man|tests|systemd|debian)/' "$SOURCES/$file" > "$work/pointers" ||
			complain "$file, which the package ships, points to what it does not: $(head -n 1 "$work/pointers")"
	done < "$SOURCES/debian/papod.docs"
}

check_machine() {
	grep -rnE '(^|[^A-Za-z0-9_.])/(work|root|home|mnt)/' "$SOURCES"/*.md "$SOURCES/man" "$SOURCES/etc" \
		"$SOURCES/systemd" > "$work/paths" || true
	while read -r line; do
		complain "${line#"$SOURCES"/}: a path of one machine"
	done < "$work/paths"
}

# The newest heading of NEWS.md is the version in configure.ac.
check_news() {
	local version news

	version=$(sed -nE 's/^AC_INIT\(\[papod\], \[([^]]+)\].*/\1/p' "$SOURCES/configure.ac")
	news=$(sed -nE 's/^## ([^ ]+).*/\1/p' "$SOURCES/NEWS.md" | head -n 1)
	[ "${version:-missing}" = "$news" ] ||
		complain "NEWS.md begins with ${news:-nothing}, configure.ac has ${version:-nothing}"
}

# The indented lines after that line.
block_after() { awk -v mark="$2" 'found && /^[^ ]/ { exit } found && NF { sub(/^    /, ""); print } $0 == mark { found = 1 }' "$1"; }

# The manual shows these examples, line by line, without their comments; README.md a line of
# papod.conf.
check_dropins() {
	local example

	for example in public.conf own-sockets.conf papod-notify@.service papod-backup.service papod-backup.timer; do
		sed '/^#/d' "$SOURCES/systemd/examples/$example" > "$work/example"
		awk -v want="$(cat "$work/example")" '
			/^\.Bd -literal/ { shown = ""; inside = 1; next }
			/^\.Ed/ { if (shown == want "\n") found = 1; inside = 0 }
			inside { shown = shown $0 "\n" }
			END { exit !found }' "$BUILD/man/papod.8" ||
			complain "papod.8 does not show systemd/examples/$example as it is"
	done
	block_after "$SOURCES/README.md" "write this into /etc/papod/papod.conf:" > "$work/listen.conf"
	[ -s "$work/listen.conf" ] || complain "README.md shows no line for papod.conf"
	"$BUILD/papod" --check "$work/listen.conf" > "$work/output" 2>&1 ||
		complain "README.md: its line for papod.conf is refused: $(cat "$work/output")"
}

check_scenario() {
	block_after "$SOURCES/HACKING.md" "same bytes. tests/scenario/example.txt:" |
		cmp -s - "$SOURCES/tests/scenario/example.txt" ||
		complain "HACKING.md does not show tests/scenario/example.txt as it is"
}

# shellcheck disable=SC2016
PASSWORD='password = $y$j9T$k2XAnEHBqQ1Ct2aMXFqPi/$7Isx0yuKFxzSszrrXUDe60/UjIGLydn65lnqjOE2eH.'

# The names in a list of papod.conf, as sections of secrets.ini with that line.
sections() {
	awk -v list="$2" -v section="$3" -v secret="$4" '
		index($0, list " = (") == 1 { inside = 1 }
		inside && match($0, /name = "[^"]*"/) {
			print "[" section " " substr($0, RSTART + 8, RLENGTH - 9) "]"
			print secret
		}
		/\);$/ { inside = 0 }' "$1"
}

secrets_for() {
	sections "$1" operators operator "$PASSWORD"
	sections "$1" gateways gateway "$PASSWORD"
	sections "$1" api_tokens api "token = 0123456789abcdef"
}

# Each example of a configuration is valid. The file must not be in the directory of the secrets.
check_configurations() {
	local page count=0

	for page in "${pages[@]}"; do
		awk -v prefix="$work/$(basename "$page")" '/checked by documents.sh/ { wanted = 1; next }
			/^\.Bd/ && wanted { n++; inside = 1; wanted = 0; next }
			/^\.Ed/ { inside = 0 }
			inside { print > (prefix "-" n) }' "$page"
	done
	mv "$work/papod-secrets.5-2" "$work/secrets.ini" || complain "papod-secrets.5 has no example"
	chmod 600 "$work/secrets.ini"
	echo "Welcome" > "$work/motd"
	for page in "$work"/papod-secrets.5-1 "$work"/papod.8-* "$work"/papod.conf.5-* "$work"/papod-gate.8-*; do
		sed "s,/etc/papod/motd,$work/motd," "$page" > "$work/papod.conf"
		[ -e "$work/secrets.ini" ] || secrets_for "$page" > "$work/secrets.ini"
		chmod 600 "$work/secrets.ini"
		"$BUILD/papod" --check "$work/papod.conf" > "$work/output" 2>&1 ||
			complain "$(basename "$page"): the example is refused: $(cat "$work/output")"
		! grep -q '^warning' "$work/output" || complain "$(basename "$page"): $(cat "$work/output")"
		rm -f "$work/secrets.ini"
		count=$((count + 1))
	done
	[ "$count" -ge 15 ] || complain "the manual has too few examples that are checked"
}

# The lines between the fences after this line.
fenced_after() { awk -v mark="$2" '/^```$/ { inside = 0 } inside; $0 == mark { found = 1 } found && /^```c/ { inside = 1; found = 0 }' "$1"; }

# The example of a command equals the file in the tree, and that of an option its row.
check_examples() {
	local line

	fenced_after "$SOURCES/HACKING.md" "One file in src/command/, its row at the end. All of src/command/version.c:" |
		cmp -s - "$SOURCES/src/command/version.c" ||
		complain "HACKING.md does not show src/command/version.c as it is"
	fenced_after "$SOURCES/HACKING.md" "src/config/options_limits.inc:" > "$work/option.c"
	grep -q '\.path' "$work/option.c" || complain "HACKING.md shows no option"
	while read -r line; do
		grep -qF -- "$line" "$SOURCES/src/config/options_limits.inc" ||
			complain "HACKING.md: no row of src/config/options_limits.inc has $line"
	done < "$work/option.c"
}

# Words that have plainer ones; "nobody" is also the name of a user of the system.
check_english() {
	grep -rnE "\<([Nn]obody|[Ww]ho(m)?ever|for ever)\>" "$SOURCES"/*.md "$SOURCES"/{doc,etc,man,src,systemd} |
		grep -vE '"nobody"|[$]nobody|README\.pt' > "$work/words" || true
	while read -r line; do
		complain "${line#"$SOURCES"/}: write \"no one\", \"a client that\" or \"indefinitely\""
	done < "$work/words"
}

for page in "${pages[@]}"; do
	check_page "$page"
done
check_rows
check_fields
check_catalog
check_dropins
check_news
check_shipped
check_machine
check_english
check_scenario
check_examples
check_configurations
while read -r file; do
	check_links "$file"
	check_commands "$file"
done < <(markdown)

if command -v mandoc > /dev/null; then
	for page in "${pages[@]}"; do
		check_mandoc "$page"
	done
elif [ "$FAILURES" -eq 0 ]; then
	skip "mandoc is not installed; everything else is fine"
fi
finish "documents agree with the tree"
