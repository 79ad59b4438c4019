/* Owns growable runs of bytes. */
#include "base/buffer.h"

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

static void put_formatted(struct buffer *buffer, const char *format, va_list arguments)
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

/* Most formats are nothing but text and %s, for which vsnprintf() takes more than twice as long:
 * it is left what comes from the first other conversion on. */
void buffer_format_v(struct buffer *buffer, const char *format, va_list arguments)
{
	va_list rest;

	va_copy(rest, arguments);
	buffer_reserve(buffer, 127);
	while (*format) {
		size_t length = (size_t) (strchrnul(format, '%') - format);
		const char *text;

		buffer_put(buffer, format, length);
		format += length;
		if (format[0] != '%' || format[1] != 's')
			break;
		text = va_arg(rest, const char *);
		buffer_put_text(buffer, text ? text : "(null)"); /* as printf() does */
		format += 2;
	}
	if (*format)
		put_formatted(buffer, format, rest);
	va_end(rest);
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
