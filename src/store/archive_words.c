/* Owns the tokenizer that takes questions apart, which is the index's own: what is several words to
 * it would be a phrase, and it refuses those, as it has no positions (schema_history.c).
 * https://sqlite.org/fts5.html, "Custom Tokenizers" and "FTS5 Strings". */
#include "store/archive_words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

struct archive_words {
	fts5_tokenizer tokenizer;
	Fts5Tokenizer *instance; /* NULL: none */
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

static int make_tokenizer(struct archive_words *words, fts5_api *api)
{
	const char *arguments[] = { "remove_diacritics", "2" }; /* as in the schema */
	void *data;
	int result = api->xFindTokenizer(api, "unicode61", &data, &words->tokenizer);

	if (result == SQLITE_OK)
		result = words->tokenizer.xCreate(
			data, arguments, ARRAY_LENGTH(arguments), &words->instance);
	return result;
}

int archive_words_new(sqlite3 *handle, struct archive_words **ret_words)
{
	struct archive_words *words = mem_new(sizeof(*words));
	fts5_api *api = NULL;
	int result = find_words_api(handle, &api);

	if (result == SQLITE_OK)
		result = make_tokenizer(words, api);
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
	if (words->instance)
		words->tokenizer.xDelete(words->instance);
	free(words);
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

/* A star behind a word is for the last of those that the index takes it for. */
static int put_query_word(struct archive_words *words, struct piece word, struct buffer *out)
{
	bool has_star = word.length && word.bytes[word.length - 1] == '*';
	size_t before = out->length;
	int result = words->tokenizer.xTokenize(words->instance, out, FTS5_TOKENIZE_QUERY,
		word.bytes, (int) word.length, on_query_token);

	if (has_star && out->length > before)
		buffer_put_byte(out, '*');
	return result;
}

int archive_words_put(struct archive_words *words, struct piece text, struct buffer *out)
{
	const char *at = text.bytes, *end = text.bytes + text.length;
	int result = SQLITE_OK;

	while (at < end && result == SQLITE_OK) {
		const char *space = memchr(at, ' ', (size_t) (end - at));
		const struct piece word = { at, (size_t) ((space ? space : end) - at) };

		result = put_query_word(words, word, out);
		at += word.length + 1;
	}
	return result;
}
