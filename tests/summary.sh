#!/bin/bash
# How many tests of each kind ran in a build directory, and how they went: summary.sh BUILD
# A cmocka program and a script that prints "ok" lines count each of their cases.
set -euo pipefail
cd "${1:?which build directory?}"

find tests -name '*.trs' | sort | while read -r trs; do
	log=${trs%.trs}.log
	kind=${trs#tests/}
	kind=${kind%%/*}
	result=$(sed -n 's/^:test-result: *//p' "$trs" | head -n 1)
	good=$(grep -acE '^(ok\b|\[       OK \])|\.\.\. ok$' "$log" || true)
	bad=$(grep -acE '^not ok\b|\.\.\. (FAIL|ERROR)$' "$log" || true)
	case $result in
	PASS*) [ "$good" -gt 0 ] || good=1 ;;
	FAIL* | ERROR*) [ "$bad" -gt 0 ] || bad=1 ;;
	esac
	[ "${result%% *}" = SKIP ] && echo "$kind 0 0 1" || echo "$kind $good $bad 0"
done | awk '
	{ good[$1] += $2; bad[$1] += $3; skipped[$1] += $4; all_good += $2; all_bad += $3; all_skipped += $4 }
	END {
		n = split("lint unit scenario replay fuzz e2e bench", kinds, " ")
		for (i = 1; i <= n; i++)
			if (kinds[i] in good) {
				printf "%-10s %5d passed, %d failed", kinds[i], good[kinds[i]], bad[kinds[i]]
				printf skipped[kinds[i]] ? ", %d skipped\n" : "\n", skipped[kinds[i]]
			}
		printf "%d passed, %d failed", all_good, all_bad
		printf all_skipped ? ", %d skipped\n" : "\n", all_skipped
	}'
