/* Owns the fields of the rows of registered channels, their access and their lists. */
#include "world/channel_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/name_syntax.h"
#include "world/banmask.h"
#include "world/changes.h"
#include "world/channel.h"
#include "world/founders.h"
#include "world/history.h"
#include "world/world.h"

/* A change has fewer rows than the store takes at once. */
#define MOST_MASK_ROWS 48
#define ROW_METADATA 79

/* Fields from STORE_FIRST_FREE_FIELD on are the world's, in the rest of the row. */
static const struct field state_fields[] = {
	{ STORE_CHANNEL_TOPIC, FIELD_TEXT, FIELD_AT(channel, char *, topic) },
	{ 64, FIELD_TEXT, FIELD_AT(channel, char *, topic_setter) },
	{ 65, FIELD_U64, FIELD_AT(channel, uint64_t, topic_wall_ms) },
	{ 66, FIELD_U64, FIELD_AT(channel, uint64_t, created_wall_ms) },
	{ 67, FIELD_U32, FIELD_AT(channel, uint32_t, flags) },
	{ 68, FIELD_U32, FIELD_AT(channel, uint32_t, limit) },
	{ 69, FIELD_TEXT, FIELD_AT(channel, char *, key) },
	{ 70, FIELD_TEXT, FIELD_AT(channel, char *, forward) },
	{ 71, FIELD_U32, FIELD_AT(channel, uint32_t, slow_seconds) },
	{ 72, FIELD_U32, FIELD_AT(channel, uint32_t, join_rate.count) },
	{ 73, FIELD_U32, FIELD_AT(channel, uint32_t, join_rate.seconds) },
	{ 74, FIELD_U32, FIELD_AT(channel, uint32_t, line_rate.count) },
	{ 75, FIELD_U32, FIELD_AT(channel, uint32_t, line_rate.seconds) },
	{ 91, FIELD_U64, FIELD_AT(channel, uint64_t, life) },
};

static const struct field registration_fields[] = {
	{ STORE_CHANNEL_CREATED, FIELD_U64,
		FIELD_AT(registered_channel, uint64_t, created_wall_ms) },
	{ STORE_CHANNEL_FOUNDER, FIELD_U64, FIELD_AT(registered_channel, uint64_t, founder) },
	{ 80, FIELD_U32, FIELD_AT(registered_channel, uint32_t, options) },
	{ 90, FIELD_U32, FIELD_AT(registered_channel, uint32_t, used_day) },
	{ 92, FIELD_U32, FIELD_AT(registered_channel, uint32_t, history) },
	{ 93, FIELD_U32, FIELD_AT(registered_channel, uint32_t, history_days) },
	{ 94, FIELD_U32, FIELD_AT(registered_channel, uint32_t, history_messages) },
	{ 95, FIELD_U64, FIELD_AT(registered_channel, uint64_t, heir) },
	{ 96, FIELD_TEXT, FIELD_AT(registered_channel, char *, words) },
};

void registered_channel_put(struct buffer *out, const struct registered_channel *registered)
{
	const struct channel *channel = registered->channel;

	pack_text(out, STORE_CHANNEL_NAME, channel->name);
	pack_text(out, STORE_CHANNEL_FOLDED, channel->folded);
	fields_save(out, registration_fields, ARRAY_LENGTH(registration_fields), registered);
	fields_save(out, state_fields, ARRAY_LENGTH(state_fields), channel);
	metadata_save(out, ROW_METADATA, &channel->metadata);
}

void channel_access_put(struct buffer *out, uint64_t account, uint32_t rank)
{
	const char modes[] = { member_rank_letter(rank), '\0' };

	pack_u64(out, STORE_ACCESS_ACCOUNT, account);
	if (rank)
		pack_text(out, STORE_ACCESS_MODES, modes);
}

static char *read_row_text(const struct store_row *row, uint16_t id)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (field.id == id)
			return pack_field_text(&field);
	return NULL;
}

static uint64_t read_row_number(const struct store_row *row, uint16_t id)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (field.id == id)
			return pack_field_u64(&field);
	return 0;
}

static void take_registration(
	struct world *world, struct registered_channel *registered, const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	registered_channel_reset(world, registered);
	while (pack_next(&pack, &field))
		fields_load(
			registration_fields, ARRAY_LENGTH(registration_fields), registered, &field);
	registered_channel_check_words(registered);
	founder_add(world, registered);
}

/* Topic, modes and metadata, as they were when papod stopped. Since then the configuration may list
 * the channel. */
static void take_state(struct world *world, struct channel *channel, const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;
	const uint32_t listed = channel->flags & CHANNEL_FLAG_PERMANENT;
	const uint64_t life = channel->life;

	channel->flags = 0;
	channel->life = 0;
	while (pack_next(&pack, &field))
		if (field.id == ROW_METADATA)
			metadata_load(&channel->metadata, pack_field_record(&field));
		else
			fields_load(state_fields, ARRAY_LENGTH(state_fields), channel, &field);
	channel->flags = (channel->flags & channel_mode_values(MODE_KIND_FLAG)) | listed;
	if (channel->topic && !channel->topic_setter) /* an administrator has written it */
		channel->topic_setter = mem_text(world->settings->server_name);
	if (!channel->life)
		channel->life = life;
	else if (life && life != channel->life)
		history_note_end(world, life); /* from before the row came */
}

