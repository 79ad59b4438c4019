/* Invitations to register an account, where not everybody may. An operator makes a token and gives
 * it to somebody; it registers one account, until it expires. The world and the database have only
 * its hash. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "proto/store_row.h"

struct change;
struct world;

#define REGISTRATION_TOKENS_MOST 200
#define REGISTRATION_TOKEN_ID_BYTES 8 /* of its hash, which name it */

struct registration_token {
	struct list in_all;
	char *hash;    /* SHA-256 in hexadecimal digits */
	char *creator; /* the operator's name */
	uint64_t created_wall_ms;
	uint64_t expires_wall_ms;
	uint64_t change; /* the request that uses it up; 0: none */
};

struct registration_tokens {
	struct list all; /* oldest first */
	uint32_t count;
};

void registration_tokens_init(struct registration_tokens *tokens);
void registration_tokens_done(struct registration_tokens *tokens);

/* One that counts: it has not expired and is not being used up. NULL: none. */
struct registration_token *registration_token_find(const struct world *world, const char *hash);
/* The one whose hash begins so, whatever its state. NULL: none. */
struct registration_token *registration_token_find_id(const struct world *world, const char *id);

/* Add its row to a change; or the removal of its row, which uses it up. */
void registration_token_add(
	struct world *world, struct change *change, const struct registration_token *token);
void registration_token_remove(
	struct world *world, struct change *change, const struct registration_token *token);
/* The change begins, with its request, or is over (0): note it at the tokens that it uses up. */
void registration_tokens_mark(struct world *world, const struct change *change, uint64_t request);

/* False: malformed. */
bool registration_tokens_take_row(struct world *world, const struct store_row *row);
void registration_tokens_forget(struct world *world); /* all */
/* All of them, each as a record that store_row_load() reads. */
void registration_tokens_save(
	struct buffer *out, uint16_t id, const struct registration_tokens *tokens);
