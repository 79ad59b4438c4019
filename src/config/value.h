/* Values of options: as written, as stored in a struct, and back. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "config/options.h"

enum value_kind {
	VALUE_TEXT,
	VALUE_NUMBER,
	VALUE_BOOL,
	VALUE_LIST,
	VALUE_OTHER, /* nothing that an option takes, such as a group */
};

/* As written, whatever wrote it: libconfig, or the fallback of a row. */
struct value {
	enum value_kind kind;
	char *text; /* of VALUE_TEXT; of VALUE_OTHER: what it is, in words */
	int64_t number;
	struct value *items;
	size_t n_items;
};

void value_done(struct value *value);

/* A fallback: "text", 12, true or [ "text", "text" ]. */
struct value value_of_literal(const char *literal);

/* Store it into the object that the option's offset counts from. False: it is not
 * allowed, nothing was stored, and why says what was found and what is allowed. */
bool value_store(
	const struct option *option, void *object, const struct value *value, struct buffer *why);

/* The stored value as the administrator would write it; false and nothing: it is unset. */
bool value_format(const struct option *option, const void *object, struct buffer *out);

/* What the option's value must look like, in words: "a number from 9 to 64". */
void value_describe_allowed(const struct option *option, struct buffer *out);

/* Free what the options of the table have stored in an object. */
void value_free_all(const struct option_table *table, void *object);

void value_put_quoted(struct buffer *out, const char *text);
