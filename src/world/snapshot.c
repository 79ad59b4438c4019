/* Owns the saving and loading of the whole world.
 *
 * A snapshot is one record of base/pack.h:
 *
 *     magic "papod world\n"
 *     world fields (ids below), the settings record, the rows, then a record for each user, each
 *     acceptance, each channel, all in order of number, and each session
 *     SNAPSHOT_END with the fingerprint of all bytes before it
 *
 * What follows from the rest (maps, counts, timers, sources) is not saved but computed again. */
#include "world/world.h"

#include <string.h>

#include "base/fields.h"
#include "base/hash.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "proto/message.h"
#include "proto/totp.h"
#include "world/acceptance.h"
#include "world/changes.h"
#include "world/channel.h"
#include "world/login.h"
#include "world/mails.h"
#include "world/operating.h"
#include "world/registered_channels.h"
#include "world/removed_bans.h"
#include "world/repeats.h"
#include "world/session.h"
#include "world/snapshot_ids.h"
#include "world/user.h"

#define MAGIC "papod world\n"
#define MAGIC_BYTES (sizeof(MAGIC) - 1)

static const struct field world_fields[] = {
	{ SNAPSHOT_NOW, FIELD_U64, FIELD_AT(world, uint64_t, now_ms) },
	{ SNAPSHOT_WALL, FIELD_U64, FIELD_AT(world, uint64_t, wall_ms) },
	{ SNAPSHOT_STARTED, FIELD_U64, FIELD_AT(world, uint64_t, started_wall_ms) },
	{ SNAPSHOT_NEXT_NUMBER, FIELD_U64, FIELD_AT(world, uint64_t, next_number) },
	{ SNAPSHOT_NEXT_REQUEST, FIELD_U64, FIELD_AT(world, uint64_t, next_request) },
	{ SNAPSHOT_MAX_USERS, FIELD_U32, FIELD_AT(world, uint32_t, max_users) },
	{ SNAPSHOT_MAP_SEED_LOW, FIELD_U64, offsetof(struct world, map_seed[0]) },
	{ SNAPSHOT_MAP_SEED_HIGH, FIELD_U64, offsetof(struct world, map_seed[1]) },
	{ SNAPSHOT_LAST_MSGID, FIELD_U64, FIELD_AT(world, uint64_t, last_msgid) },
	{ SNAPSHOT_BIRTH, FIELD_U64, FIELD_AT(world, uint64_t, birth) },
	{ SNAPSHOT_LAST_BATCH, FIELD_U64, FIELD_AT(world, uint64_t, last_batch) },
	{ SNAPSHOT_CASEMAP, FIELD_U8, FIELD_AT(world, uint8_t, casemap) },
	{ SNAPSHOT_CERTIFICATES, FIELD_U8, FIELD_AT(world, uint8_t, certificates) },
	{ SNAPSHOT_STORAGE, FIELD_U8, FIELD_AT(world, uint8_t, storage) },
	{ SNAPSHOT_LAST_VERSION, FIELD_U64, FIELD_AT(world, uint64_t, last_version) },
	{ SNAPSHOT_STORAGE_FILE, FIELD_U64, FIELD_AT(world, uint64_t, storage_file) },
	{ SNAPSHOT_STORAGE_STORED, FIELD_U64, FIELD_AT(world, uint64_t, storage_stored) },
	{ SNAPSHOT_BANS_TOUCHED, FIELD_BOOL, FIELD_AT(world, bool, bans.is_touched) },
	{ SNAPSHOT_MODERATION_TOUCHED, FIELD_BOOL, FIELD_AT(world, bool, moderation.is_touched) },
	{ SNAPSHOT_AUDIT_LAST, FIELD_U64, FIELD_AT(world, uint64_t, audit.last_time) },
	{ SNAPSHOT_COMPLAINTS_LAST, FIELD_U64, FIELD_AT(world, uint64_t, complaints.last_number) },
	{ SNAPSHOT_LOCKDOWN_LEVEL, FIELD_U8, FIELD_AT(world, uint8_t, lockdown.level) },
	{ SNAPSHOT_LOCKDOWN_SINCE, FIELD_U64, FIELD_AT(world, uint64_t, lockdown.since_wall_ms) },
	{ SNAPSHOT_LOCKDOWN_UNTIL_WALL, FIELD_U64,
		FIELD_AT(world, uint64_t, lockdown.until_wall_ms) },
	{ SNAPSHOT_LOCKDOWN_UNTIL, FIELD_U64, FIELD_AT(world, uint64_t, lockdown.until_ms) },
	{ SNAPSHOT_LOCKDOWN_REASON, FIELD_TEXT, FIELD_AT(world, char *, lockdown.reason) },
	{ SNAPSHOT_LOCKDOWN_SETTER, FIELD_TEXT, FIELD_AT(world, char *, lockdown.setter) },
	{ SNAPSHOT_LOCKDOWN_ARRIVALS, FIELD_U64,
		FIELD_AT(world, uint64_t, lockdown.arrivals_full_ms) },
	{ SNAPSHOT_SWEEP, FIELD_U64, FIELD_AT(world, uint64_t, sweep_ms) },
	{ SNAPSHOT_USERS_RESTORED, FIELD_BOOL, FIELD_AT(world, bool, are_users_restored) },
	{ SNAPSHOT_MARKS, FIELD_U64, FIELD_AT(world, uint64_t, marks_ms) },
	{ SNAPSHOT_VAPID, FIELD_TEXT, FIELD_AT(world, char *, vapid) },
	{ SNAPSHOT_MEMORY_HISTORY, FIELD_BOOL, FIELD_AT(world, bool, has_memory_history) },
	{ SNAPSHOT_ROWS_EDITION, FIELD_U64, FIELD_AT(world, uint64_t, rows_edition) },
};

