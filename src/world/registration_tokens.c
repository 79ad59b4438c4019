/* Owns invitations to register an account. */
#include "world/registration_tokens.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/changes.h"
#include "world/world.h"

#define HASH_DIGITS 64

static const struct field token_fields[] = {
	{ STORE_TOKEN_HASH, FIELD_TEXT, FIELD_AT(registration_token, char *, hash) },
	{ STORE_TOKEN_CREATOR, FIELD_TEXT, FIELD_AT(registration_token, char *, creator) },
	{ STORE_TOKEN_CREATED, FIELD_U64, FIELD_AT(registration_token, uint64_t, created_wall_ms) },
	{ STORE_TOKEN_EXPIRES, FIELD_U64, FIELD_AT(registration_token, uint64_t, expires_wall_ms) },
};

void registration_tokens_init(struct registration_tokens *tokens)
{
	list_init(&tokens->all);
	tokens->count = 0;
}

static void free_token_texts(struct registration_token *token)
{
	free(token->hash);
	free(token->creator);
}

static void drop_token(struct registration_tokens *tokens, struct registration_token *token)
{
	list_remove(&token->in_all);
	tokens->count--;
	free_token_texts(token);
	free(token);
}

void registration_tokens_done(struct registration_tokens *tokens)
{
	while (!list_is_empty(&tokens->all))
		drop_token(tokens, LIST_FIRST(&tokens->all, struct registration_token, in_all));
}

void registration_tokens_forget(struct world *world)
{
	registration_tokens_done(&world->registration_tokens);
}

static struct registration_token *find_any_token(
	const struct world *world, const char *start, size_t length)
{
	struct registration_token *token;

	LIST_EACH (token, &world->registration_tokens.all, in_all)
		if (strncmp(token->hash, start, length) == 0)
			return token;
	return NULL;
}

struct registration_token *registration_token_find(const struct world *world, const char *hash)
{
	struct registration_token *token = find_any_token(world, hash, HASH_DIGITS);
	bool counts = token && !token->change && token->expires_wall_ms > world->wall_ms;

	return counts ? token : NULL;
}

struct registration_token *registration_token_find_id(const struct world *world, const char *id)
{
	if (strlen(id) != REGISTRATION_TOKEN_ID_BYTES)
		return NULL;
	return find_any_token(world, id, REGISTRATION_TOKEN_ID_BYTES);
}

static void add_token_row(struct world *world, struct change *change,
	const struct registration_token *token, bool is_removal)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct store_row row = {
		.table = STORE_TABLE_REGISTRATION_TOKENS,
		.is_removal = is_removal,
	};

	fields_save(&bytes, token_fields, ARRAY_LENGTH(token_fields), token);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	change_add_row(world, change, row);
}

void registration_token_add(
	struct world *world, struct change *change, const struct registration_token *token)
{
	add_token_row(world, change, token, false);
}

void registration_token_remove(
	struct world *world, struct change *change, const struct registration_token *token)
{
	add_token_row(world, change, token, true);
}

/* False: malformed. The caller frees the texts in any case. */
static bool read_token_row(const struct store_row *row, struct registration_token *ret_token)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(token_fields, ARRAY_LENGTH(token_fields), ret_token, &field);
	return !pack.failed && ret_token->hash && strlen(ret_token->hash) == HASH_DIGITS &&
	       (row->is_removal || ret_token->creator);
}

static void mark_token(struct world *world, const struct store_row *row, uint64_t request)
{
	struct registration_token loaded = { 0 };
	struct registration_token *token = NULL;

	if (row->table == STORE_TABLE_REGISTRATION_TOKENS && row->is_removal &&
		read_token_row(row, &loaded))
		token = find_any_token(world, loaded.hash, HASH_DIGITS);
	if (token)
		token->change = request;
	free_token_texts(&loaded);
}

void registration_tokens_mark(struct world *world, const struct change *change, uint64_t request)
{
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	struct pack_field field;
	struct store_row row;

	while (!list_is_empty(&world->registration_tokens.all) && pack_next(&pack, &field))
		if (store_row_load(pack_field_record(&field), &row))
			mark_token(world, &row, request);
}

static void put_token(struct world *world, struct registration_token *loaded)
{
	struct registration_tokens *tokens = &world->registration_tokens;
	struct registration_token *token = mem_copy(loaded, sizeof(*loaded));

	*loaded = (struct registration_token){ 0 };
	list_init(&token->in_all);
	list_add_last(&tokens->all, &token->in_all);
	tokens->count++;
}

bool registration_tokens_take_row(struct world *world, const struct store_row *row)
{
	struct registration_token loaded = { 0 };
	bool is_good = read_token_row(row, &loaded);
	struct registration_token *known =
		is_good ? find_any_token(world, loaded.hash, HASH_DIGITS) : NULL;

	if (known)
		drop_token(&world->registration_tokens, known);
	if (is_good && !row->is_removal)
		put_token(world, &loaded);
	free_token_texts(&loaded);
	return is_good;
}

void registration_tokens_save(
	struct buffer *out, uint16_t id, const struct registration_tokens *tokens)
{
	const struct registration_token *token;

	LIST_EACH (token, &tokens->all, in_all) {
		CLEANUP(buffer_done) struct buffer bytes = { 0 };

		fields_save(&bytes, token_fields, ARRAY_LENGTH(token_fields), token);
		store_row_save_bytes(out, id, STORE_TABLE_REGISTRATION_TOKENS, 0, &bytes);
	}
}
