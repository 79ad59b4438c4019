#!/bin/bash
# Files under 600 lines, those of Python too, functions under 60, at most 5 parameters. Prints the
# number of functions over 15 lines, but allows them.
. "$(dirname "$0")/common.sh"

# name | why it may have more than 5 parameters
callbacks='
choose_alpn | libssl calls it, SSL_CTX_set_alpn_select_cb(3)
on_message  | libssl calls it, SSL_CTX_set_msg_callback(3)
on_query_token | fts5 calls it, https://sqlite.org/fts5.html#custom_tokenizers
on_trigram | fts5 calls it, too
'

report=$(mktemp)
trap 'rm -f "$report"' EXIT

# Relies on the layout that format.sh checks: a function's braces stand alone in the first column.
while read -r file; do
	awk -v file="${file#"$SOURCES"/}" -v callbacks="$callbacks" '
		function count_parameters(text, i, c, depth, n) {
			sub(/^[^(]*\(/, "", text)
			if (text ~ /^[ \t]*(void)?[ \t]*\)/)
				return 0
			n = 1
			for (i = 1; i <= length(text); i++) {
				c = substr(text, i, 1)
				if (c == "(") depth++
				if (c == ")" && depth-- == 0) break
				if (c == "," && depth == 0) n++
			}
			return n
		}
		/^[a-z].*\(/ && !/;$/ && !/=/ { head = ""; where = FNR; in_head = 1 }
		in_head { head = head " " $0 }
		in_head && /;$/ { in_head = 0 }
		/^{$/ && in_head {
			start = FNR; in_head = 0; in_body = 1
			name = head; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name)
			n = count_parameters(head)
			if (n > 5 && index(callbacks, "\n" name " ") == 0)
				print "refused: " file ":" where ": " name " has " n " parameters, 5 are allowed"
		}
		/^}/ && in_body {
			in_body = 0; lines = FNR - start - 1
			if (lines >= 60)
				print "refused: " file ":" where ": " name " has " lines " lines, 59 are allowed"
			else if (lines > 15)
				print "long: " file ":" where ": " name " has " lines " lines"
		}
		END { if (FNR >= 600) print "refused: " file ": " FNR " lines, 599 are allowed" }' "$file"
done < <(c_files) > "$report"
while read -r lines file; do
	[ "$lines" -lt 600 ] || echo "refused: ${file#"$SOURCES"/}: $lines lines, 599 are allowed"
done < <(find "$SOURCES/tests" -name '*.py' -exec wc -l {} \;) >> "$report"

grep '^long' "$report" || true
while read -r refusal; do
	complain "$refusal"
done < <(sed -n 's/^refused: //p' "$report")
finish "sizes, with $(grep -c '^long' "$report" || true) functions over 15 lines"
