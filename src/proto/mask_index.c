/* Owns the index of a text. */
#include "proto/mask_index.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

#define PLACES 64 /* bits in a word */
#define ROW_ANY 0 /* for any character; as an index of a row in `next` or `heads`: none */

/* The places of one character. */
struct row {
	uint32_t character; /* see character_at() */
	uint32_t next;	    /* the next row with the same hash; 0: none */
};

struct mask_index {
	enum casemap casemap;
	size_t length;	/* of the text, in characters */
	size_t n_words; /* of a row */
	size_t n_rows;
	struct row *rows;
	uint64_t *places;    /* bits of all rows, one row after the other */
	uint32_t heads[256]; /* the first row, by hash of the character; 0: none */
};

/* The bytes of a character as a number. A single byte is folded. */
static inline uint32_t character_at(enum casemap casemap, const char *bytes, size_t length)
{
	uint32_t character = 0;

	if (length == 1)
		return mask_lower(casemap, *bytes);
	for (size_t i = 0; i < length; i++)
		character = character << 8 | (unsigned char) bytes[i];
	return character;
}

static inline size_t hash_character(uint32_t character)
{
	return character <= UINT8_MAX ? character : character * 2654435761u >> 24;
}

/* The row of the character; 0: not in the text. */
static inline uint32_t find_character(const struct mask_index *index, uint32_t character)
{
	uint32_t row = index->heads[hash_character(character)];

	while (row && index->rows[row].character != character)
		row = index->rows[row].next;
	return row;
}

static uint32_t need_row(struct mask_index *index, uint32_t character)
{
	uint32_t *head = &index->heads[hash_character(character)];
	uint32_t row = find_character(index, character);

	if (row)
		return row;
	row = (uint32_t) index->n_rows++;
	index->rows[row] = (struct row){ character, *head };
	*head = row;
	memset(index->places + row * index->n_words, 0, index->n_words * sizeof(*index->places));
	return row;
}

static void add_place(struct mask_index *index, uint32_t row, size_t place)
{
	index->places[row * index->n_words + place / PLACES] |= UINT64_C(1) << place % PLACES;
}

/* One allocation: the 64-bit numbers come first, for their alignment. */
static struct mask_index *index_space(size_t most_rows, size_t n_words)
{
	size_t places_bytes = most_rows * n_words * sizeof(uint64_t);
	struct mask_index *index =
		mem_space(sizeof(*index) + places_bytes + most_rows * sizeof(struct row));

	index->places = (uint64_t *) (index + 1);
	index->rows = (struct row *) (index->places + most_rows * n_words);
	index->n_words = n_words;
	return index;
}

struct mask_index *mask_index_new(enum casemap casemap, const char *bytes)
{
	size_t most = strlen(bytes);
	struct mask_index *index = index_space(1 + most, most / PLACES + 1);

	index->casemap = casemap;
	index->length = 0;
	index->n_rows = 1;
	memset(index->heads, 0, sizeof(index->heads));
	memset(index->places, 0, index->n_words * sizeof(*index->places));
	while (*bytes) {
		size_t length = mask_character_length(bytes);
		uint32_t character = character_at(casemap, bytes, length);

		add_place(index, ROW_ANY, index->length);
		add_place(index, need_row(index, character), index->length++);
		bytes += length;
	}
	return index;
}

/* Take one character of the pattern and find its row. False: the text has no such character. */
static bool take_character(const struct mask_index *index, const char **pattern, uint32_t *ret_row)
{
	size_t length;

	if (**pattern == '?') {
		++*pattern;
		*ret_row = ROW_ANY;
		return true;
	}
	*pattern += mask_is_escaped(*pattern);
	length = mask_character_length(*pattern);
	*ret_row = find_character(index, character_at(index->casemap, *pattern, length));
	*pattern += length;
	return *ret_row;
}

static bool ends_part(const char *pattern)
{
	return !*pattern || *pattern == '*';
}

static uint64_t word_of(const struct mask_index *index, uint32_t row, size_t word)
{
	return word < index->n_words ? index->places[row * index->n_words + word] : 0;
}

/* Bits for the next 64 places: 1 where the character is. */
static uint64_t places_from(const struct mask_index *index, uint32_t row, size_t place)
{
	size_t word = place / PLACES, shift = place % PLACES;

	if (!shift)
		return word_of(index, row, word);
	return word_of(index, row, word) >> shift | word_of(index, row, word + 1)
							    << (PLACES - shift);
}

/* Bits for the next 64 places: 1 where the part of the pattern matches. */
static uint64_t places_of_part(const struct mask_index *index, const char *part, size_t place)
{
	uint64_t places = UINT64_MAX;
	uint32_t row;

	while (places && !ends_part(part)) {
		if (!take_character(index, &part, &row))
			return 0;
		places &= places_from(index, row, place++);
	}
	return places;
}

/* Move the place to the first one from there where the part matches. */
static bool find_part(const struct mask_index *index, const char *part, size_t *place)
{
	for (; *place < index->length; *place += PLACES) {
		uint64_t places = places_of_part(index, part, *place);

		if (places) {
			*place += (size_t) __builtin_ctzll(places);
			return true;
		}
	}
	return false;
}

/* The length of the part in characters, and where it ends. */
static size_t measure_part(const char *part, const char **ret_end)
{
	size_t length = 0;

	while (!ends_part(part)) {
		part += mask_is_escaped(part);
		part += mask_character_length(part);
		length++;
	}
	*ret_end = part;
	return length;
}

/* Match the rest of a pattern, which begins behind a star. */
static bool rest_matches(const struct mask_index *index, const char *pattern, size_t place)
{
	const char *part_end;
	size_t length;

	for (; *pattern; pattern = part_end) {
		pattern += *pattern == '*';
		length = measure_part(pattern, &part_end);
		if (length > index->length - place)
			return false;
		if (!*part_end)
			return places_of_part(index, pattern, index->length - length) & 1;
		if (length && !find_part(index, pattern, &place))
			return false;
		place += length;
	}
	return true;
}

void mask_index_free(struct mask_index *index)
{
	free(index);
}

enum casemap mask_index_casemap(const struct mask_index *index)
{
	return index->casemap;
}

bool mask_index_matches(const struct mask_index *index, const char *pattern)
{
	const char *part_end;
	size_t length = measure_part(pattern, &part_end);

	if (length > index->length || !(places_of_part(index, pattern, 0) & 1))
		return false;
	return *part_end ? rest_matches(index, part_end, length) : length == index->length;
}
