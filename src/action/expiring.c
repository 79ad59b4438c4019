/* Owns the sweep that ends what has expired. */
#include "action/expiring.h"

#include "action/account.h"
#include "action/account_end.h"
#include "action/auditing.h"
#include "action/history_policy.h"
#include "action/pushing.h"
#include "action/staying.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "world/account_rows.h"
#include "world/channel.h"
#include "world/devices.h"
#include "world/registered_channels.h"
#include "world/session.h"

#define SWEEP_MS 3600000u
/* Unverified accounts are made in no time, and no one misses them. */
#define MOST_UNVERIFIED 200
/* Fewer than a change may have. */
#define ROWS_PER_CHANGE 48

/* Uses */

/* One whose last use is not known is used now. */
static void note_account_uses(struct world *world)
{
	const struct session *session;
	struct account *unknown;

	ORDERED_EACH (unknown, &world->accounts.all)
		if (!unknown->used_day)
			account_note_use(world, unknown);
	LIST_EACH (session, &world->sessions, in_world) {
		struct account *account = account_find_id(world, login_account_id(session));

		if (account)
			account_note_use(world, account);
	}
}

static bool has_ranked_member(
	const struct world *world, const struct registered_channel *registered)
{
	const struct channel *channel = registered->channel;

	for (size_t i = 0; i < channel->n_members; i++)
		if (channel_rank_of(world, channel, channel->members[i]->user))
			return true;
	return false;
}

static void note_channel_uses(struct world *world)
{
	struct registered_channel *registered;

	ORDERED_EACH (registered, &world->registered_channels)
		if (!registered->used_day || has_ranked_member(world, registered))
			registered_channel_note_use(world, registered);
}

static void put_stored_use(void *data, struct account_fields *fields)
{
	fields->flags &= ~(uint32_t) ACCOUNT_FLAG_USED;
	account_fields_put(data, fields);
}

static void add_use(struct world *world, struct change *change, struct account *account)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	account_with_fields(account, put_stored_use, &bytes);
	account_set_used_flag(account, false);
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_ACCOUNTS,
			.id = account->id,
			.bytes = buffer_text(&bytes),
			.length = bytes.length });
}

static void store_uses(struct world *world, struct outbox *outbox)
{
	struct change *change = NULL;
	struct account *account;

	ORDERED_EACH (account, &world->accounts.all) {
		if (!(account->flags & ACCOUNT_FLAG_USED) || account->change)
			continue;
		if (!change) {
			change = change_new();
			change->kind = CHANGE_KIND_USES_SAVED;
		}
		add_use(world, change, account);
		if (change->n_rows == ROWS_PER_CHANGE)
			change_ask(world, outbox, NULL, TAKE(change));
	}
	if (change)
		change_ask(world, outbox, NULL, change);
}

void expiring_stored(struct world *world, const struct change *change, bool is_stored)
{
	struct pack pack = pack_over(change->rows.bytes, change->rows.length);
	struct pack_field field;
	struct store_row row;

	while (!is_stored && pack_next(&pack, &field)) {
		struct account *account = NULL;

		if (store_row_load(pack_field_record(&field), &row))
			account = account_find_id(world, row.id);
		if (account)
			account_set_used_flag(account, true);
	}
}

/* Ends */

static bool has_passed(const struct world *world, uint32_t used_day, uint32_t days)
{
	return days && used_day && world_today(world) > used_day &&
	       world_today(world) - used_day > days;
}

/* A code that was sent again is still valid. */
static bool was_never_verified(const struct world *world, const struct account *account)
{
	uint64_t until_wall_ms = account->created_wall_ms + world->settings->accounts.code_ms;

	return account->flags & ACCOUNT_FLAG_UNVERIFIED && until_wall_ms <= world->wall_ms &&
	       account_extras(account)->code.until_wall_ms <= world->wall_ms;
}

static bool is_forgotten(const struct world *world, const struct account *account)
{
	return has_passed(world, account->used_day, world->settings->accounts.expiry_days) &&
	       !(account->flags & ACCOUNT_FLAG_HELD) && !registered_channels_of(world, account);
}

static void end_accounts(struct world *world, struct outbox *outbox)
{
	uint32_t n_unverified = 0, n_forgotten = 0;
	const struct account *account;

	ORDERED_EACH (account, &world->accounts.all) {
		if (account->change)
			continue;
		if (n_unverified < MOST_UNVERIFIED && was_never_verified(world, account)) {
			n_unverified++;
			account_end_ask(world, outbox, NULL, account);
		} else if (n_forgotten < EXPIRING_MOST && is_forgotten(world, account)) {
			n_forgotten++;
			account_end_ask(world, outbox, NULL, account);
		}
	}
}

uint32_t expiring_days_left(const struct world *world, const struct registered_channel *registered)
{
	uint32_t days = world->settings->accounts.channel_expiry_days;
	uint32_t today = world_today(world);

	if (!days || !registered->used_day || registered->options & REGISTERED_OPTION_HELD)
		return UINT32_MAX;
	if (today <= registered->used_day)
		return days;
	return today - registered->used_day > days ? 0 : days - (today - registered->used_day);
}

static bool is_channel_forgotten(
	const struct world *world, const struct registered_channel *registered)
{
	return has_passed(world, registered->used_day,
		       world->settings->accounts.channel_expiry_days) &&
	       !(registered->options & REGISTERED_OPTION_HELD);
}

static void end_forgotten_channel(
	struct world *world, struct outbox *outbox, const struct registered_channel *registered)
{
	struct change *change = change_new();

	outbox_log(outbox, LOGBOOK_CHANNEL_EXPIRED, "CHANNEL", registered->channel->name);
	change->channel = registered->id;
	change_add_row(world, change,
		(struct store_row){ .table = STORE_TABLE_CHANNELS,
			.is_removal = true,
			.id = registered->id,
			.bytes = "" });
	change_ask(world, outbox, NULL, change);
}

static void end_channels(struct world *world, struct outbox *outbox)
{
	const struct registered_channel *registered;
	uint32_t n = 0;

	ORDERED_EACH (registered, &world->registered_channels) {
		if (n == EXPIRING_MOST)
			return;
		if (registered->change || registered->saving ||
			!is_channel_forgotten(world, registered))
			continue;
		n++;
		end_forgotten_channel(world, outbox, registered);
	}
}

static void sweep_expired(struct world *world, struct outbox *outbox)
{
	const struct settings *settings = world->settings;

	if (settings->accounts.expiry_days) {
		note_account_uses(world);
		store_uses(world, outbox);
	}
	if (settings->accounts.channel_expiry_days)
		note_channel_uses(world);
	end_accounts(world, outbox);
	end_channels(world, outbox);
	pushing_expire(world, outbox);
}

/* Without the database there is nothing to look at, or no way to store it. */
void expiring_tick(struct world *world, struct outbox *outbox)
{
	if (!world->sweep_ms || world->sweep_ms > world->now_ms)
		return;
	world_set_sweep(world, world->now_ms + SWEEP_MS);
	history_expire(world, outbox);
	devices_note_all(world);
	staying_expire(world, outbox);
	auditing_sweep(world, outbox);
	if (world->storage == STORAGE_WORKS)
		sweep_expired(world, outbox);
}
