/* Owns the names and ids of what a scenario has stored. */
#include "fake_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "world/world.h"

void fake_store_done(struct fake_store *store)
{
	for (size_t i = 0; i < store->n_names; i++)
		free(store->names[i].name);
}

/* The field that is unique in each table; 0: none. */
static uint16_t unique_field(enum store_table table)
{
	switch (table) {
	case STORE_TABLE_ACCOUNTS:
		return STORE_ACCOUNT_FOLDED;
	case STORE_TABLE_ACCOUNT_NICKS:
		return STORE_NICK_FOLDED;
	case STORE_TABLE_ACCOUNT_CERTIFICATES:
		return STORE_CERTIFICATE_FINGERPRINT;
	case STORE_TABLE_CHANNELS:
		return STORE_CHANNEL_FOLDED;
	case STORE_TABLE_CHANNEL_ACCESS:
	case STORE_TABLE_CHANNEL_LISTS:
	case STORE_TABLE_SERVER_BANS:
	case STORE_TABLE_USED_CODES:
	case STORE_TABLE_REGISTRATION_TOKENS:
	case STORE_TABLE_ACCOUNT_MARKS:
	case STORE_TABLE_PUSH_ENDPOINTS:
	case STORE_TABLE_MODERATION:
	case STORE_TABLE_AUDIT:
		return 0;
	}
	return 0;
}

static bool has_own_ids(enum store_table table)
{
	return table == STORE_TABLE_ACCOUNTS || table == STORE_TABLE_CHANNELS;
}

static char *read_name(const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	uint16_t wanted = unique_field(row->table);
	struct pack_field field;

	while (wanted && pack_next(&pack, &field))
		if (field.id == wanted)
			return pack_field_text(&field);
	return NULL;
}

static void forget_at(struct fake_store *store, size_t i)
{
	free(store->names[i].name);
	store->names[i] = store->names[--store->n_names];
}

/* Removing an account or a channel removes what belongs to it. */
static bool belongs_to(const struct fake_name *name, const struct store_row *row)
{
	bool is_of_account = name->table <= STORE_TABLE_ACCOUNT_CERTIFICATES;

	return name->id == row->id &&
	       (name->table == row->table || (row->table == STORE_TABLE_ACCOUNTS && is_of_account));
}

static void remove_row(struct fake_store *store, const struct store_row *row)
{
	char *name = read_name(row);

	for (size_t i = store->n_names; i-- > 0;)
		if (has_own_ids(row->table) ? belongs_to(&store->names[i], row)
					    : store->names[i].table == row->table && name &&
						      strcmp(store->names[i].name, name) == 0)
			forget_at(store, i);
	free(name);
}

static struct fake_name *find_name(
	struct fake_store *store, enum store_table table, const char *name)
{
	for (size_t i = 0; i < store->n_names; i++)
		if (store->names[i].table == table && strcmp(store->names[i].name, name) == 0)
			return &store->names[i];
	return NULL;
}

static void forget_old_name(struct fake_store *store, const struct store_row *row)
{
	for (size_t i = store->n_names; has_own_ids(row->table) && i-- > 0;)
		if (store->names[i].table == row->table && store->names[i].id == row->id)
			forget_at(store, i);
}

static enum stored put_row(struct fake_store *store, const struct store_row *row)
{
	char *name = read_name(row);
	const struct fake_name *other = name ? find_name(store, row->table, name) : NULL;

	if (!name || store->n_names == FAKE_NAMES || (other && other->id != row->id)) {
		free(name);
		return other ? STORED_TAKEN : STORED_YES;
	}
	forget_old_name(store, row);
	store->names[store->n_names++] = (struct fake_name){ row->table, row->id, name };
	return STORED_YES;
}

void fake_store_add(struct fake_store *store, struct store_row *row)
{
	if (!row->id)
		row->id = ++store->last_ids[row->table];
	(void) put_row(store, row);
}

/* The last id that the request added is that of rows without one. */
static enum stored store_change(
	struct fake_store *store, const struct change *change, uint64_t *ret_id)
{
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	enum stored status = STORED_YES;
	struct pack_field field;
	struct store_row row;

	while (status == STORED_YES && pack_next(&pack, &field)) {
		if (!store_row_load(pack_field_record(&field), &row))
			continue;
		if (row.is_removal) {
			remove_row(store, &row);
			continue;
		}
		if (!row.id && has_own_ids(row.table))
			row.id = *ret_id = ++store->last_ids[row.table];
		else if (!row.id)
			row.id = *ret_id;
		status = put_row(store, &row);
	}
	return status;
}

bool fake_store_answer(struct fake_store *store, const struct world *world, struct event *ret_event)
{
	const struct change *change;
	uint64_t id = 0;

	if (store->is_held)
		return false;
	LIST_EACH (change, &world->changes, in_world) {
		if (change->request <= store->answered)
			continue;
		store->answered = change->request;
		*ret_event = (struct event){ .kind = EVENT_STORED,
			.session = change->session,
			.request = change->request,
			.status = store->is_failing ? STORED_FAILED
						    : store_change(store, change, &id) };
		ret_event->number = id;
		return true;
	}
	return false;
}
