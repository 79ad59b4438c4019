/* Bytes that describe structs, for snapshots and recordings.
 *
 * The format is a sequence of fields, all numbers little endian:
 *
 *     id (2 bytes)  length (4 bytes)  that many bytes
 *
 * A record is a field whose bytes are fields again. For example a user with
 * id 7 that holds field 1 "ana" is
 *
 *     07 00  09 00 00 00  ( 01 00  03 00 00 00  61 6e 61 )
 *
 * A reader skips ids it does not know and keeps defaults for those it misses,
 * so that any release reads the one before it. Reading past the end sets a
 * sticky error: all later reads return nothing, and one check at the end suffices. Sizes are in
 * bytes. */
#pragma once

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"

/* Write to a plain buffer. */
void pack_bytes(struct buffer *out, uint16_t id, const void *bytes, size_t length);
void pack_text(struct buffer *out, uint16_t id, const char *text); /* NULL writes nothing */
size_t pack_begin(struct buffer *out, uint16_t id); /* a record; give the result to pack_end */
void pack_end(struct buffer *out, size_t begun);

#define PACK_HEAD_BYTES 6

/* In as few bytes as the number needs. An event has several numbers, and a client has dozens in a
 * snapshot. For speed head and number are written as two words; the next field overwrites the
 * unneeded bytes. */
static inline void pack_u64(struct buffer *out, uint16_t id, uint64_t value)
{
	uint64_t length = value ? sizeof(value) - (uint64_t) __builtin_clzll(value) / 8 : 0;
	uint64_t head = htole64(id | length << 16);
	char *field;

	buffer_reserve(out, PACK_HEAD_BYTES + sizeof(value));
	field = out->bytes + out->length;
	value = htole64(value);
	memcpy(field, &head, sizeof(head));
	memcpy(field + PACK_HEAD_BYTES, &value, sizeof(value));
	field[PACK_HEAD_BYTES + length] = '\0';
	out->length += PACK_HEAD_BYTES + length;
}

/* Read with a cursor over bytes that must outlive it. */
struct pack {
	const uint8_t *at;
	const uint8_t *end;
	bool failed; /* sticky */
};

struct pack_field {
	uint16_t id;
	const uint8_t *bytes;
	size_t length;
};

struct pack pack_over(const void *bytes, size_t length);
bool pack_next(struct pack *pack, struct pack_field *ret_field); /* false: at the end, or failed */
uint64_t pack_field_u64(const struct pack_field *field);	 /* longer than 8 bytes: 0 */
char *pack_field_text(const struct pack_field *field);		 /* the caller frees */
struct pack pack_field_record(const struct pack_field *field);
