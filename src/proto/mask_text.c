/* Owns texts that are held against many masks. */
#include "proto/mask_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define CHARACTER_BYTES 4
#define PLACES 64 /* in a word */
#define ROW_ANY 0 /* any character; as no row is the next of another, it also stands for none */

/* Where one character stands. */
struct mask_row {
	uint32_t character; /* see character_at() */
	uint32_t next;	    /* another one with the same hash; 0: none */
};

/* A byte that belongs to no UTF-8 character is one. */
static inline size_t character_length(const char *bytes)
{
	size_t length;

	if (!((unsigned char) *bytes & 0x80))
		return 1;
	length = text_utf8_character(bytes, strnlen(bytes, CHARACTER_BYTES));
	return length ? length : 1;
}

/* As casemap_lower(), which is asked about few bytes: this is done for each one of many masks. */
static inline unsigned char lower(enum casemap casemap, char byte)
{
	if (casemap == CASEMAP_RFC1459)
		return (unsigned char) casemap_lower(casemap, byte);
	return (unsigned char) (byte >= 'A' && byte <= 'Z' ? byte + ('a' - 'A') : byte);
}

/* Its bytes as a number. A single byte is in lower case. */
static inline uint32_t character_at(enum casemap casemap, const char *bytes, size_t length)
{
	uint32_t character = 0;

	if (length == 1)
		return lower(casemap, *bytes);
	for (size_t i = 0; i < length; i++)
		character = character << 8 | (unsigned char) bytes[i];
	return character;
}

static inline size_t hash(uint32_t character)
{
	return character <= UINT8_MAX ? character : character * 2654435761u >> 24;
}

/* 0: the text does not have it. */
static inline uint32_t find_row(const struct mask_text *text, uint32_t character)
{
	uint32_t row = text->heads[hash(character)];

	while (row && text->rows[row].character != character)
		row = text->rows[row].next;
	return row;
}

static uint32_t need_row(struct mask_text *text, uint32_t character)
{
	uint32_t *head = &text->heads[hash(character)];
	uint32_t row = find_row(text, character);

	if (row)
		return row;
	row = (uint32_t) text->n_rows++;
	text->rows[row] = (struct mask_row){ character, *head };
	*head = row;
	memset(text->places + row * text->n_words, 0, text->n_words * sizeof(*text->places));
	return row;
}

static void add_place(struct mask_text *text, uint32_t row, size_t place)
{
	text->places[row * text->n_words + place / PLACES] |= UINT64_C(1) << place % PLACES;
}

void mask_text_init(struct mask_text *text, enum casemap casemap, const char *bytes)
{
	size_t most = strlen(bytes), most_rows = 1 + most;

	text->casemap = casemap;
	text->length = 0;
	text->n_words = most / PLACES + 1;
	text->n_rows = 1;
	memset(text->heads, 0, sizeof(text->heads));
	/* One piece of memory: numbers of 64 bits first. */
	text->places = mem_space(
		most_rows * (text->n_words * sizeof(*text->places) + sizeof(*text->rows)));
	text->rows = (struct mask_row *) (text->places + most_rows * text->n_words);
	memset(text->places, 0, text->n_words * sizeof(*text->places));
	while (*bytes) {
		size_t length = character_length(bytes);
		uint32_t character = character_at(casemap, bytes, length);

		add_place(text, ROW_ANY, text->length);
		add_place(text, need_row(text, character), text->length++);
		bytes += length;
	}
}

void mask_text_done(struct mask_text *text)
{
	free(text->places);
}

static bool is_escaped(const char *pattern)
{
	return pattern[0] == '\\' && (pattern[1] == '*' || pattern[1] == '?');
}

/* One character of the pattern: the row that it asks for, and where the next one begins. False: the
 * text has no such character. */
static bool take_character(const struct mask_text *text, const char **pattern, uint32_t *ret_row)
{
	size_t length;

	if (**pattern == '?') {
		++*pattern;
		*ret_row = ROW_ANY;
		return true;
	}
	*pattern += is_escaped(*pattern);
	length = character_length(*pattern);
	*ret_row = find_row(text, character_at(text->casemap, *pattern, length));
	*pattern += length;
	return *ret_row;
}

static bool ends_part(const char *pattern)
{
	return !*pattern || *pattern == '*';
}

static uint64_t word_of(const struct mask_text *text, uint32_t row, size_t word)
{
	return word < text->n_words ? text->places[row * text->n_words + word] : 0;
}

/* Of the 64 places from there on, those where the character stands. */
static uint64_t places_from(const struct mask_text *text, uint32_t row, size_t place)
{
	size_t word = place / PLACES, shift = place % PLACES;

	if (!shift)
		return word_of(text, row, word);
	return word_of(text, row, word) >> shift | word_of(text, row, word + 1) << (PLACES - shift);
}

/* Of the 64 places from there on, those where the part of the pattern stands. */
static uint64_t places_of_part(const struct mask_text *text, const char *part, size_t place)
{
	uint64_t places = UINT64_MAX;
	uint32_t row;

	while (places && !ends_part(part)) {
		if (!take_character(text, &part, &row))
			return 0;
		places &= places_from(text, row, place++);
	}
	return places;
}

/* The first place from there on at which the part stands. */
static bool find_part(const struct mask_text *text, const char *part, size_t *place)
{
	for (; *place < text->length; *place += PLACES) {
		uint64_t places = places_of_part(text, part, *place);

		if (places) {
			*place += (size_t) __builtin_ctzll(places);
			return true;
		}
	}
	return false;
}

/* In characters; and where it ends. */
static size_t measure_part(const char *part, const char **ret_end)
{
	size_t length = 0;

	while (!ends_part(part)) {
		part += is_escaped(part);
		part += character_length(part);
		length++;
	}
	*ret_end = part;
	return length;
}

/* What is left of the pattern begins behind a star. */
static bool rest_matches(const struct mask_text *text, const char *pattern, size_t place)
{
	const char *part_end;
	size_t length;

	for (; *pattern; pattern = part_end) {
		pattern += *pattern == '*';
		length = measure_part(pattern, &part_end);
		if (length > text->length - place)
			return false;
		if (!*part_end)
			return places_of_part(text, pattern, text->length - length) & 1;
		if (length && !find_part(text, pattern, &place))
			return false;
		place += length;
	}
	return true;
}

/* Most masks have a plain end, and most texts another: of many masks, few get any further. */
static bool ends_differently(const struct mask_text *text, const char *pattern)
{
	size_t left = strlen(pattern), place = text->length;

	for (; left; left--) {
		char byte = pattern[left - 1];
		uint32_t row;

		if (byte == '*' || byte == '?' || byte & 0x80)
			return false;
		row = find_row(text, character_at(text->casemap, &byte, 1));
		if (!place-- || !row || !(places_from(text, row, place) & 1))
			return true;
	}
	return place;
}

bool mask_text_matches(const struct mask_text *text, const char *pattern)
{
	const char *part_end;
	size_t length;

	if (ends_differently(text, pattern))
		return false;
	length = measure_part(pattern, &part_end);
	if (length > text->length || !(places_of_part(text, pattern, 0) & 1))
		return false;
	return *part_end ? rest_matches(text, part_end, length) : length == text->length;
}