static bool is_loading(const struct world *world)
{
	return world->storage < STORAGE_FAILING;
}

/* False also if another case mapping has made two names equal: the later row stays in the store,
 * but is not found. */
static bool add_registration(struct world *world, const struct store_row *row, const char *name)
{
	struct channel *channel = channel_find(world, name);
	struct registered_channel *registered;
	const bool is_new = !channel;

	if (row->id <= ordered_last_number(&world->registered_channels) ||
		(channel && channel->registered))
		return false;
	if (!channel)
		channel = channel_new(world, name);
	registered = registered_channel_new(world, row->id);
	registered_channel_attach(registered, channel);
	take_registration(world, registered, row);
	if (is_loading(world) || is_new)
		take_state(world, channel, row);
	if (!is_loading(world) && is_new)
		channel->life = 0; /* that of the row has ended meanwhile */
	if (is_loading(world) && channel->n_members)
		registered_channel_note_members(registered);
	return true;
}

static void end_registration(struct world *world, struct registered_channel *registered)
{
	struct channel *channel = registered->channel;

	registered_channel_end(world, registered);
	channel_end_life(world, channel);
	channel_end_if_empty(world, channel);
}

void registered_channels_forget(struct world *world)
{
	struct registered_channel *registered;

	ORDERED_EACH (registered, &world->registered_channels) {
		struct channel *channel = registered->channel;

		registered_channel_end(world, registered);
		if (!channel->n_members)
			channel->life = 0; /* the row has it, and its history is still there */
		channel_end_if_empty(world, channel);
	}
	ordered_done(&world->registered_channels);
}

/* What was recorded is erased at once if the founder does not want that any more, or elsewhere. */
static void take_changed_registration(
	struct world *world, struct registered_channel *registered, const struct store_row *row)
{
	uint32_t before = registered->history;

	take_registration(world, registered, row);
	if (history_policy_ends(world, before, registered->history))
		channel_end_life(world, registered->channel);
}

static bool take_channel(struct world *world, const struct store_row *row)
{
	struct registered_channel *registered = registered_channel_find_id(world, row->id);
	CLEANUP(mem_freep) char *name = read_row_text(row, STORE_CHANNEL_NAME);

	if (row->is_removal) {
		if (registered)
			end_registration(world, registered);
		return true;
	}
	if (!name || !channel_name_is_valid(CASEMAP_UTF8, name, CHANNEL_NAME_BYTES))
		return false;
	if (registered)
		take_changed_registration(world, registered, row);
	else
		return add_registration(world, row, name);
	return true;
}

static bool take_access(struct world *world, const struct store_row *row)
{
	struct registered_channel *registered = registered_channel_find_id(world, row->id);
	uint64_t account = read_row_number(row, STORE_ACCESS_ACCOUNT);
	CLEANUP(mem_freep) char *modes = read_row_text(row, STORE_ACCESS_MODES);
	const struct channel_mode *mode = modes ? channel_mode_find(*modes) : NULL;
	bool is_rank = mode && mode->kind == MODE_KIND_PREFIX;

	if (!account || (!row->is_removal && !is_rank))
		return false;
	if (registered)
		registered_channel_set_access(
			registered, account, row->is_removal ? 0 : mode->value);
	return true;
}

static void add_stored_mask(
	struct world *world, struct masklist *list, const struct store_row *row, const char *mask)
{
	CLEANUP(mem_freep) char *setter = read_row_text(row, STORE_LIST_SETTER);
	uint64_t expires_wall_ms = read_row_number(row, STORE_FIRST_FREE_FIELD);
	struct mask_entry *entry;

	if (masklist_find(list, world->casemap, mask))
		return;
	entry = masklist_add(list, mask, setter ? setter : world->settings->server_name,
		read_row_number(row, STORE_LIST_CREATED));
	if (expires_wall_ms > world->wall_ms)
		entry->expires_ms = world->now_ms + (expires_wall_ms - world->wall_ms);
	else if (expires_wall_ms)
		entry->expires_ms = world->now_ms + 1;
}

static bool is_list_mask(const char *mask)
{
	CLEANUP(mem_freep) char *complete = NULL;

	return mask && banmask_complete(mask, &complete) && strcmp(complete, mask) == 0;
}

