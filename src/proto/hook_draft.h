/* A hook while it is parsed. Only its formats use this. */
#pragma once

#include <jansson.h>

#include "proto/hook.h"

#define HOOK_WORD_BYTES 100 /* of a text of the body in a line */

struct hook_draft {
	struct hook hook;
	char *reason; /* of HOOK_REASON_BYTES */
};

/* Always false, for the caller to return. */
bool hook_draft_refuse(struct hook_draft *draft, const char *reason);

/* Append a text of the body: shortened, in one line, without formatting. "" if it is NULL. */
void hook_put_word(struct buffer *line, const char *text);
/* The same for a URL, which is not shortened; nothing if it is none. A space comes before it. */
void hook_put_url(struct buffer *line, const char *url);
/* End the line, which is empty afterwards; a blank one is left out. False: there are too many. */
bool hook_add_line(struct hook_draft *draft, struct buffer *line);

/* The text at a path of members, such as "pull_request.head.ref"; NULL: there is none. */
const char *hook_text(json_t *object, const char *path);
json_t *hook_member(json_t *object, const char *path);
