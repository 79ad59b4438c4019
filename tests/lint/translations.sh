#!/bin/bash
# A translation of README.md has the same commands, lines of configuration, names in backquotes and
# links, so that none is outdated.
. "$(dirname "$0")/common.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Indented lines, without what two or more spaces separate from a command: its description.
blocks() { sed -nE 's/^    ( *[^ ].*)$/\1/p' "$1" | sed -E 's/^( *[^ ]+( [^ ]+)*) {2,}.*/\1/'; }

# In the order of the alphabet, because a sentence in another language has another order. One span may
# go over the end of a line.
# shellcheck disable=SC2016
spans() { tr '\n' ' ' < "$1" | sed 's/  */ /g' | grep -oE '`[^`]+`' | sort -u; }
links() { grep -oE '\]\([^)]+\)|<https?:[^>]+>' "$1" | grep -vE 'README(\.pt-BR)?\.md' | sort -u; }

# compare FILE FUNCTION WHAT
compare() {
	local line

	"$2" "$SOURCES/README.md" > "$work/original"
	"$2" "$SOURCES/$1" > "$work/translation"
	[ -s "$work/original" ] || complain "README.md has no $3"
	while read -r line; do
		complain "$1: $3 differ from README.md: $line"
	done < <(diff "$work/original" "$work/translation" | grep '^[<>]')
}

count=0
for file in "$SOURCES"/README.*.md; do
	[ -e "$file" ] || continue
	name=$(basename "$file")
	compare "$name" blocks "commands and examples"
	compare "$name" spans "names in backquotes"
	compare "$name" links "links"
	[ "$(grep -c '^## ' "$file")" -eq "$(grep -c '^## ' "$SOURCES/README.md")" ] ||
		complain "$name: it has other sections than README.md"
	grep -qF "]($name)" "$SOURCES/README.md" || complain "README.md has no link to $name"
	count=$((count + 1))
done
[ "$count" -gt 0 ] || complain "there is no translation"
finish "translations of README.md have its commands"
