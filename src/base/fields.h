/* One table per struct defines how it is saved and loaded: both directions use the same rows, so
 * they cannot differ. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pack.h"

enum field_type {
	FIELD_BOOL,
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_TEXT,    /* char *, owned by the struct; NULL is not saved */
	FIELD_ADDRESS, /* struct address */
};

struct field {
	uint16_t id; /* never reused once released */
	enum field_type type;
	size_t offset;
};

/* offsetof() that does not compile when the member is not of that type. */
#define FIELD_AT(struct_name, ctype, name)                                                         \
	(offsetof(struct struct_name, name) +                                                      \
		0 * sizeof((ctype *) NULL == &((struct struct_name *) NULL)->name))

/* Write every field of the object that is not zero. */
void fields_save(
	struct buffer *out, const struct field *fields, size_t n_fields, const void *object);

/* Store one field that was read. False: the table has no such id. A text that the field held before
 * is freed. */
bool fields_load(
	const struct field *fields, size_t n_fields, void *object, const struct pack_field *field);
