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
	VALUE_OTHER, /* no value of an option, such as a group */
};

/* A value as written, from libconfig or the fallback of a row. */
struct value {
	enum value_kind kind;
	char *text; /* of VALUE_TEXT; for VALUE_OTHER a description */
	int64_t number;
	struct value *items;
	size_t n_items;
};

void value_done(struct value *value);

/* Parse a fallback: "text", 12, true or [ "text", "text" ]. */
struct value value_of_literal(const char *literal);

/* Store the value in the object, at the option's offset. False: it is not allowed, nothing was
 * stored, and `why` describes what was found and what is allowed. */
bool value_store(
	const struct option *option, void *object, const struct value *value, struct buffer *why);

/* Append the stored value as the administrator would write it. False: unset, nothing appended. */
bool value_format(const struct option *option, const void *object, struct buffer *out);

/* Describe the allowed values: "a number from 9 to 64". */
void value_describe_allowed(const struct option *option, struct buffer *out);

/* Free all values of the table's options in an object. */
void value_free_all(const struct option_table *table, void *object);

void value_put_quoted(struct buffer *out, const char *text);
