/* Tokens by which a program that is not on IRC, such as a place for files, learns who a client is.
 * The client gets one for a service that papod.conf lists and passes it on; the service shows it to
 * papod, once and soon. IRCv3 authtoken, a proposal.
 *
 * A token belongs to a session and ends with it. It is random, so nothing can be read from it but
 * which session that is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct session;
struct world;

#define AUTH_TOKEN_MS (10 * 60 * 1000)
#define AUTH_TOKENS_OF_SESSION 5 /* another one ends the oldest */
#define AUTH_TOKEN_WORDS 4
#define AUTH_TOKEN_TEXT_BYTES ((1 + AUTH_TOKEN_WORDS) * 16 + 1)

struct auth_token {
	struct auth_token *older; /* of the session; NULL: none */
	uint64_t words[AUTH_TOKEN_WORDS];
	uint64_t account; /* the id of the account that it was made for */
	uint64_t expires_ms;
	char *service; /* as papod.conf named it and its URL then */
	char *url;
	char *scope; /* a channel or the nick; NULL: none */
};

/* The texts are copied. It belongs to the session, which is logged in to the account. */
struct auth_token *auth_token_new(
	struct world *world, struct session *session, const char *service, const char *url);
void auth_token_set_scope(struct auth_token *token, const char *scope);
void auth_tokens_free(struct auth_token *newest); /* with all older ones */

void auth_token_format(const struct session *session, const struct auth_token *token,
	char text[AUTH_TOKEN_TEXT_BYTES]);
/* It can be taken once; the caller frees it with auth_tokens_free(). NULL: there is none, or it has
 * expired, or its session has ended or uses another account. */
struct auth_token *auth_token_take(
	struct world *world, const char *text, struct session **ret_session);

void auth_tokens_save(struct buffer *out, uint16_t id, const struct auth_token *newest);
/* One of them; they come oldest first. A malformed one is left out. */
void auth_token_load(struct session *session, struct pack record);
