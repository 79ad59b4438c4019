/* Tags in front of a line. IRCv3 message-tags. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct tag {
	const char *key; /* with the + of client-only tags; without a NUL, like the value */
	size_t key_length;
	const char *value; /* escaped; empty and missing are the same */
	size_t value_length;
};

/* Take the next tag. *rest is first the text between the @ and the space, then advances. Keys are
 * not checked. False: no more tags. */
bool tags_next(const char **rest, struct tag *ret_tag);

/* Find the last tag with that key; false: none. */
bool tags_find(const char *tags, const char *key, struct tag *ret_tag);

/* Is it denied to pass this client-only tag on? The key is without its +. */
typedef bool (*tags_denied_fn)(const void *data, const char *key, size_t length);

/* Append the client's tags that others may get: "+a=b;+c". These are client-only tags with valid
 * keys and values in UTF-8, the last one of each key. */
void tags_put_client_only(
	const char *tags, tags_denied_fn is_denied, const void *data, struct buffer *out);

void tags_escape(const char *value, struct buffer *out);
/* The value without escapes; the caller frees. */
char *tags_value(const struct tag *tag);
