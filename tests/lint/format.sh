#!/bin/bash
# The sources are formatted according to .clang-format. Releases of clang-format differ in details:
# 14 decides.
. "$(dirname "$0")/common.sh"

tool=$(command -v clang-format-14 || command -v clang-format || true)
[ -n "$tool" ] || skip "clang-format 14 is not installed"
"$tool" --version | grep 'version 14\.' > /dev/null || skip "clang-format 14 is not installed"

while read -r file; do
	"$tool" --style="file:$SOURCES/.clang-format" --dry-run -Werror "$file" 2>/dev/null ||
		complain "${file#"$SOURCES"/}: not formatted; run ./dev format"
done < <(c_files)
finish "every file is formatted"
