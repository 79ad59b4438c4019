#!/bin/bash
# tests/ircv3.md lists for each specification of IRCv3 how it is visible, whether it works, and its
# proof. The specifications listed as working are exactly those that papod has.
. "$(dirname "$0")/common.sh"

table=$SOURCES/tests/ircv3.md

# Tokens of ISUPPORT that are older than IRCv3, or not part of it; tests/scenario proves them.
older=' ACCEPT AWAYLEN CALLERID CASEMAPPING CHANLIMIT CHANMODES CHANNELLEN CHANTYPES DEAF ELIST
	EXCEPTS EXTBAN FORWARD HOSTLEN INVEX KEYLEN KICKLEN KNOCK MAXLIST MODES NETWORK NICKLEN PREFIX
	SAFELIST SILENCE STATUSMSG TARGMAX TOPICLEN USERLEN '

# Everything that papod has, as "KIND NAME".
there_is() {
	local kind name

	for kind in cap tag command token; do
		while read -r name; do
			[ $kind = token ] && [[ ${older//[$'\n\t']/ } = *" $name "* ]] || echo "$kind $name"
		done < <(names_of $kind)
	done
}

there=$(there_is)
shown=''
rows=0
while IFS='|' read -r _ name seen status proofs _; do
	rows=$((rows + 1))
	name=$(xargs <<< "$name")
	[[ $name = *[a-z]* && $seen = *[a-z]* && $status = *[a-z]* ]] || complain "ircv3.md: a row says too little:$name"
	# shellcheck disable=SC2016
	named=$(grep -oE '(cap|tag|token|command) `[^`]+`' <<< "$seen" | tr -d '`') || true
	if [ "$status" = ' works ' ]; then
		check_proofs ircv3.md " $name" "$proofs"
		shown+=$named$'\n'
		missing=$(grep -vxFf <(echo "$there") <<< "$named") || true
		[ -z "$missing" ] || complain "ircv3.md: $name works, but papod has no ${missing//$'\n'/, }"
	else
		[[ $status = *:\ * ]] || complain "ircv3.md: it does not say why not: $name"
		offered=$(grep -xFf <(echo "$there") <<< "$named") || true
		[ -z "$offered" ] || complain "ircv3.md: $name does not work, but papod has ${offered//$'\n'/, }"
	fi
done < <(table_rows "$table" | grep -v '^| specification')

while read -r kind name; do
	[ "$kind" = command ] || grep -qxF "$kind $name" <<< "$shown" ||
		complain "$kind $name has no row that works in tests/ircv3.md"
done <<< "$there"

[ "$rows" -gt 60 ] || complain "ircv3.md: its rows are not understood"
finish "all $rows specifications of IRCv3 have a row, and what works is proven"
