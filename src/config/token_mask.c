/* Owns the masks of tokens: asterisks, and the number of the first line with that token; and of the
 * secrets of codes, where the mask is such a secret, too. */
#include "config/token_mask.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define MOST 1512 /* entries of the lists "notifications", "api_tokens" and "operators" */

/* Each belongs to one kind of section. */
static const char *const keys[] = { "token", "totp" };
#define KEY_TOTP 1

struct token {
	char *at;
	size_t length; /* 0: none */
	size_t key;
};

static bool is_blank(char letter)
{
	return letter == ' ' || letter == '\t' || letter == '\r';
}

static char *skip_blanks(char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

static bool begins_with_key(const char *at, const char *end, const char *key)
{
	size_t length = strlen(key);

	return (size_t) (end - at) >= length && memcmp(at, key, length) == 0;
}

static struct token find_with_key(char *line, char *end, size_t key)
{
	struct token token = { .at = skip_blanks(line, end), .key = key };

	if (!begins_with_key(token.at, end, keys[key]))
		return token;
	token.at = skip_blanks(token.at + strlen(keys[key]), end);
	if (token.at == end || (*token.at != '=' && *token.at != ':'))
		return token;
	token.at = skip_blanks(token.at + 1, end);
	while (token.at + token.length < end && !is_blank(token.at[token.length]))
		token.length++;
	return token;
}

static struct token find_in_line(char *line, char *end)
{
	struct token token = find_with_key(line, end, 0);

	return token.length ? token : find_with_key(line, end, KEY_TOTP);
}

static size_t find_tokens(char *text, size_t length, struct token tokens[MOST])
{
	char *end = text + length, *line = text, *line_end;
	size_t n = 0;

	while (line < end && n < MOST) {
		line_end = memchr(line, '\n', (size_t) (end - line));
		if (!line_end)
			line_end = end;
		tokens[n] = find_in_line(line, line_end);
		n += tokens[n].length > 0;
		line = line_end + 1;
	}
	return n;
}

static bool is_same(const struct token *one, const struct token *other)
{
	return one->length == other->length && memcmp(one->at, other->at, one->length) == 0;
}

static void mask_token(const struct token *token, size_t number)
{
	char buffer[NUMBER_BYTES];
	const char *digits = text_format_u64(number, buffer);
	size_t n = strlen(digits);

	memset(token->at, token->key == KEY_TOTP ? 'A' : '*', token->length);
	if (n < token->length && token->key != KEY_TOTP)
		memcpy(token->at + token->length - n, digits, n);
}

/* From the last one on, because those before it must still be what they were. */
void token_mask_text(char *text, size_t length)
{
	struct token tokens[MOST];
	size_t n = find_tokens(text, length, tokens), first;

	while (n--) {
		for (first = 0; !is_same(&tokens[first], &tokens[n]);)
			first++;
		mask_token(&tokens[n], first);
	}
}
