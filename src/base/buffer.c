/* Owns growable runs of bytes. */
#include "base/buffer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

static void free_bytes(struct buffer *buffer)
{
	if (buffer->is_secret && buffer->bytes)
		explicit_bzero(buffer->bytes, buffer->capacity);
	free(buffer->bytes);
}

void buffer_done(struct buffer *buffer)
{
	free_bytes(buffer);
	*buffer = (struct buffer){ 0 };
}

void buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	if (buffer->bytes)
		buffer->bytes[0] = '\0';
}

/* realloc() would leave a copy of the secret in the old memory. */
static char *move_secret(struct buffer *buffer, size_t need)
{
	char *bytes = mem_space(need);

	if (buffer->length)
		memcpy(bytes, buffer->bytes, buffer->length);
	free_bytes(buffer);
	return bytes;
}

void buffer_grow(struct buffer *buffer, size_t more)
{
	size_t need = buffer->length + more + 1;

	if (need < buffer->capacity * 2)
		need = buffer->capacity * 2;
	if (need < 32)
		need = 32;
	buffer->bytes =
		buffer->is_secret ? move_secret(buffer, need) : mem_resize(buffer->bytes, need, 1);
	buffer->capacity = need;
	buffer->bytes[buffer->length] = '\0';
}

static void __attribute__((format(printf, 2, 0)))
put_formatted(struct buffer *buffer, const char *format, va_list arguments)
{
	va_list again;
	int length;

	va_copy(again, arguments);
	length = vsnprintf(buffer->bytes + buffer->length, buffer->capacity - buffer->length,
		format, arguments);
	if (length < 0)
		abort();
	if ((size_t) length >= buffer->capacity - buffer->length) {
		buffer_reserve(buffer, (size_t) length);
		vsnprintf(buffer->bytes + buffer->length, (size_t) length + 1, format, again);
	}
	buffer->length += (size_t) length;
	va_end(again);
}

void buffer_put_number(struct buffer *buffer, uint64_t number)
{
	char text[NUMBER_BYTES];
	const char *start = text_format_u64(number, text);

	buffer_put(buffer, start, (size_t) (text + NUMBER_BYTES - 1 - start));
}

struct arguments {
	va_list list;
};

static void put_at_most(struct buffer *buffer, int most, const char *text)
{
	size_t length = most < 0 ? strlen(text) : strnlen(text, (size_t) most);

	buffer_put(buffer, text, length);
}

/* Returns the format behind the conversion; NULL: the conversion is not a common one. */
static const char *put_common(
	struct buffer *buffer, const char *conversion, struct arguments *arguments)
{
	const char *text;
	int most;

	if (conversion[1] == 's') {
		text = va_arg(arguments->list, const char *);
		if (!text)
			text = "(null)"; /* as printf() does */
		buffer_put(buffer, text, strlen(text));
		return conversion + 2;
	}
	if (conversion[1] == 'u') {
		buffer_put_number(buffer, va_arg(arguments->list, unsigned int));
		return conversion + 2;
	}
	if (conversion[1] == 'c') {
		buffer_put_byte(buffer, (char) va_arg(arguments->list, int));
		return conversion + 2;
	}
	if (strncmp(conversion, "%zu", 3) == 0) {
		buffer_put_number(buffer, va_arg(arguments->list, size_t));
		return conversion + 3;
	}
	if (strncmp(conversion, "%llu", 4) == 0) {
		buffer_put_number(buffer, va_arg(arguments->list, unsigned long long));
		return conversion + 4;
	}
	if (strncmp(conversion, "%.*s", 4) == 0) {
		most = va_arg(arguments->list, int);
		text = va_arg(arguments->list, const char *);
		put_at_most(buffer, most, text);
		return conversion + 4;
	}
	return NULL;
}

/* Most conversions follow at once or after one space; the others after a sentence. */
static const char *find_conversion(const char *format)
{
	for (int i = 0; i < 2; i++, format++)
		if (!*format || *format == '%')
			return format;
	return strchrnul(format, '%');
}

/* Most formats are text, %s and plain numbers, for which vsnprintf() takes more than twice as long.
 * It formats only the rest, from the first other conversion on. */
void buffer_format_v(struct buffer *buffer, const char *format, va_list arguments)
{
	struct arguments rest;
	const char *behind = format;

	va_copy(rest.list, arguments);
	buffer_reserve(buffer, 127);
	while (behind && *behind) {
		format = find_conversion(behind);
		buffer_put(buffer, behind, (size_t) (format - behind));
		behind = *format ? put_common(buffer, format, &rest) : format;
		if (!behind)
			put_formatted(buffer, format, rest.list);
	}
	va_end(rest.list);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(buffer, format, arguments);
	va_end(arguments);
}

void buffer_drop(struct buffer *buffer, size_t from_start)
{
	if (from_start > buffer->length)
		from_start = buffer->length;
	if (!from_start)
		return;
	memmove(buffer->bytes, buffer->bytes + from_start, buffer->length - from_start + 1);
	buffer->length -= from_start;
}

void buffer_cut(struct buffer *buffer, size_t length)
{
	if (buffer->length <= length)
		return;
	buffer->length = length;
	buffer->bytes[length] = '\0';
}

char *buffer_take(struct buffer *buffer)
{
	char *bytes = buffer->bytes ? buffer->bytes : mem_text("");

	*buffer = (struct buffer){ 0 };
	return bytes;
}

const char *buffer_text(const struct buffer *buffer)
{
	return buffer->bytes ? buffer->bytes : "";
}
