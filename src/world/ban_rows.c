/* Owns the fields of the rows of bans, and which are in the database. */
#include "world/ban_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/bans.h"
#include "world/changes.h"
#include "world/removed_bans.h"
#include "world/world.h"

/* A change has fewer rows than the store takes at once. */
#define MOST_BAN_ROWS 48

struct ban_row_fields {
	char *kind; /* the command that sets such a ban, in small letters */
	char *mask;
	char *reason;
	char *setter;
	uint64_t created_wall_ms;
	uint64_t expires_wall_ms;
};

static const struct field row_fields[] = {
	{ STORE_BAN_KIND, FIELD_TEXT, FIELD_AT(ban_row_fields, char *, kind) },
	{ STORE_BAN_MASK, FIELD_TEXT, FIELD_AT(ban_row_fields, char *, mask) },
	{ STORE_BAN_REASON, FIELD_TEXT, FIELD_AT(ban_row_fields, char *, reason) },
	{ STORE_BAN_SETTER, FIELD_TEXT, FIELD_AT(ban_row_fields, char *, setter) },
	{ STORE_BAN_CREATED, FIELD_U64, FIELD_AT(ban_row_fields, uint64_t, created_wall_ms) },
	{ STORE_BAN_EXPIRES, FIELD_U64, FIELD_AT(ban_row_fields, uint64_t, expires_wall_ms) },
};

static void ban_row_fields_done(struct ban_row_fields *fields)
{
	free(fields->kind);
	free(fields->mask);
	free(fields->reason);
	free(fields->setter);
}

/* False: malformed, or of a kind that a later release has. */
static bool read_ban_row(
	const struct store_row *row, struct ban_row_fields *ret_fields, enum ban_kind *ret_kind)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(row_fields, ARRAY_LENGTH(row_fields), ret_fields, &field);
	return ret_fields->kind && ret_fields->mask &&
	       ban_kind_of_command(ret_fields->kind, ret_fields->mask, ret_kind);
}

static bool is_complete_mask(enum ban_kind kind, const char *mask)
{
	CLEANUP(mem_freep) char *complete = ban_mask_complete(kind, mask);

	return complete && strcmp(complete, mask) == 0;
}

static const char *command_of_kind(enum ban_kind kind)
{
	switch (kind) {
	case BAN_KIND_USER:
		return "kline";
	case BAN_KIND_ADDRESS:
		return "dline";
	case BAN_KIND_NICK:
	case BAN_KIND_CHANNEL:
		return "resv";
	case BAN_KIND_REALNAME:
		return "xline";
	case BAN_KIND_MUTE:
		return "shun";
	case BAN_KIND_EXEMPT:
		return "eline";
	}
	return "";
}

/* One that is in force already stays as it is, and is stored. */
bool bans_take_row(struct world *world, const struct store_row *row)
{
	CLEANUP(ban_row_fields_done) struct ban_row_fields fields = { 0 };
	enum ban_kind kind = BAN_KIND_USER;
	struct ban *ban;

	if (row->is_removal)
		return true;
	if (!read_ban_row(row, &fields, &kind) || !is_complete_mask(kind, fields.mask))
		return false;
	if (fields.expires_wall_ms && fields.expires_wall_ms <= world->wall_ms) {
		bans_note_removed(&world->bans, kind, fields.mask);
		return true;
	}
	ban = bans_find(world, kind, fields.mask);
	if (ban) {
		if (ban->origin == BAN_ORIGIN_CONFIGURATION || strcmp(ban->mask, fields.mask) != 0)
			bans_note_removed(&world->bans, kind, fields.mask);
		return true;
	}
	ban = ban_new(world, kind, fields.mask,
		fields.setter ? fields.setter : world->settings->server_name,
		fields.reason ? fields.reason : "No reason given");
	ban->set_wall_ms = fields.created_wall_ms;
	if (fields.expires_wall_ms)
		ban_expire_after(world, ban, fields.expires_wall_ms - world->wall_ms);
	ban->is_stored = true;
	return true;
}

