/* Owns small operations on text. */
#include "base/text.h"

#include <string.h>

void text_copy(char *to, size_t to_bytes, const char *from)
{
	size_t length = strnlen(from, to_bytes - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

bool text_parse_u64(const char *text, uint64_t *ret_value)
{
	uint64_t value = 0;

	if (!*text)
		return false;
	for (; *text; text++) {
		uint64_t digit = (uint64_t) (*text - '0');

		if (!text_is_digit(*text) || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*ret_value = value;
	return true;
}

const char *text_format_u64(uint64_t number, char text[NUMBER_BYTES])
{
	char *start = text + NUMBER_BYTES - 1;

	*start = '\0';
	do {
		*--start = (char) ('0' + number % 10);
		number /= 10;
	} while (number);
	return start;
}

bool text_equals_ignoring_case(const char *a, const char *b)
{
	while (*a && text_lower(*a) == text_lower(*b)) {
		a++;
		b++;
	}
	return text_lower(*a) == text_lower(*b);
}

bool text_is_secret(const char *secret, const char *given)
{
	size_t length = strlen(given);
	volatile unsigned int difference = strlen(secret) != length;

	for (size_t i = 0; secret[i]; i++)
		difference |= (unsigned int) (secret[i] ^ given[i < length ? i : 0]);
	return !difference;
}

bool text_starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

size_t text_cut_utf8(const char *text, size_t length, size_t max_bytes)
{
	if (length <= max_bytes)
		return length;
	/* Go back over at most three continuation bytes; more than three are not UTF-8. */
	for (size_t back = 0; back < 4 && back <= max_bytes; back++)
		if (((unsigned char) text[max_bytes - back] & 0xc0) != 0x80)
			return max_bytes - back;
	return max_bytes;
}

size_t text_ascii_length(const char *text, size_t length)
{
	size_t done = 0;
	uint64_t word;

	/* Most lines are only ASCII, so eight bytes are tested at once. */
	for (; length - done >= sizeof(word); done += sizeof(word)) {
		memcpy(&word, text + done, sizeof(word));
		if (word & 0x8080808080808080u)
			break;
	}
	while (done < length && !((unsigned char) text[done] & 0x80))
		done++;
	return done;
}

#define EACH_BYTE(byte) (0x0101010101010101u * (byte))

/* A byte above 0x7f has its highest bit set, and a byte below the space has it set once a space is
 * subtracted. The subtraction borrows from the next byte only if a byte is found. */
static uint64_t odd_bits(const char *text, size_t length)
{
	uint64_t word = EACH_BYTE(' ');

	memcpy(&word, text, length);
	return (word | (word - EACH_BYTE(' '))) & EACH_BYTE(0x80u);
}

bool text_is_plain(const char *text, size_t length)
{
	const char *last;
	uint64_t odd = 0;

	if (length < sizeof(odd))
		return !odd_bits(text, length);
	last = text + length - sizeof(odd);
	for (; text < last; text += sizeof(odd))
		odd |= odd_bits(text, sizeof(odd));
	return !(odd | odd_bits(last, sizeof(odd)));
}

/* RFC 3629. */
size_t text_utf8_character(const char *bytes, size_t length)
{
	const unsigned char *text = (const unsigned char *) bytes;
	static const struct {
		unsigned char first, last, low, high;
		size_t length;
	} rows[] = {
		{ 0x00, 0x7f, 0, 0, 1 },
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (text[0] < rows[i].first || text[0] > rows[i].last)
			continue;
		if (rows[i].length > length)
			return 0;
		if (rows[i].length > 1 && (text[1] < rows[i].low || text[1] > rows[i].high))
			return 0;
		for (size_t j = 2; j < rows[i].length; j++)
			if ((text[j] & 0xc0) != 0x80)
				return 0;
		return rows[i].length;
	}
	return 0;
}

/* Is every byte ASCII? In most texts they are, and this is faster than to look for the first other
 * one. */
static bool is_all_ascii(const char *text, size_t length)
{
	const char *last;
	uint64_t word, all;

	if (length < sizeof(word))
		return false; /* or true; short texts need no haste */
	last = text + length - sizeof(word);
	memcpy(&all, last, sizeof(all));
	for (; text < last; text += sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		all |= word;
	}
	return !(all & EACH_BYTE(0x80u));
}

static size_t valid_length(const char *text, size_t length)
{
	size_t done = is_all_ascii(text, length) ? length : text_ascii_length(text, length), step;

	while (done < length && (step = text_utf8_character(text + done, length - done))) {
		done += step;
		done += text_ascii_length(text + done, length - done);
	}
	return done;
}

bool text_is_utf8(const char *text, size_t length)
{
	return valid_length(text, length) == length;
}

/* The surrogate that three bytes encode here, 0 if none: high for kind 0xa0, low for 0xb0. */
static uint32_t surrogate_at(const char *bytes, size_t length, unsigned char kind)
{
	const unsigned char *text = (const unsigned char *) bytes;

	if (length < 3 || text[0] != 0xed || (text[1] & 0xf0) != kind || (text[2] & 0xc0) != 0x80)
		return 0;
	return 0xd000 | (uint32_t) (text[1] & 0x3f) << 6 | (text[2] & 0x3f);
}

/* The character that a pair stands for here; 0 if there is no pair. */
static uint32_t surrogate_pair_at(const char *text, size_t length)
{
	uint32_t high = surrogate_at(text, length, 0xa0), low;

	low = high ? surrogate_at(text + 3, length - 3, 0xb0) : 0;
	return low ? 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff) : 0;
}

size_t text_join_surrogates(char *text, size_t length)
{
	char *to = text;

	for (size_t at = 0; at < length;) {
		uint32_t character = surrogate_pair_at(text + at, length - at);

		if (!character) {
			*to++ = text[at++];
			continue;
		}
		*to++ = (char) (0xf0 | character >> 18);
		*to++ = (char) (0x80 | (character >> 12 & 0x3f));
		*to++ = (char) (0x80 | (character >> 6 & 0x3f));
		*to++ = (char) (0x80 | (character & 0x3f));
		at += 6;
	}
	return (size_t) (to - text);
}

void text_mend_utf8(char *text, size_t length)
{
	for (size_t at = 0; (at += valid_length(text + at, length - at)) < length;)
		text[at++] = '?';
}

unsigned int text_distance(const char *a, const char *b)
{
	size_t length_a = strlen(a), length_b = strlen(b);
	unsigned int row[64];

	if (length_a > 63 || length_b > 63)
		return 1000;
	for (unsigned int j = 0; j <= length_b; j++)
		row[j] = j;
	for (unsigned int i = 1; i <= length_a; i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= length_b; j++) {
			unsigned int change =
				diagonal + (text_lower(a[i - 1]) != text_lower(b[j - 1]));
			unsigned int either = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			diagonal = row[j];
			row[j] = change < either ? change : either;
		}
	}
	return row[length_b];
}

char *text_split(char **rest, char separator)
{
	char *piece = *rest, *end;

	if (!piece)
		return NULL;
	end = strchr(piece, separator);
	if (end)
		*end++ = '\0';
	*rest = end;
	return piece;
}

bool text_has_piece(const char *text, char separator)
{
	while (*text == separator)
		text++;
	return *text;
}