void world_save(const struct world *world, struct buffer *out)
{
	const struct user *user;
	const struct registered_channel *registered;
	const struct channel *channel;
	const struct session *session;
	const struct monitor_entry *entry;
	const struct ban *ban;
	const struct notification_source *source;
	size_t begun = out->length;

	buffer_put(out, MAGIC, MAGIC_BYTES);
	fields_save(out, world_fields, ARRAY_LENGTH(world_fields), world);
	if (world->settings)
		settings_save(out, SNAPSHOT_SETTINGS, world->settings);
	rows_save(out, SNAPSHOT_ROW, world);
	ORDERED_EACH (registered, &world->registered_channels)
		registered_channel_save(out, SNAPSHOT_REGISTERED_CHANNEL, registered);
	ORDERED_EACH (user, &world->users)
		user_save(out, SNAPSHOT_USER, user);
	ORDERED_EACH (user, &world->users)
		acceptances_save(out, SNAPSHOT_ACCEPTANCE, user);
	ORDERED_EACH (channel, &world->channels)
		channel_save(out, SNAPSHOT_CHANNEL, channel);
	LIST_EACH (session, &world->sessions, in_world)
		session_save(out, SNAPSHOT_SESSION, session);
	ORDERED_EACH (entry, &world->monitors.all)
		monitor_save(out, SNAPSHOT_MONITOR, entry);
	whowas_save(out, SNAPSHOT_WHOWAS, &world->whowas);
	usage_save(out, SNAPSHOT_USAGE, &world->usage);
	ORDERED_EACH (ban, &world->bans.all)
		ban_save(out, SNAPSHOT_BAN, ban);
	removed_bans_save(out, SNAPSHOT_REMOVED_BAN, &world->bans);
	filters_save(out, SNAPSHOT_FILTER, world);
	known_addresses_save(out, SNAPSHOT_KNOWN_ADDRESS, world);
	listed_addresses_save(out, SNAPSHOT_LISTED_ADDRESS, world);
	moderation_save(out, SNAPSHOT_UNSAVED, world);
	complaints_save(out, SNAPSHOT_COMPLAINT, world);
	census_save(out, SNAPSHOT_RECENT_PLACE, &world->census);
	LIST_EACH (source, &world->notification_sources.all, in_all)
		notification_source_save(out, SNAPSHOT_NOTIFICATION_SOURCE, source);
	changes_save(out, SNAPSHOT_CHANGE, world);
	mails_save(out, SNAPSHOT_MAIL, world);
	pushes_save(out, SNAPSHOT_PUSH, &world->pushes);
	pushes_save_talks(out, SNAPSHOT_PUSHED_TALK, &world->pushes);
	tallies_save(out, SNAPSHOT_TALLY, &world->tallies);
	pack_u64(out, SNAPSHOT_END,
		hash_fingerprint(HASH_FINGERPRINT_START, out->bytes + begun, out->length - begun));
}

/* The scalars and the settings come first, as everything else depends on them. */
static const char *load_world_settings(struct world *world, const struct pack_field *field)
{
	if (world->settings)
		return "it has settings twice";
	world->settings = settings_load(field);
	if (!world->settings)
		return "its settings do not parse";
	if (world->casemap >= CASEMAPS)
		return "its case mapping is none";
	world_seed_maps(world, world->map_seed[0], world->map_seed[1]);
	bans_set_exemptions(&world->bans, world->settings);
	census_reset_classes(&world->census, world->settings->n_classes);
	return NULL;
}

