/* One line of IRC, from bytes to its parts. RFC 1459 2.3, Modern IRC "Messages",
 * IRCv3 message-tags. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "proto/frame.h"

#define MESSAGE_PARAMS 15
#define MESSAGE_BYTES 510 /* of a line after the tags, without CR LF */
/* A client's tags with the @ and the space: IRCv3 message-tags allows clients 4094 bytes; the rest
 * of the 8191 is for the server. */
#define MESSAGE_TAG_BYTES 4096

enum message_result {
	MESSAGE_OK,
	MESSAGE_EMPTY,	  /* only spaces, tags and a source: ignored */
	MESSAGE_TOO_LONG, /* 417 */
	MESSAGE_NOT_TEXT, /* a NUL or a CR inside: ignored */
};

struct message {
	const char *tags; /* without the @, still escaped; NULL: none */
	const char *command;
	int n_params;
	/* NULL from n_params on. The last may contain spaces. */
	const char *params[MESSAGE_PARAMS + 1];
	char bytes[FRAME_LINE_BYTES + 1]; /* what the others point into */
};

/* Parse a line without its line end; any CRs at its end are ignored. Sources that clients send are
 * dropped. */
enum message_result message_parse(const char *line, size_t length, struct message *ret_message);

struct message_place {
	size_t at;
	size_t length;
};

/* The place of the parameter of that number, from 1, in a line; if there are fewer, of the last
 * one. 0 is the command itself. Accepts any line, even one that message_parse() refuses. Length 0:
 * it is empty or missing. */
struct message_place message_find(const char *line, size_t length, int number);

/* Overwrite a parameter without changing the result of the parser: a line with NUL or CR, or one
 * that is not UTF-8, stays so, and several parameters stay as many. */
void message_mask(char *bytes, size_t length);

/* The longest name or mask that the server stores; a client may send longer ones. */
#define MESSAGE_WORD_BYTES 200

/* Shorten a line that is too long without cutting its last parameter, ":text": cut other words,
 * longest first, but none below MESSAGE_WORD_BYTES. */
void message_spare_text(struct buffer *line);

/* Make a text a line without tags: cut to MESSAGE_BYTES, not inside a UTF-8 character, with spaces
 * for line ends inside, and with CR LF. mends_utf8 repairs bytes that are not UTF-8. */
void message_finish(struct buffer *text, bool mends_utf8);
