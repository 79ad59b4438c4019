/* Owns growable runs of bytes. */
#include "base/buffer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void buffer_done(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){ 0 };
}

void buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	if (buffer->bytes)
		buffer->bytes[0] = '\0';
}

void buffer_reserve(struct buffer *buffer, size_t more)
{
	size_t need = buffer->length + more + 1;

	if (need <= buffer->capacity)
		return;
	if (need < buffer->capacity * 2)
		need = buffer->capacity * 2;
	if (need < 32)
		need = 32;
	buffer->bytes = mem_resize(buffer->bytes, need, 1);
	buffer->capacity = need;
	buffer->bytes[buffer->length] = '\0';
}

void buffer_put(struct buffer *buffer, const void *bytes, size_t length)
{
	buffer_reserve(buffer, length);
	if (length)
		memcpy(buffer->bytes + buffer->length, bytes, length);
	buffer->length += length;
	buffer->bytes[buffer->length] = '\0';
}

void buffer_put_text(struct buffer *buffer, const char *text)
{
	buffer_put(buffer, text, strlen(text));
}

void buffer_put_byte(struct buffer *buffer, char byte)
{
	buffer_put(buffer, &byte, 1);
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
	char digits[20]; /* of UINT64_MAX */
	size_t from = sizeof(digits);

	do {
		digits[--from] = (char) ('0' + number % 10);
		number /= 10;
	} while (number);
	buffer_put(buffer, digits + from, sizeof(digits) - from);
}

static bool skip(const char **format, const char *conversion)
{
	size_t length = strlen(conversion);

	if (strncmp(*format, conversion, length) != 0)
		return false;
	*format += length;
	return true;
}

struct arguments {
	va_list list;
};

/* False: it is another one. */
static bool put_common(struct buffer *buffer, const char **format, struct arguments *arguments)
{
	const char *text;

	if (skip(format, "%s")) {
		text = va_arg(arguments->list, const char *);
		buffer_put_text(buffer, text ? text : "(null)"); /* as printf() does */
	} else if (skip(format, "%u")) {
		buffer_put_number(buffer, va_arg(arguments->list, unsigned int));
	} else if (skip(format, "%llu")) {
		buffer_put_number(buffer, va_arg(arguments->list, unsigned long long));
	} else {
		return false;
	}
	return true;
}

/* Most formats are text, %s and plain numbers, for which vsnprintf() takes more than twice as
 * long: it is left what comes from the first other conversion on. */
void buffer_format_v(struct buffer *buffer, const char *format, va_list arguments)
{
	struct arguments rest;

	va_copy(rest.list, arguments);
	buffer_reserve(buffer, 127);
	do {
		size_t length = (size_t) (strchrnul(format, '%') - format);

		buffer_put(buffer, format, length);
		format += length;
	} while (*format && put_common(buffer, &format, &rest));
	if (*format)
		put_formatted(buffer, format, rest.list);
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