/* A later release may have more tables, or accounts that this one refuses. What is missing comes
 * from the database again. */
static void load_stored_row(struct world *world, struct pack record)
{
	struct store_row row;

	if (store_row_load(record, &row) && !rows_take(world, &row))
		world->storage = STORAGE_NONE;
}

static void load_moderation_record(struct world *world, const struct pack_field *field)
{
	if (field->id == SNAPSHOT_UNSAVED)
		moderation_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_REPEAT)
		repeats_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_KNOWN_ADDRESS)
		known_address_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_LISTED_ADDRESS)
		listed_address_load(world, pack_field_record(field));
}

static const char *load_record(struct world *world, const struct pack_field *field)
{
	bool is_record = (field->id >= SNAPSHOT_USER && field->id <= SNAPSHOT_SESSION) ||
			 field->id == SNAPSHOT_ACCEPTANCE || field->id == SNAPSHOT_BAN ||
			 field->id == SNAPSHOT_RECENT_PLACE || field->id == SNAPSHOT_MONITOR ||
			 field->id == SNAPSHOT_NOTIFICATION_SOURCE || field->id == SNAPSHOT_ROW ||
			 field->id == SNAPSHOT_CHANGE || field->id == SNAPSHOT_REGISTERED_CHANNEL ||
			 field->id == SNAPSHOT_TALLY || field->id == SNAPSHOT_REMOVED_BAN ||
			 field->id == SNAPSHOT_MAIL || field->id == SNAPSHOT_PUSH ||
			 field->id == SNAPSHOT_PUSHED_TALK || field->id == SNAPSHOT_FILTER;

	if (is_record && !world->settings)
		return "it has no settings";
	if (field->id == SNAPSHOT_SETTINGS)
		return load_world_settings(world, field);
	if (field->id == SNAPSHOT_USER && !user_load(world, pack_field_record(field)))
		return "a user in it makes no sense";
	if (field->id == SNAPSHOT_CHANNEL && !channel_load(world, pack_field_record(field)))
		return "a channel in it makes no sense";
	if (field->id == SNAPSHOT_SESSION && !session_load(world, pack_field_record(field)))
		return "a session in it makes no sense";
	if (field->id == SNAPSHOT_ACCEPTANCE)
		acceptance_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_BAN && !ban_load(world, pack_field_record(field)))
		return "a ban in it makes no sense";
	if (field->id == SNAPSHOT_REMOVED_BAN)
		removed_ban_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_RECENT_PLACE)
		census_load(&world->census, pack_field_record(field));
	if (field->id == SNAPSHOT_MONITOR)
		monitor_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_NOTIFICATION_SOURCE)
		notification_source_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_ROW)
		load_stored_row(world, pack_field_record(field));
	if (field->id == SNAPSHOT_REGISTERED_CHANNEL &&
		!registered_channel_load(world, pack_field_record(field)))
		return "a registered channel in it makes no sense";
	if (field->id == SNAPSHOT_CHANGE && !change_load(world, pack_field_record(field)))
		return "a change in it makes no sense";
	if (field->id == SNAPSHOT_MAIL)
		mail_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_PUSH)
		push_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_PUSHED_TALK)
		pushed_talk_load(world, pack_field_record(field));
	if (field->id == SNAPSHOT_TALLY)
		tally_load(&world->tallies, pack_field_record(field));
	if (field->id == SNAPSHOT_FILTER && !filter_load(world, pack_field_record(field)))
		return "a filter in it makes no sense";
	if (field->id == SNAPSHOT_COMPLAINT && !complaint_load(world, pack_field_record(field)))
		return "a report in it makes no sense";
	load_moderation_record(world, field);
	if (field->id == SNAPSHOT_USAGE)
		usage_load(&world->usage, pack_field_record(field));
	if (field->id == SNAPSHOT_WHOWAS)
		whowas_load(&world->whowas, pack_field_record(field));
	if (!world->settings)
		fields_load(world_fields, ARRAY_LENGTH(world_fields), world, field);
	return NULL;
}

/* A flipped bit in a name would not contradict anything else. */
static const char *check_checksum(const uint8_t *bytes, struct pack pack)
{
	const uint8_t *last = pack.at;
	struct pack_field field = { 0 };

	while (pack_next(&pack, &field))
		if (pack.at != pack.end)
			last = pack.at;
	if (pack.failed || field.id != SNAPSHOT_END)
		return "it is cut short";
	if (pack_field_u64(&field) !=
		hash_fingerprint(HASH_FINGERPRINT_START, bytes, (size_t) (last - bytes)))
		return "it is damaged";
	return NULL;
}

