/* Owns the form of a word list, and its search in a text. A list has at most some dozens of words,
 * so a text is searched for one after the other. */
#include "proto/word_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/filter_text.h"

#define MOST_LIST_BYTES 65536

static bool is_word_byte(char byte)
{
	return text_is_letter(byte) || text_is_digit(byte) || (unsigned char) byte >= 0x80;
}

static bool is_clean_word(const char *word, size_t length)
{
	bool has_letter = false;

	for (size_t i = 0; i < length; i++) {
		if ((unsigned char) word[i] < ' ' || word[i] == 0x7f)
			return false;
		has_letter |= is_word_byte(word[i]);
	}
	return has_letter && length <= WORD_LIST_WORD_BYTES && text_is_utf8(word, length);
}

char *word_list_word(const char *given)
{
	size_t length;
	char *plain = filter_plain(given, &length);
	char *word = filter_fold(plain, length);

	if (is_clean_word(word, strlen(word)))
		return word;
	free(word);
	return NULL;
}

/* A word of a list. */
struct piece {
	const char *folded, *alike;
	size_t folded_length, alike_length;
};

/* Steps over a word of the list; false: it was the last. */
static bool next_piece(const char **list, struct piece *ret_piece)
{
	const char *line = *list, *tab;
	size_t length;

	if (!line || !*line)
		return false;
	length = strcspn(line, "\n");
	*list = line + length + (line[length] == '\n');
	*ret_piece = (struct piece){ line, line, length, length };
	tab = memchr(line, '\t', length);
	if (!tab)
		return true;
	ret_piece->folded_length = (size_t) (tab - line);
	ret_piece->alike = tab + 1;
	ret_piece->alike_length = length - ret_piece->folded_length - 1;
	return true;
}

bool word_list_is_valid(const char *list)
{
	struct piece piece;

	if (list && strlen(list) > MOST_LIST_BYTES)
		return false;
	while (next_piece(&list, &piece))
		if (!is_clean_word(piece.folded, piece.folded_length) ||
			!is_clean_word(piece.alike, piece.alike_length))
			return false;
	return true;
}

char *word_list_next(const char **list)
{
	struct piece piece;

	return next_piece(list, &piece) ? mem_text_n(piece.folded, piece.folded_length) : NULL;
}

size_t word_list_count(const char *list)
{
	size_t count = 0;
	struct piece piece;

	while (next_piece(&list, &piece))
		count++;
	return count;
}

static bool is_the_word(const struct piece *piece, const char *word)
{
	return strlen(word) == piece->folded_length &&
	       memcmp(piece->folded, word, piece->folded_length) == 0;
}

bool word_list_has(const char *list, const char *word)
{
	struct piece piece;

	while (next_piece(&list, &piece))
		if (is_the_word(&piece, word))
			return true;
	return false;
}

char *word_list_with(const char *list, const char *word)
{
	CLEANUP(mem_freep) char *alike = filter_alike(word, strlen(word));
	struct buffer out = { 0 };

	buffer_format(&out, "%s%s%s", list ? list : "", list ? "\n" : "", word);
	if (strcmp(word, alike) != 0 && is_clean_word(alike, strlen(alike)))
		buffer_format(&out, "\t%s", alike);
	return buffer_take(&out);
}

char *word_list_without(const char *list, const char *word)
{
	struct buffer out = { 0 };
	struct piece piece;

	while (next_piece(&list, &piece)) {
		if (is_the_word(&piece, word))
			continue;
		if (out.length)
			buffer_put_byte(&out, '\n');
		buffer_put(&out, piece.folded,
			(size_t) (piece.alike + piece.alike_length - piece.folded));
	}
	return out.length ? buffer_take(&out) : NULL;
}

static bool is_edge(const char *text, const char *at)
{
	return at == text || !is_word_byte(at[-1]) || !is_word_byte(*at);
}

static bool has_word(const char *text, const char *word, size_t length)
{
	bool is_open_left = *word == '*', is_open_right = length > 1 && word[length - 1] == '*';
	const char *core = word + is_open_left;
	size_t core_length = length - is_open_left - is_open_right;
	size_t text_length = strlen(text);

	for (const char *at = text;
		(at = memmem(at, text_length - (size_t) (at - text), core, core_length)); at++)
		if ((is_open_left || is_edge(text, at)) &&
			(is_open_right || is_edge(text, at + core_length)))
			return true;
	return false;
}

bool word_list_matches(const char *list, const char *text)
{
	CLEANUP(mem_freep) char *folded = NULL;
	CLEANUP(mem_freep) char *alike = NULL;
	struct piece piece;
	size_t length;
	char *plain;

	if (!list)
		return false;
	plain = filter_plain(text, &length);
	alike = filter_alike(plain, length);
	folded = filter_fold(plain, length);
	while (next_piece(&list, &piece))
		if (has_word(alike, piece.alike, piece.alike_length) ||
			has_word(folded, piece.folded, piece.folded_length))
			return true;
	return false;
}
