#!/bin/bash
# A file of src/command/ contains the row of a command, or is named here. Code that several commands
# share is in src/action/.
. "$(dirname "$0")/common.sh"

# file          | what it is
without_row='
commands.c      | the table
client_line.c   | the way of a line
dispatch.c      | the way of an event
line_secret.c   | where a line has a password
registration.c  | the way from session to user
attach.c        | the way to a user that has other sessions
timers.c        | what is due
logins.c        | what follows once a login is checked
stored.c        | what follows once a change is on the disk
administering.c | the way from the control socket to commands
metadata_subs.c | the long part of METADATA
mode_channel.c  | the long part of MODE
mode_list.c     | the long part of MODE
mode_user.c     | the long part of MODE
who_query.c     | the long part of WHO
who_reply.c     | the long part of WHO
'

names() { awk -F'[ |]+' 'NF { print $1 }' <<< "$without_row"; }

for file in "$SOURCES"/src/command/*.c; do
	grep -q '^COMMAND(' "$file" || names | grep -x "${file##*/}" > /dev/null ||
		complain "src/command/${file##*/} has no COMMAND(): what several commands share belongs into src/action/"
done
while read -r name; do
	if [ ! -e "$SOURCES/src/command/$name" ]; then
		complain "tests/lint/commands.sh names $name, which is not there"
	elif grep -q '^COMMAND(' "$SOURCES/src/command/$name"; then
		complain "tests/lint/commands.sh names $name, which has a COMMAND()"
	fi
done < <(names)
finish "a file of src/command/ is a command"
