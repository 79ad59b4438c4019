/* Owns the changes that are not stored yet. */
#include "world/changes.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/accounts.h"
#include "world/flow.h"
#include "world/naming.h"
#include "world/registered_channels.h"
#include "world/removed_bans.h"
#include "world/rows.h"
#include "world/world.h"

#define CHANGE_ROW 1
#define CHANGE_ROWS 100

static const struct field change_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(change, uint64_t, request) },
	{ 2, FIELD_U64, FIELD_AT(change, uint64_t, session) },
	{ 3, FIELD_U64, FIELD_AT(change, uint64_t, account) },
	{ 4, FIELD_U32, FIELD_AT(change, uint32_t, kind) },
	{ 5, FIELD_U32, FIELD_AT(change, uint32_t, n_rows) },
	{ 6, FIELD_TEXT, FIELD_AT(change, char *, text) },
	{ 7, FIELD_U64, FIELD_AT(change, uint64_t, channel) },
	{ 8, FIELD_TEXT, FIELD_AT(change, char *, name) },
};

uint64_t changes_next_version(struct world *world)
{
	if (world->wall_ms > world->last_version)
		world->last_version = world->wall_ms;
	else
		world->last_version++;
	return world->last_version;
}

struct change *change_new(void)
{
	struct change *change = mem_new(sizeof(*change));

	list_init(&change->in_world);
	return change;
}

void change_free(struct change *change)
{
	list_remove(&change->in_world);
	buffer_done(&change->rows);
	mem_free_secret(change->text); /* maybe an invitation */
	free(change->name);
	free(change);
}

void change_add_row(struct world *world, struct change *change, struct store_row row)
{
	row.version = changes_next_version(world);
	store_row_save(&change->rows, CHANGE_ROW, &row);
	change->n_rows++;
}

static void set_channel_change(struct world *world, const struct change *change, uint64_t request)
{
	struct registered_channel *registered = registered_channel_find_id(world, change->channel);

	if (registered && change->kind == CHANGE_KIND_CHANNEL_SAVED)
		registered_channel_set_saving(registered, request);
	else if (registered)
		registered_channel_set_change(registered, request);
}

/* Note at what it changes that it is under way; 0: not any more. */
static void set_subject_change(struct world *world, const struct change *change, uint64_t request)
{
	struct account *account = account_find_id(world, change->account);

	if (account)
		account->change = request;
	set_channel_change(world, change, request);
	if (change->kind == CHANGE_KIND_BANS_SAVED)
		bans_set_saving(&world->bans, request);
	if (change->kind == CHANGE_KIND_MODERATION_SAVED)
		moderation_set_saving(world, request);
	registration_tokens_mark(world, change, request);
}

void changes_mark_subjects(struct world *world)
{
	const struct change *change;

	LIST_EACH (change, &world->changes, in_world)
		set_subject_change(world, change, change->request);
}

void change_ask(
	struct world *world, struct outbox *outbox, struct session *session, struct change *change)
{
	if (session) {
		change->session = session->id;
		change->request = flow_wait(world, outbox, session, SESSION_WAIT_STORE);
	} else {
		change->request = ++world->next_request;
	}
	list_add_last(&world->changes, &change->in_world);
	set_subject_change(world, change, change->request);
	outbox_add(outbox, EFFECT_STORE, change->session);
}

struct change *changes_find(const struct world *world, uint64_t request)
{
	struct change *change;

	LIST_EACH (change, &world->changes, in_world)
		if (change->request == request)
			return change;
	return NULL;
}

const struct change *changes_find_claim(const struct world *world, const char *name)
{
	const struct change *change;

	LIST_EACH (change, &world->changes, in_world)
		if (change->name && naming_are_alike(world, change->name, name))
			return change;
	return NULL;
}

void change_take_effect(struct world *world, const struct change *change, uint64_t id)
{
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	struct pack_field field;
	struct store_row row;

	while (pack_next(&pack, &field)) {
		if (!store_row_load(pack_field_record(&field), &row))
			continue;
		if (!row.id)
			row.id = id;
		(void) rows_take(world, &row);
	}
}

void change_end(struct world *world, struct change *change, bool is_stored)
{
	world->storage_stored += is_stored;
	set_subject_change(world, change, 0);
	list_remove(&change->in_world);
}

static void change_save(struct buffer *out, uint16_t id, const struct change *change)
{
	size_t record = pack_begin(out, id);

	fields_save(out, change_fields, ARRAY_LENGTH(change_fields), change);
	pack_bytes(out, CHANGE_ROWS, change->rows.bytes, change->rows.length);
	pack_end(out, record);
}

void changes_save(struct buffer *out, uint16_t id, const struct world *world)
{
	const struct change *change;

	LIST_EACH (change, &world->changes, in_world)
		change_save(out, id, change);
}

bool change_load(struct world *world, struct pack record)
{
	struct change *change = change_new();
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == CHANGE_ROWS)
			buffer_put(&change->rows, field.bytes, field.length);
		else
			fields_load(change_fields, ARRAY_LENGTH(change_fields), change, &field);
	if (!change->request || !change->n_rows) {
		change_free(change);
		return false;
	}
	list_add_last(&world->changes, &change->in_world);
	set_subject_change(world, change, change->request);
	return true;
}

const char *changes_check(const struct world *world)
{
	const struct change *change;
	uint64_t request = 0;

	LIST_EACH (change, &world->changes, in_world) {
		if (change->request <= request || change->request > world->next_request)
			return "changes are out of order, or still to come";
		request = change->request;
	}
	return NULL;
}
