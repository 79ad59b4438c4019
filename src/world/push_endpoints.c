/* Owns the subscriptions of accounts. */
#include "world/push_endpoints.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/push_keys.h"
#include "proto/push_url.h"
#include "world/changes.h"
#include "world/world.h"

static const struct field endpoint_fields[] = {
	{ STORE_ENDPOINT_URL, FIELD_TEXT, FIELD_AT(push_endpoint, char *, url) },
	{ STORE_ENDPOINT_CREATED, FIELD_U64, FIELD_AT(push_endpoint, uint64_t, created_wall_ms) },
	{ STORE_ENDPOINT_RENEWED, FIELD_U64, FIELD_AT(push_endpoint, uint64_t, renewed_wall_ms) },
	{ STORE_FIRST_FREE_FIELD, FIELD_TEXT, FIELD_AT(push_endpoint, char *, p256dh) },
	{ STORE_FIRST_FREE_FIELD + 1, FIELD_TEXT, FIELD_AT(push_endpoint, char *, auth) },
	{ STORE_FIRST_FREE_FIELD + 2, FIELD_U64, FIELD_AT(push_endpoint, uint64_t, caps) },
};

struct push_endpoint *push_endpoint_find(const struct account *account, const char *url)
{
	struct push_endpoint *endpoint;

	LIST_EACH (endpoint, &account_extras(account)->endpoints, in_account)
		if (strcmp(endpoint->url, url) == 0)
			return endpoint;
	return NULL;
}

bool push_endpoint_is_expired(const struct world *world, const struct push_endpoint *endpoint)
{
	return endpoint->renewed_wall_ms + world->settings->push.expiry_days * DAY_MS <=
	       world->wall_ms;
}

/* Rows */

static void put_endpoint_row(struct world *world, struct change *change,
	const struct account *account, const struct push_endpoint *endpoint, bool is_removal)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	fields_save(&bytes, endpoint_fields, ARRAY_LENGTH(endpoint_fields), endpoint);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_PUSH_ENDPOINTS,
			.is_removal = is_removal,
			.id = account->id,
			.bytes = bytes.bytes,
			.length = bytes.length });
}

void push_endpoint_add(struct world *world, struct change *change, const struct account *account,
	const struct push_endpoint *endpoint)
{
	put_endpoint_row(world, change, account, endpoint, false);
}

void push_endpoint_remove(struct world *world, struct change *change, const struct account *account,
	const struct push_endpoint *endpoint)
{
	put_endpoint_row(world, change, account, endpoint, true);
}

static void free_endpoint_texts(struct push_endpoint *endpoint)
{
	free(endpoint->url);
	free(endpoint->p256dh);
	free(endpoint->auth);
}

void push_endpoint_free(struct push_endpoint *endpoint)
{
	list_remove(&endpoint->in_account);
	free_endpoint_texts(endpoint);
	free(endpoint);
}

static void drop_endpoint(struct world *world, struct push_endpoint *endpoint)
{
	world->accounts.n_endpoints--;
	push_endpoint_free(endpoint);
}

void push_endpoints_drop(struct world *world, struct account *account)
{
	struct push_endpoint *endpoint, *after;

	pushes_forget_account(world, account->id);
	if (!account->extras)
		return;
	LIST_EACH_SAFE (endpoint, after, &account->extras->endpoints, in_account)
		drop_endpoint(world, endpoint);
}

/* Takes the texts. */
static void put_endpoint(struct world *world, struct account *account, struct push_endpoint *loaded)
{
	struct account_extras *extras = account_need_extras(account);
	struct push_endpoint *endpoint = mem_copy(loaded, sizeof(*loaded));

	*loaded = (struct push_endpoint){ 0 };
	list_init(&endpoint->in_account);
	list_add_last(&extras->endpoints, &endpoint->in_account);
	world->accounts.n_endpoints++;
}

/* False: malformed. The caller frees the texts in any case. */
static bool read_endpoint_row(const struct store_row *row, struct push_endpoint *ret_endpoint)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;
	struct push_keys keys;
	struct push_url url;

	while (pack_next(&pack, &field))
		fields_load(endpoint_fields, ARRAY_LENGTH(endpoint_fields), ret_endpoint, &field);
	if (pack.failed || !ret_endpoint->url || push_url_parse(ret_endpoint->url, &url))
		return false;
	return row->is_removal ||
	       (ret_endpoint->p256dh && ret_endpoint->auth &&
		       push_keys_decode(ret_endpoint->p256dh, ret_endpoint->auth, &keys));
}

/* A row without its account is left out, as the account was. */
bool push_endpoints_take_row(struct world *world, const struct store_row *row)
{
	struct account *account = account_find_id(world, row->id);
	struct push_endpoint loaded = { 0 }, *known;
	bool is_good = read_endpoint_row(row, &loaded);

	if (is_good && account) {
		known = push_endpoint_find(account, loaded.url);
		if (known)
			drop_endpoint(world, known);
		if (!row->is_removal)
			put_endpoint(world, account, &loaded);
	}
	free_endpoint_texts(&loaded);
	return is_good;
}

void push_endpoints_save(struct buffer *out, uint16_t id, const struct account *account)
{
	const struct push_endpoint *endpoint;

	LIST_EACH (endpoint, &account_extras(account)->endpoints, in_account) {
		CLEANUP(buffer_done) struct buffer bytes = { 0 };

		fields_save(&bytes, endpoint_fields, ARRAY_LENGTH(endpoint_fields), endpoint);
		store_row_save_bytes(out, id, STORE_TABLE_PUSH_ENDPOINTS, account->id, &bytes);
	}
}
