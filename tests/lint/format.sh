#!/bin/bash
# The sources are formatted according to .clang-format. Releases of clang-format differ in details:
# 14 decides.
. "$(dirname "$0")/common.sh"

tool=$(command -v clang-format-14 || command -v clang-format || true)
[ -n "$tool" ] || skip "clang-format 14 is not installed"
"$tool" --version | grep 'version 14\.' > /dev/null || skip "clang-format 14 is not installed"

# In parts, as most of the time goes into starting it.
status=0
output=$(c_files | xargs -d '\n' -n 50 "$tool" --style="file:$SOURCES/.clang-format" --dry-run -Werror 2>&1) || status=$?
while read -r file; do
	complain "${file#"$SOURCES"/}: not formatted; run ./dev format"
done < <(sed -n 's/:[0-9]*:[0-9]*: error: .*//p' <<< "$output" | sort -u)
[ "$status" -eq 0 ] || [ "$FAILURES" -gt 0 ] || complain "clang-format: $output"
finish "every file is formatted"
