/* Owns the distribution of rows to what they are about. */
#include "world/rows.h"

#include "world/account_marks.h"
#include "world/account_rows.h"
#include "world/ban_rows.h"
#include "world/channel_rows.h"
#include "world/moderation_rows.h"
#include "world/push_endpoints.h"
#include "world/world.h"

/* After an outage, accounts that are used within this time do not expire. */
#define FIRST_SWEEP_MS 3600000u

/* What else belongs to it. */
static void forget_account(struct world *world, uint64_t account)
{
	registered_channels_forget_account(world, account);
	used_codes_forget_account(world, account);
}

bool rows_take(struct world *world, const struct store_row *row)
{
	if (row->version > world->last_version)
		world->last_version = row->version;
	if (!store_row_is_clean(row))
		return false;
	switch (row->table) {
	case STORE_TABLE_ACCOUNTS:
	case STORE_TABLE_ACCOUNT_NICKS:
	case STORE_TABLE_ACCOUNT_CERTIFICATES:
		if (row->table == STORE_TABLE_ACCOUNTS && row->is_removal)
			forget_account(world, row->id);
		return accounts_take_row(world, row);
	case STORE_TABLE_CHANNELS:
	case STORE_TABLE_CHANNEL_ACCESS:
	case STORE_TABLE_CHANNEL_LISTS:
		return registered_channels_take_row(world, row);
	case STORE_TABLE_SERVER_BANS:
		return bans_take_row(world, row);
	case STORE_TABLE_USED_CODES:
		return used_codes_take_row(world, row);
	case STORE_TABLE_REGISTRATION_TOKENS:
		return registration_tokens_take_row(world, row);
	case STORE_TABLE_ACCOUNT_MARKS:
		return account_marks_take_row(world, row);
	case STORE_TABLE_AUDIT:
		return audit_take_row(world, row);
	case STORE_TABLE_PUSH_ENDPOINTS:
		return push_endpoints_take_row(world, row);
	case STORE_TABLE_MODERATION:
		return moderation_take_row(world, row);
	}
	return false;
}

bool rows_take_all(struct world *world, const void *bytes, size_t length)
{
	struct pack pack = pack_over(bytes, length);
	struct pack_field field;
	struct store_row row;
	bool are_good = true;

	while (pack_next(&pack, &field))
		if (store_row_load(pack_field_record(&field), &row))
			are_good &= rows_take(world, &row);
	return are_good && !pack.failed;
}

void rows_forget(struct world *world)
{
	accounts_forget(world);
	registered_channels_forget(world);
	bans_forget_rows(world);
	moderation_forget_rows(world);
	registration_tokens_forget(world);
	world->storage_file = 0;
	world->storage_stored = 0;
}

void rows_complete(struct world *world, uint64_t file, uint64_t n_stored)
{
	world->storage_file = file;
	world->storage_stored = n_stored;
	world->rows_edition = ROWS_EDITION;
	if (!world->sweep_ms)
		world_set_sweep(world, world->now_ms + FIRST_SWEEP_MS);
}

void rows_save(struct buffer *out, uint16_t id, const struct world *world)
{
	accounts_save(out, id, &world->accounts);
	used_codes_save(out, id, &world->used_codes);
	registration_tokens_save(out, id, &world->registration_tokens);
	audit_save(out, id, &world->audit);
}
