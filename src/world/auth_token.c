/* Owns the tokens of a session. */
#include "world/auth_token.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

static const struct field auth_token_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(auth_token, uint64_t, words[0]) },
	{ 2, FIELD_U64, FIELD_AT(auth_token, uint64_t, words[1]) },
	{ 3, FIELD_U64, FIELD_AT(auth_token, uint64_t, words[2]) },
	{ 4, FIELD_U64, FIELD_AT(auth_token, uint64_t, words[3]) },
	{ 5, FIELD_U64, FIELD_AT(auth_token, uint64_t, account) },
	{ 6, FIELD_U64, FIELD_AT(auth_token, uint64_t, expires_ms) },
	{ 7, FIELD_TEXT, FIELD_AT(auth_token, char *, service) },
	{ 8, FIELD_TEXT, FIELD_AT(auth_token, char *, url) },
	{ 9, FIELD_TEXT, FIELD_AT(auth_token, char *, scope) },
};

void auth_tokens_free(struct auth_token *newest)
{
	while (newest) {
		struct auth_token *token = newest;

		newest = token->older;
		free(token->service);
		free(token->url);
		free(token->scope);
		explicit_bzero(token->words, sizeof(token->words));
		free(token);
	}
}

static void add_token(struct session *session, struct auth_token *token)
{
	struct session_extras *extras = session_need_extras(session);
	struct auth_token *last = token;

	token->older = extras->tokens;
	extras->tokens = token;
	for (int i = 1; i < AUTH_TOKENS_OF_SESSION && last; i++)
		last = last->older;
	if (last)
		auth_tokens_free(TAKE(last->older));
}

struct auth_token *auth_token_new(
	struct world *world, struct session *session, const char *service, const char *url)
{
	struct auth_token *token = mem_new(sizeof(*token));

	for (int i = 0; i < AUTH_TOKEN_WORDS; i++)
		token->words[i] = hash_random(&world->dice);
	token->account = session->user->account_id;
	token->expires_ms = world->now_ms + AUTH_TOKEN_MS;
	token->service = mem_text(service);
	token->url = mem_text(url);
	add_token(session, token);
	return token;
}

void auth_token_set_scope(struct auth_token *token, const char *scope)
{
	mem_set_text(&token->scope, scope);
}

void auth_token_format(const struct session *session, const struct auth_token *token,
	char text[AUTH_TOKEN_TEXT_BYTES])
{
	snprintf(text, AUTH_TOKEN_TEXT_BYTES,
		"%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64, session->id,
		token->words[0], token->words[1], token->words[2], token->words[3]);
}

static struct auth_token **find_auth_token(struct session *session, const char *text)
{
	char own[AUTH_TOKEN_TEXT_BYTES];

	for (struct auth_token **at = &session->extras->tokens; *at; at = &(*at)->older) {
		auth_token_format(session, *at, own);
		if (text_is_secret(own, text))
			return at;
	}
	return NULL;
}

/* The session that the text names; NULL: it has no tokens, or the text is none. */
static struct session *session_of_token(const struct world *world, const char *text)
{
	char number[17];
	struct session *session;

	if (strlen(text) != AUTH_TOKEN_TEXT_BYTES - 1)
		return NULL;
	memcpy(number, text, sizeof(number) - 1);
	number[sizeof(number) - 1] = '\0';
	session = session_find(world, strtoull(number, NULL, 16));
	return session && session->extras && session->user ? session : NULL;
}

struct auth_token *auth_token_take(
	struct world *world, const char *text, struct session **ret_session)
{
	struct session *session = session_of_token(world, text);
	struct auth_token **at = session ? find_auth_token(session, text) : NULL, *token;

	if (!at)
		return NULL;
	token = *at;
	*at = token->older;
	token->older = NULL;
	*ret_session = session;
	if (world->now_ms < token->expires_ms && token->account == session->user->account_id)
		return token;
	auth_tokens_free(token);
	return NULL;
}

void auth_tokens_save(struct buffer *out, uint16_t id, const struct auth_token *newest)
{
	size_t record;

	if (!newest)
		return;
	auth_tokens_save(out, id, newest->older);
	record = pack_begin(out, id);
	fields_save(out, auth_token_fields, ARRAY_LENGTH(auth_token_fields), newest);
	pack_end(out, record);
}

void auth_token_load(struct session *session, struct pack record)
{
	struct auth_token *token = mem_new(sizeof(*token));
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(auth_token_fields, ARRAY_LENGTH(auth_token_fields), token, &field);
	if (record.failed || !token->service || !token->url)
		auth_tokens_free(token);
	else
		add_token(session, token);
}