static bool take_mask(struct world *world, const struct store_row *row)
{
	struct registered_channel *registered = registered_channel_find_id(world, row->id);
	CLEANUP(mem_freep) char *mode = read_row_text(row, STORE_LIST_MODE);
	CLEANUP(mem_freep) char *mask = read_row_text(row, STORE_LIST_MASK);
	const struct channel_mode *list = mode ? channel_mode_find(*mode) : NULL;

	if (!list || list->kind != MODE_KIND_LIST || !mask || !*mask)
		return false;
	if (!row->is_removal && !is_list_mask(mask))
		return false;
	if (!registered)
		return true;
	registered_channel_note_mask(registered, *mode, mask, !row->is_removal);
	if (row->is_removal)
		return true;
	add_stored_mask(world, &registered->channel->lists[list->value], row, mask);
	channel_set_expiry(world, registered->channel);
	return true;
}

bool registered_channels_take_row(struct world *world, const struct store_row *row)
{
	if (row->table == STORE_TABLE_CHANNELS)
		return take_channel(world, row);
	if (row->table == STORE_TABLE_CHANNEL_ACCESS)
		return take_access(world, row);
	return take_mask(world, row);
}

/* Rows of lists on their way into a change. */
struct mask_rows {
	struct world *world;
	struct change *change;
	const struct registered_channel *registered;
	size_t room;
};

static void put_mask_key(struct buffer *out, char letter, const char *mask)
{
	const char mode[] = { letter, '\0' };

	pack_text(out, STORE_LIST_MODE, mode);
	pack_text(out, STORE_LIST_MASK, mask);
}

/* NULL: the entry is gone. */
static void add_mask_row(
	struct mask_rows *rows, char letter, const char *mask, const struct mask_entry *entry)
{
	const struct world *world = rows->world;
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct store_row row = {
		.table = STORE_TABLE_CHANNEL_LISTS, .id = rows->registered->id, .is_removal = !entry
	};

	put_mask_key(&bytes, letter, mask);
	if (entry) {
		pack_text(&bytes, STORE_LIST_SETTER, entry->setter);
		pack_u64(&bytes, STORE_LIST_CREATED, entry->set_wall_ms);
	}
	if (entry && entry->expires_ms)
		pack_u64(&bytes, STORE_FIRST_FREE_FIELD,
			world->wall_ms + (entry->expires_ms - world->now_ms));
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	change_add_row(rows->world, rows->change, row);
	rows->room--;
}

static bool has_entry(const struct registered_channel *registered, const struct stored_mask *mask)
{
	const struct channel_mode *mode = channel_mode_find(mask->letter);
	const struct masklist *list = &registered->channel->lists[mode->value];

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->entries[i].mask, mask->mask) == 0)
			return true;
	return false;
}

static bool add_removed_masks(struct mask_rows *rows)
{
	const struct registered_channel *registered = rows->registered;

	for (uint32_t i = 0; i < registered->n_masks; i++) {
		if (has_entry(registered, &registered->masks[i]))
			continue;
		if (!rows->room)
			return false;
		add_mask_row(rows, registered->masks[i].letter, registered->masks[i].mask, NULL);
	}
	return true;
}

static bool add_new_masks(struct mask_rows *rows, enum channel_list which)
{
	const struct masklist *list = &rows->registered->channel->lists[which];
	char letter = channel_mode_of_list(which)->letter;

	for (size_t i = 0; i < list->count; i++) {
		const struct mask_entry *entry = &list->entries[i];

		if (registered_channel_has_mask(rows->registered, letter, entry->mask))
			continue;
		if (!rows->room)
			return false;
		add_mask_row(rows, letter, entry->mask, entry);
	}
	return true;
}

bool registered_channel_add_rows(
	struct world *world, struct change *change, const struct registered_channel *registered)
{
	struct mask_rows rows = { world, change, registered, MOST_MASK_ROWS };
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct store_row row = { .table = STORE_TABLE_CHANNELS, .id = registered->id };
	bool are_all;

	registered_channel_put(&bytes, registered);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	change_add_row(world, change, row);
	are_all = add_removed_masks(&rows);
	for (enum channel_list which = 0; which < CHANNEL_LIST_COUNT && are_all; which++)
		are_all = add_new_masks(&rows, which);
	return are_all;
}

/* If it failed, the database is as before. */
static void note_row(
	struct registered_channel *registered, const struct store_row *row, bool is_stored)
{
	CLEANUP(mem_freep) char *mode = read_row_text(row, STORE_LIST_MODE);
	CLEANUP(mem_freep) char *mask = read_row_text(row, STORE_LIST_MASK);

	if (row->table == STORE_TABLE_CHANNEL_LISTS && mode && mask && is_stored)
		registered_channel_note_mask(registered, *mode, mask, !row->is_removal);
}

void registered_channel_saved(struct world *world, const struct change *change, bool is_stored)
{
	struct registered_channel *registered = registered_channel_find_id(world, change->channel);
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	struct pack_field field;
	struct store_row row;

	if (!registered)
		return;
	while (pack_next(&pack, &field))
		if (store_row_load(pack_field_record(&field), &row))
			note_row(registered, &row, is_stored);
	if (!is_stored)
		registered_channel_note_failure(registered);
}
