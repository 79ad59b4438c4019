/* Owns the writing of texts in JSON. */
#include "proto/json_text.h"

#include <string.h>

#include "base/text.h"

static void put_json_character(struct buffer *out, char byte, bool is_utf8)
{
	if (byte == '"' || byte == '\\') {
		buffer_put_byte(out, '\\');
		buffer_put_byte(out, byte);
	} else if ((unsigned char) byte < ' ' || byte == 0x7f) {
		buffer_format(out, "\\u%04x", (unsigned int) byte);
	} else if ((unsigned char) byte >= 0x80 && !is_utf8) {
		buffer_put_text(out, "\\ufffd");
	} else {
		buffer_put_byte(out, byte);
	}
}

void json_put_text(struct buffer *out, const char *text)
{
	bool is_utf8 = text && text_is_utf8(text, strlen(text));

	if (!text) {
		buffer_put_text(out, "null");
		return;
	}
	buffer_put_byte(out, '"');
	for (const char *at = text; *at; at++)
		put_json_character(out, *at, is_utf8);
	buffer_put_byte(out, '"');
}

/* Bytes that are not UTF-8 are characters of their own. */
const char *json_put_part(struct buffer *out, const char *text, size_t most_bytes)
{
	size_t end = out->length + most_bytes - 1;

	buffer_put_byte(out, '"');
	while (*text) {
		size_t before = out->length, length = text_utf8_character(text, strlen(text));

		for (size_t i = 0; i < (length ? length : 1); i++)
			put_json_character(out, text[i], length);
		if (out->length > end) {
			buffer_cut(out, before);
			break;
		}
		text += length ? length : 1;
	}
	buffer_put_byte(out, '"');
	return text;
}
