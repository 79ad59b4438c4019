/* One line of IRC, from bytes to its parts. RFC 1459 2.3, Modern IRC "Messages",
 * IRCv3 message-tags. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "proto/frame.h"

#define MESSAGE_PARAMS 15
#define MESSAGE_BYTES 510 /* of a line after its tags, without CR LF */
/* Of a client's tags with the @ in front and the space behind: IRCv3 message-tags grants
 * clients 4094 bytes of them; the rest of the 8191 is the server's. */
#define MESSAGE_TAG_BYTES 4096

enum message_result {
	MESSAGE_OK,
	MESSAGE_EMPTY,	  /* nothing but spaces, tags and sources: ignored */
	MESSAGE_TOO_LONG, /* 417 */
	MESSAGE_NOT_TEXT, /* a NUL or a CR inside: ignored */
};

struct message {
	const char *tags; /* without the @, not unescaped; NULL: none */
	const char *command;
	int n_params;
	/* NULL from n_params on. The last may hold spaces. */
	const char *params[MESSAGE_PARAMS + 1];
	char bytes[FRAME_LINE_BYTES + 1]; /* what the others point into */
};

/* Take a line without its line end apart; more CRs before that are no part of it either.
 * Sources that clients give are dropped. */
enum message_result message_parse(const char *line, size_t length, struct message *ret_message);

struct message_place {
	size_t at;
	size_t length;
};

/* Where the parameter of that number, from 1, stands in a line; if there are fewer, the last one.
 * 0 is the command itself. Takes any line, also one that message_parse() refuses. No length: it is
 * empty, or there is none. */
struct message_place message_find(const char *line, size_t length, int number);

/* Overwrite a parameter so that the line is parsed as before: what makes it no text, or no UTF-8,
 * stays so. */
void message_mask(char *bytes, size_t length);

/* The longest name or mask that the server stores; a client may send longer ones. */
#define MESSAGE_WORD_BYTES 200

/* Make the last parameter, ":text", of a line that is too long fit: cut other words, longest first,
 * but none below that length. */
void message_spare_text(struct buffer *line);

/* Make a text one line without tags: cut to what it may hold, not inside a UTF-8 character,
 * with spaces for line ends inside, and with CR LF. What is no UTF-8 may be mended. */
void message_finish(struct buffer *text, bool mends_utf8);
