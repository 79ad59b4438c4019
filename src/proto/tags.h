/* Tags in front of a line. IRCv3 message-tags. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct tag {
	const char *key; /* with the + of client-only ones; not ended by a NUL, so the value */
	size_t key_length;
	const char *value; /* escaped; empty and missing are the same */
	size_t value_length;
};

/* The next one; *rest begins at the text between the @ and the space, and moves on. Keys may
 * be anything. False: there are no more. */
bool tags_next(const char **rest, struct tag *ret_tag);

/* The last one of that key counts; false: there is none. */
bool tags_find(const char *tags, const char *key, struct tag *ret_tag);

/* May other clients not get this client-only tag? The key is without its +. */
typedef bool (*tags_denied_fn)(const void *data, const char *key, size_t length);

/* What others may get of the tags that a client has sent: "+a=b;+c". Only client-only ones,
 * with keys as the specification wants them and values in UTF-8; of each key the last. */
void tags_put_client_only(
	const char *tags, tags_denied_fn is_denied, const void *data, struct buffer *out);

void tags_escape(const char *value, struct buffer *out);
