/* Owns the tokenizer that takes questions apart, which is the index's own: what is several words to
 * it would be a phrase, and it refuses those, as it has no positions (schema_history.c).
 * https://sqlite.org/fts5.html, "Custom Tokenizers" and "FTS5 Strings". */
#include "store/archive_words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

enum tokenizer {
	TOKENIZER_WORDS,
	TOKENIZER_TRIGRAM,
};

/* As in the schema, and in archive_index.c. */
static const struct {
	const char *name;
	const char *arguments[2];
	int n_arguments;
} tokenizers[] = {
	[TOKENIZER_WORDS] = { "unicode61", { "remove_diacritics", "2" }, 2 },
	[TOKENIZER_TRIGRAM] = { "trigram", { NULL }, 0 },
};

struct archive_words {
	fts5_tokenizer tokenizers[ARRAY_LENGTH(tokenizers)];
	Fts5Tokenizer *instances[ARRAY_LENGTH(tokenizers)]; /* NULL: none */
	bool is_trigram;
};

static int find_words_api(sqlite3 *handle, fts5_api **ret_api)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(handle, "SELECT fts5(?1)", -1, &statement, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_bind_pointer(statement, 1, ret_api, "fts5_api_ptr", NULL);
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	(void) sqlite3_finalize(statement);
	if (result != SQLITE_ROW)
		return result;
	return *ret_api ? SQLITE_OK : SQLITE_ERROR;
}

static int make_tokenizer(struct archive_words *words, fts5_api *api, size_t i)
{
	const char *arguments[2] = { tokenizers[i].arguments[0], tokenizers[i].arguments[1] };
	void *data;
	int result = api->xFindTokenizer(api, tokenizers[i].name, &data, &words->tokenizers[i]);

	if (result == SQLITE_OK)
		result = words->tokenizers[i].xCreate(
			data, arguments, tokenizers[i].n_arguments, &words->instances[i]);
	return result;
}

int archive_words_new(sqlite3 *handle, struct archive_words **ret_words)
{
	struct archive_words *words = mem_new(sizeof(*words));
	fts5_api *api = NULL;
	int result = find_words_api(handle, &api);

	for (size_t i = 0; i < ARRAY_LENGTH(tokenizers) && result == SQLITE_OK; i++)
		result = make_tokenizer(words, api, i);
	if (result != SQLITE_OK) {
		archive_words_free(words);
		return result;
	}
	*ret_words = words;
	return SQLITE_OK;
}

void archive_words_free(struct archive_words *words)
{
	if (!words)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(tokenizers); i++)
		if (words->instances[i])
			words->tokenizers[i].xDelete(words->instances[i]);
	free(words);
}

void archive_words_set(struct archive_words *words, bool is_trigram)
{
	words->is_trigram = is_trigram;
}

bool archive_words_are_exact(const struct archive_words *words)
{
	return !words->is_trigram;
}

static int tokenize(const struct archive_words *words, struct piece text, struct buffer *out,
	int (*on_token)(void *, int, const char *, int, int, int))
{
	enum tokenizer i = words->is_trigram ? TOKENIZER_TRIGRAM : TOKENIZER_WORDS;

	return words->tokenizers[i].xTokenize(words->instances[i], out, FTS5_TOKENIZE_QUERY,
		text.bytes, (int) text.length, on_token);
}

/* In quotes, so that no word is an operator. */
static int on_query_token(void *data, int flags, const char *token, int length, int start, int end)
{
	struct buffer *out = data;

	(void) flags;
	(void) start;
	(void) end;
	buffer_put_text(out, out->length ? " \"" : "\"");
	for (int i = 0; i < length; i++) {
		if (token[i] == '"')
			buffer_put_byte(out, '"');
		buffer_put_byte(out, token[i]);
	}
	buffer_put_byte(out, '"');
	return SQLITE_OK;
}

/* A star behind a word is for the last of those that the index takes it for. Trigrams are found in
 * the middle of words anyway. */
static int put_query_word(struct archive_words *words, struct piece word, struct buffer *out)
{
	bool has_star = word.length && word.bytes[word.length - 1] == '*';
	size_t before = out->length;
	int result;

	if (has_star && words->is_trigram)
		word.length--;
	result = tokenize(words, word, out, on_query_token);
	if (has_star && !words->is_trigram && out->length > before)
		buffer_put_byte(out, '*');
	return result;
}

/* The next word of a text; false: none. */
static bool next_query_word(struct piece *rest, struct piece *ret_word)
{
	const char *space;
	size_t length;

	if (!rest->length)
		return false;
	space = memchr(rest->bytes, ' ', rest->length);
	length = space ? (size_t) (space - rest->bytes) : rest->length;
	*ret_word = (struct piece){ rest->bytes, length };
	length += space ? 1 : 0;
	*rest = (struct piece){ rest->bytes + length, rest->length - length };
	return true;
}

int archive_words_put(struct archive_words *words, struct piece text, struct buffer *out)
{
	struct piece word;
	int result = SQLITE_OK;

	while (result == SQLITE_OK && next_query_word(&text, &word))
		result = put_query_word(words, word, out);
	return result;
}

/* Of three characters the first one. */
static int on_trigram(void *data, int flags, const char *token, int length, int start, int end)
{
	size_t n = text_utf8_character(token, (size_t) length);

	(void) flags;
	(void) start;
	(void) end;
	buffer_put(data, token, n ? n : 1);
	return SQLITE_OK;
}

/* The text as the index sees it, where case does not matter: the first characters of all its
 * trigrams, with two more so that none is missing. */
static int fold_for_index(struct archive_words *words, struct piece text, struct buffer *out)
{
	CLEANUP(buffer_done) struct buffer longer = { 0 };

	buffer_put(&longer, text.bytes, text.length);
	buffer_put_text(&longer, "  ");
	return tokenize(words, (struct piece){ longer.bytes, longer.length }, out, on_trigram);
}

static bool has_folded(const struct buffer *text, struct piece word)
{
	return text->length >= word.length &&
	       memmem(buffer_text(text), text->length, word.bytes, word.length);
}

bool archive_words_are_in(struct archive_words *words, struct piece searched, struct piece text)
{
	CLEANUP(buffer_done) struct buffer in = { 0 }, of = { 0 };
	struct piece rest, word;
	bool are_in = true;
	size_t n_words = 0;

	if (!words->is_trigram || !searched.length)
		return true;
	if (fold_for_index(words, text, &in) != SQLITE_OK ||
		fold_for_index(words, searched, &of) != SQLITE_OK)
		return false;
	rest = (struct piece){ buffer_text(&of), of.length };
	while (are_in && next_query_word(&rest, &word)) {
		if (word.length && word.bytes[word.length - 1] == '*')
			word.length--;
		if (!word.length)
			continue;
		are_in = has_folded(&in, word);
		n_words++;
	}
	return are_in && n_words;
}
