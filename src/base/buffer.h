/* A growable run of bytes. All zero is an empty one; the bytes are followed by
 * a NUL that does not count, so that .bytes is also a C string. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buffer {
	char *bytes; /* NULL until something is put */
	size_t length;
	size_t capacity;
	bool is_secret; /* set by the owner: memory is overwritten before it is freed */
};

void buffer_done(struct buffer *buffer);
void buffer_clear(struct buffer *buffer);			/* keeps the memory */
void buffer_grow(struct buffer *buffer, size_t more);		/* for buffer_reserve() */
void buffer_put_number(struct buffer *buffer, uint64_t number); /* in decimal */
void buffer_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void buffer_format_v(struct buffer *buffer, const char *format, va_list arguments)
	__attribute__((format(printf, 2, 0)));
void buffer_drop(struct buffer *buffer, size_t from_start);
void buffer_cut(struct buffer *buffer, size_t length); /* to at most this length */

/* Empty the buffer and return its bytes as a string, which the caller frees. */
char *buffer_take(struct buffer *buffer);

/* Never NULL. */
const char *buffer_text(const struct buffer *buffer);

static inline void buffer_reserve(struct buffer *buffer, size_t more)
{
	if (buffer->length + more >= buffer->capacity)
		buffer_grow(buffer, more);
}

/* Append this many bytes, which the caller fills. */
static inline char *buffer_extend(struct buffer *buffer, size_t more)
{
	char *at;

	buffer_reserve(buffer, more);
	at = buffer->bytes + buffer->length;
	at[more] = '\0';
	buffer->length += more;
	return at;
}

/* Inline: many texts are literals, whose length the compiler knows. */
static inline void buffer_put(struct buffer *buffer, const void *bytes, size_t length)
{
	char *at = buffer_extend(buffer, length);

	if (length)
		memcpy(at, bytes, length);
}

static inline void buffer_put_text(struct buffer *buffer, const char *text)
{
	buffer_put(buffer, text, strlen(text));
}

static inline void buffer_put_byte(struct buffer *buffer, char byte)
{
	*buffer_extend(buffer, 1) = byte;
}