static void hide_password(struct pack registration)
{
	struct pack_field field;

	while (pack_next(&registration, &field))
		if (field.id == SNAPSHOT_REGISTRATION_PASSWORD)
			message_mask((char *) (uintptr_t) field.bytes, field.length);
}

static void hide_secret(struct pack session)
{
	struct pack_field field;

	while (pack_next(&session, &field))
		if (field.id == SNAPSHOT_SESSION_REGISTRATION)
			hide_password(pack_field_record(&field));
		else if (field.id == SNAPSHOT_SESSION_LOGIN)
			login_hide_secret(pack_field_record(&field));
}

/* The checksum is renewed only if it was right, so that damage stays detectable. */
void world_hide_secrets(struct buffer *saved, size_t begun)
{
	size_t end = begun + MAGIC_BYTES;
	struct pack_field field;
	struct pack pack;
	bool is_whole;

	if (saved->length < end)
		return;
	pack = pack_over(saved->bytes + end, saved->length - end);
	is_whole = !check_checksum((const uint8_t *) saved->bytes + begun, pack);
	while (pack_next(&pack, &field)) {
		if (field.id == SNAPSHOT_SESSION)
			hide_secret(pack_field_record(&field));
		if (field.id == SNAPSHOT_SETTINGS)
			settings_mask_tokens(&field);
		if (field.id == SNAPSHOT_ROW || field.id == SNAPSHOT_CHANGE)
			totp_mask((void *) (uintptr_t) field.bytes, field.length);
		if (pack.at != pack.end)
			end = (size_t) ((const char *) pack.at - saved->bytes);
	}
	if (!is_whole)
		return;
	saved->length = end;
	pack_u64(saved, SNAPSHOT_END,
		hash_fingerprint(HASH_FINGERPRINT_START, saved->bytes + begun, end - begun));
}

void world_save_without_secrets(const struct world *world, struct buffer *out)
{
	size_t begun = out->length;

	out->is_secret = true;
	world_save(world, out);
	world_hide_secrets(out, begun);
}

static void report_step(const struct world_watch *watch, bool is_check)
{
	if (watch)
		watch->on_step(watch->data, is_check);
}

/* Earlier releases have stored logins by the names of accounts only. */
static void find_logins(struct world *world)
{
	const struct account *account;
	struct session *session;
	struct user *user;

	ORDERED_EACH (user, &world->users) {
		account = user->account ? account_find(world, user->account) : NULL;
		if (account)
			user_set_account(world, user, account->name, account->id);
	}
	LIST_EACH (session, &world->sessions, in_world) {
		account = session->registration && session->registration->account
				  ? account_find(world, session->registration->account)
				  : NULL;
		if (account)
			registration_set_account(session->registration, account->name, account->id);
	}
}

static const char *load_all(struct world *world, struct pack pack, const struct world_watch *watch)
{
	const char *reason = NULL;
	struct pack_field field;

	while (!reason && pack_next(&pack, &field)) {
		report_step(watch, false);
		reason = load_record(world, &field);
	}
	report_step(watch, true);
	if (world->rows_edition < LOGIN_IDS_EDITION)
		find_logins(world);
	operating_share_all(world);
	if (world->rows_edition < ROWS_EDITION)
		world->storage = STORAGE_NONE;
	channels_sweep(world); /* those whose members are left out */
	return reason ? reason : world_check(world);
}

struct world *world_load(const void *bytes, size_t length, const char **ret_reason)
{
	return world_load_watched(bytes, length, NULL, ret_reason);
}

struct world *world_load_watched(
	const void *bytes, size_t length, const struct world_watch *watch, const char **ret_reason)
{
	struct world *world;
	struct pack pack;

	*ret_reason = "it does not start as a snapshot does";
	if (length < MAGIC_BYTES || memcmp(bytes, MAGIC, MAGIC_BYTES) != 0)
		return NULL;
	pack = pack_over((const char *) bytes + MAGIC_BYTES, length - MAGIC_BYTES);
	*ret_reason = check_checksum(bytes, pack);
	if (*ret_reason)
		return NULL;
	world = world_new();
	*ret_reason = load_all(world, pack, watch);
	if (*ret_reason) {
		world_free(world);
		return NULL;
	}
	return world;
}
