/* Small operations on text, on bytes and without locale. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Copy with the final NUL into a buffer of this size; a text that is too long is cut. */
void text_copy(char *to, size_t to_bytes, const char *from);

/* Parse a text that consists of decimal digits only; false if not, or if it does not fit. */
bool text_parse_u64(const char *text, uint64_t *ret_value);
#define NUMBER_BYTES 21 /* the digits of UINT64_MAX and a NUL */
/* The digits end at the end of the array; returns where they begin. */
const char *text_format_u64(uint64_t number, char text[NUMBER_BYTES]);

/* ASCII only, whatever the locale. */
static inline char text_lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char) (byte + 32) : byte;
}

static inline char text_upper(char byte)
{
	return byte >= 'a' && byte <= 'z' ? (char) (byte - 32) : byte;
}

static inline bool text_is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static inline bool text_is_letter(char byte)
{
	return text_lower(byte) >= 'a' && text_lower(byte) <= 'z';
}

bool text_equals_ignoring_case(const char *a, const char *b);
/* Are the texts equal? The time of the comparison reveals only their lengths. */
bool text_is_secret(const char *secret, const char *given);
bool text_starts_with(const char *text, const char *start);

/* At most max_bytes of text, without cutting a UTF-8 character in two. */
size_t text_cut_utf8(const char *text, size_t length, size_t max_bytes);
bool text_is_utf8(const char *text, size_t length);
/* Replace surrogate pairs, whose halves have three bytes each (CESU-8), by the characters that they
 * stand for. In place; returns the new length. */
size_t text_join_surrogates(char *text, size_t length);
/* Replace each byte that belongs to no UTF-8 character by a question mark. */
void text_mend_utf8(char *text, size_t length);
/* Only ASCII without control characters? DEL is allowed. */
bool text_is_plain(const char *text, size_t length);
/* The number of bytes below 0x80 at the start. */
size_t text_ascii_length(const char *text, size_t length);
/* The length of the UTF-8 character at the start of this many bytes; 0 if there is none. */
size_t text_utf8_character(const char *text, size_t length);

/* How many single letter changes lie between two words (Levenshtein), for
 * "did you mean"; words over 63 bytes count as far apart. */
unsigned int text_distance(const char *a, const char *b);

/* Split at a separator, in place: returns the next piece, NULL at the end. */
char *text_split(char **rest, char separator);
bool text_has_piece(const char *text, char separator); /* one that is not empty */
