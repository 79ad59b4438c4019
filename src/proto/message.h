/* One line of IRC, from bytes to its parts. RFC 1459 2.3, Modern IRC "Messages",
 * IRCv3 message-tags. */
#pragma once

#include <stddef.h>

#include "proto/frame.h"

#define MESSAGE_PARAMS 15
#define MESSAGE_BYTES 510      /* of a line after its tags, without CR LF */
#define MESSAGE_TAG_BYTES 8191 /* with the @ in front and the space behind */

enum message_result {
	MESSAGE_OK,
	MESSAGE_EMPTY,	  /* nothing but spaces, tags or a source: ignored */
	MESSAGE_TOO_LONG, /* 417 */
	MESSAGE_HAS_NUL,  /* not a line of text: ignored */
};

struct message {
	const char *tags; /* without the @, not unescaped; NULL: none */
	const char *command;
	int n_params;
	/* NULL from n_params on. The last may hold spaces. */
	const char *params[MESSAGE_PARAMS + 1];
	char bytes[FRAME_LINE_BYTES + 1]; /* what the others point into */
};

/* Take a line without its line end apart. Sources that clients give are dropped. */
enum message_result message_parse(const char *line, size_t length, struct message *ret_message);
