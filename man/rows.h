/* The tables as text, for scripts: a row a line, its parts with tabs between them, the kind first.
 *
 *	command      NAME  REACH                     self, ask or world
 *	channelmode  LETTER
 *	usermode     LETTER
 *	extban       LETTER                          of an extended mask
 *	notice       LETTER
 *	cap          NAME
 *	numeric      DIGITS  NAME                    added by make, see room.mk
 *	token        NAME                            of ISUPPORT
 *	tag          NAME                            that the server adds to lines
 *	option       PATH                            of a list: LIST.NAME
 *	argument     NAME                            of the command line
 *	entry        NAME  MESSAGE_ID  IDENTIFIER  FIELDS   of the log
 */
#pragma once

void rows_print(void);