void bans_forget_rows(struct world *world)
{
	struct ban *ban;

	ORDERED_EACH (ban, &world->bans.all)
		ban->is_stored = false;
	bans_forget_removed(&world->bans);
}

static bool is_to_be_stored(const struct ban *ban)
{
	return !ban->is_stored && ban->origin == BAN_ORIGIN_COMMAND;
}

bool bans_are_unsaved(const struct world *world)
{
	const struct ban *ban;

	ORDERED_EACH (ban, &world->bans.all)
		if (is_to_be_stored(ban))
			return true;
	return !list_is_empty(&world->bans.removed);
}

static void add_ban_row(
	struct world *world, struct change *change, const struct ban_row_fields *fields)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct store_row row = { .table = STORE_TABLE_SERVER_BANS, .is_removal = !fields->setter };

	fields_save(&bytes, row_fields, ARRAY_LENGTH(row_fields), fields);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	change_add_row(world, change, row);
}

static void add_removed_ban(
	struct world *world, struct change *change, const struct removed_ban *removed)
{
	CLEANUP(mem_freep) char *kind = mem_text(command_of_kind((enum ban_kind) removed->kind));
	const struct ban_row_fields fields = { .kind = kind, .mask = removed->mask };

	add_ban_row(world, change, &fields);
}

static void add_ban(struct world *world, struct change *change, const struct ban *ban)
{
	CLEANUP(mem_freep) char *kind = mem_text(command_of_kind((enum ban_kind) ban->kind));
	const struct ban_row_fields fields = {
		.kind = kind,
		.mask = ban->mask,
		.reason = ban->reason,
		.setter = ban->setter,
		.created_wall_ms = ban->set_wall_ms,
		.expires_wall_ms = ban->expires_wall_ms,
	};

	add_ban_row(world, change, &fields);
}

/* A ban that replaces a removed one has the same key, so removals come first. */
void bans_add_rows(struct world *world, struct change *change)
{
	const struct removed_ban *removed;
	const struct ban *ban;

	LIST_EACH (removed, &world->bans.removed, in_removed)
		if (change->n_rows < MOST_BAN_ROWS)
			add_removed_ban(world, change, removed);
	ORDERED_EACH (ban, &world->bans.all)
		if (is_to_be_stored(ban) && change->n_rows < MOST_BAN_ROWS)
			add_ban(world, change, ban);
}

/* The ban may have gone, or been replaced, while it was stored. */
static void note_stored_ban(
	struct world *world, enum ban_kind kind, const struct ban_row_fields *fields)
{
	struct ban *ban = bans_find(world, kind, fields->mask);

	if (!ban || ban->origin == BAN_ORIGIN_CONFIGURATION || strcmp(ban->mask, fields->mask) != 0)
		bans_note_removed(&world->bans, kind, fields->mask);
	else
		ban->is_stored = ban->set_wall_ms == fields->created_wall_ms &&
				 ban->expires_wall_ms == fields->expires_wall_ms &&
				 strcmp(ban->reason, fields->reason) == 0;
}

static void note_ban_row(struct world *world, const struct store_row *row)
{
	CLEANUP(ban_row_fields_done) struct ban_row_fields fields = { 0 };
	enum ban_kind kind = BAN_KIND_USER;

	if (!read_ban_row(row, &fields, &kind))
		return;
	if (row->is_removal)
		bans_end_removed(&world->bans, kind, fields.mask);
	else
		note_stored_ban(world, kind, &fields);
}

void bans_saved(struct world *world, const struct change *change, bool is_stored)
{
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	struct pack_field field;
	struct store_row row;

	while (is_stored && pack_next(&pack, &field))
		if (store_row_load(pack_field_record(&field), &row))
			note_ban_row(world, &row);
	if (is_stored && bans_are_unsaved(world))
		bans_touch(&world->bans);
}
