/* Owns what is made of lines that are not in UTF-8. Old clients mixed both, so each line is looked
 * at by itself. */
#include "papoctl/log_charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"

#define MOST_CHARACTER_BYTES 16

struct log_charset {
	iconv_t converter;
	bool has_converter; /* of the system */
};

/* 0x80 to 0x9f of Windows-1252; the others are those of Latin-1. 0: no character. */
static const uint16_t windows[] = { 0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d,
	0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178 };

struct log_charset *log_charset_new(const char *name)
{
	struct log_charset *charset = mem_new(sizeof(*charset));

	if (!name)
		return charset;
	charset->converter = iconv_open("UTF-8", name);
	if (charset->converter == (iconv_t) -1) {
		free(charset);
		return NULL;
	}
	charset->has_converter = true;
	return charset;
}

void log_charset_free(struct log_charset *charset)
{
	if (!charset)
		return;
	if (charset->has_converter)
		iconv_close(charset->converter);
	free(charset);
}

static void put_windows_byte(unsigned char byte, struct buffer *out)
{
	unsigned int character = byte >= 0x80 && byte < 0xa0 ? windows[byte - 0x80] : byte;

	if (!character) {
		buffer_put_byte(out, '?');
	} else if (character < 0x80) {
		buffer_put_byte(out, (char) character);
	} else if (character < 0x800) {
		buffer_put_byte(out, (char) (0xc0 | character >> 6));
		buffer_put_byte(out, (char) (0x80 | (character & 0x3f)));
	} else {
		buffer_put_byte(out, (char) (0xe0 | character >> 12));
		buffer_put_byte(out, (char) (0x80 | (character >> 6 & 0x3f)));
		buffer_put_byte(out, (char) (0x80 | (character & 0x3f)));
	}
}

static void put_converted(
	const struct log_charset *charset, const char *bytes, size_t length, struct buffer *out)
{
	char *in = (char *) (uintptr_t) bytes;

	(void) iconv(charset->converter, NULL, NULL, NULL, NULL);
	while (length) {
		size_t room = length * 4 + MOST_CHARACTER_BYTES, before = room;
		char *at;

		buffer_reserve(out, room + 1);
		at = out->bytes + out->length;
		errno = 0;
		(void) iconv(charset->converter, &in, &length, &at, &room);
		out->length += before - room;
		if (errno != EILSEQ && errno != EINVAL)
			continue;
		buffer_put_byte(out, '?');
		in++;
		length--;
	}
}

bool log_charset_convert(
	struct log_charset *charset, const char *bytes, size_t length, struct buffer *out)
{
	buffer_clear(out);
	if (!length || text_is_utf8(bytes, length)) {
		buffer_put(out, bytes, length);
		return false;
	}
	if (charset->has_converter)
		put_converted(charset, bytes, length, out);
	else
		for (size_t i = 0; i < length; i++)
			put_windows_byte((unsigned char) bytes[i], out);
	text_mend_utf8(out->bytes, out->length);
	return true;
}
