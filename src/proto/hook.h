/* The body of a notification over HTTP: plain text, papod's own JSON, or what a program sends to
 * its webhooks. The result are lines for channels.
 *
 *     {"text": "It works\nagain", "channels": ["#build"]}
 *
 * The channels may be missing. Bodies are those of strangers until their token was checked, and
 * their texts are those of strangers after that. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#define HOOK_TEXT_BYTES 8192 /* of a plain body, and of all lines */
#define HOOK_LINES 32	     /* of a plain body, or JSON of papod's own */
#define HOOK_REASON_BYTES 256

struct hook_body {
	const char *content_type; /* NULL: none was sent. The same for the next. */
	const char *event;	  /* of a forge: "push" */
	const char *bytes;
	size_t length;
};

struct hook {
	struct buffer lines; /* each ends with a line feed; none is blank; UTF-8 */
	size_t n_lines;
	char *channels;	       /* "#a,#b", as sent; NULL: none were named */
	const char *is_silent; /* why there is nothing to say; NULL: there are lines */
};

/* False: the reason is a sentence that quotes nothing of the body. True: hook_done() follows. */
bool hook_parse(
	const struct hook_body *body, char reason[HOOK_REASON_BYTES], struct hook *ret_hook);
void hook_done(struct hook *hook);
