/* Owns the control bytes of messages. */
#include "proto/formatting.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define COLOUR '\x03'
#define HEX_COLOUR '\x04'
#define CTCP '\x01'

/* Bold, colours, reset, monospace, reverse, italics, strikethrough, underline. */
#define CODES "\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f"

bool formatting_is_in(const char *text)
{
	return text[strcspn(text, CODES)];
}

static bool is_hex(char byte)
{
	return text_is_digit(byte) || (text_lower(byte) >= 'a' && text_lower(byte) <= 'f');
}

static size_t count_digits(const char *text, size_t max)
{
	size_t n = 0;

	while (n < max && text_is_digit(text[n]))
		n++;
	return n;
}

static size_t count_hex(const char *text)
{
	size_t n = 0;

	while (n < 6 && is_hex(text[n]))
		n++;
	return n == 6 ? n : 0;
}

/* The length of a colour behind its code: one or two digits, or six hexadecimal ones, then possibly
 * a comma and the background. */
static size_t colour_length(char code, const char *text)
{
	size_t first = code == COLOUR ? count_digits(text, 2) : count_hex(text);
	size_t second = 0;

	if (first && text[first] == ',')
		second = code == COLOUR ? count_digits(text + first + 1, 2)
					: count_hex(text + first + 1);
	return first + (second ? 1 + second : 0);
}

char *formatting_strip(const char *text)
{
	char *plain = mem_text(text), *to = plain;
	const char *from = text;

	while (*from) {
		char byte = *from++;

		if (!strchr(CODES, byte))
			*to++ = byte;
		else if (byte == COLOUR || byte == HEX_COLOUR)
			from += colour_length(byte, from);
	}
	*to = '\0';
	return plain;
}

bool ctcp_is_one(const char *text)
{
	return text[0] == CTCP;
}

bool ctcp_is_action(const char *text)
{
	return text_starts_with(text, "\x01"
				      "ACTION") &&
	       (text[7] == ' ' || text[7] == CTCP || !text[7]);
}
