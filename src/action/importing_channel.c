/* Owns records of registered channels. */
#include <stdlib.h>
#include <string.h>

#include "action/importing.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/casemap.h"
#include "proto/name_syntax.h"
#include "world/accounts.h"
#include "world/banmask.h"
#include "world/channel.h"
#include "world/channel_rows.h"
#include "world/masklist.h"
#include "world/modes.h"

struct wanted_channel {
	char *name;
	char *founder;
	char *heir; /* NULL: none, likewise below */
	char *topic;
	char *topic_setter;
	char *modes;
	char *key;
	uint64_t created_wall_ms;
	uint64_t topic_wall_ms;
	uint64_t limit; /* 0: none */
	bool is_held;
	bool is_private;
};

static const struct field wanted_channel_fields[] = {
	{ IMPORT_FIELD_NAME, FIELD_TEXT, FIELD_AT(wanted_channel, char *, name) },
	{ IMPORT_FIELD_FOUNDER, FIELD_TEXT, FIELD_AT(wanted_channel, char *, founder) },
	{ IMPORT_FIELD_HEIR, FIELD_TEXT, FIELD_AT(wanted_channel, char *, heir) },
	{ IMPORT_FIELD_TOPIC, FIELD_TEXT, FIELD_AT(wanted_channel, char *, topic) },
	{ IMPORT_FIELD_TOPIC_SETTER, FIELD_TEXT, FIELD_AT(wanted_channel, char *, topic_setter) },
	{ IMPORT_FIELD_MODES, FIELD_TEXT, FIELD_AT(wanted_channel, char *, modes) },
	{ IMPORT_FIELD_KEY, FIELD_TEXT, FIELD_AT(wanted_channel, char *, key) },
	{ IMPORT_FIELD_CREATED, FIELD_U64, FIELD_AT(wanted_channel, uint64_t, created_wall_ms) },
	{ IMPORT_FIELD_TOPIC_TIME, FIELD_U64, FIELD_AT(wanted_channel, uint64_t, topic_wall_ms) },
	{ IMPORT_FIELD_LIMIT, FIELD_U64, FIELD_AT(wanted_channel, uint64_t, limit) },
	{ IMPORT_FIELD_HELD, FIELD_BOOL, FIELD_AT(wanted_channel, bool, is_held) },
	{ IMPORT_FIELD_PRIVATE, FIELD_BOOL, FIELD_AT(wanted_channel, bool, is_private) },
};

static void wanted_channel_done(struct wanted_channel *wanted)
{
	free(wanted->name);
	free(wanted->founder);
	free(wanted->heir);
	free(wanted->topic);
	free(wanted->topic_setter);
	free(wanted->modes);
	free(wanted->key);
}

/* One record under way. */
struct channel_import {
	struct importing *importing;
	struct wanted_channel *wanted;
	struct channel *channel;		     /* NULL: it does not exist */
	const struct registered_channel *registered; /* NULL: it is not registered */
	struct change *change;
	uint32_t n_access; /* with those that were there, and likewise: */
	uint32_t n_masks;
};

static bool holds_line_end(const char *text)
{
	return strpbrk(text, "\r\n");
}

static void cut_topic(struct channel_import *import)
{
	struct wanted_channel *wanted = import->wanted;
	size_t most = import->importing->world->settings->topic_length;

	if (!wanted->topic)
		return;
	if (holds_line_end(wanted->topic) || !*wanted->topic) {
		mem_set_text(&wanted->topic, NULL);
		return;
	}
	if (strlen(wanted->topic) > most) {
		wanted->topic[text_cut_utf8(wanted->topic, strlen(wanted->topic), most)] = '\0';
		import_note(import->importing, "its topic is cut to limits.topic_length");
	}
	if (wanted->topic_setter && (strpbrk(wanted->topic_setter, " \r\n") ||
					    strlen(wanted->topic_setter) > NICK_MOST_BYTES))
		mem_set_text(&wanted->topic_setter, NULL);
}

static uint32_t flags_of_modes(struct channel_import *import)
{
	const struct world *world = import->importing->world;
	const char *letter = import->wanted->modes ? import->wanted->modes : "";
	uint32_t flags = 0;

	for (; *letter; letter++) {
		const struct channel_mode *mode = channel_mode_find(*letter);

		if (mode && mode->kind == MODE_KIND_FLAG && mode->value != CHANNEL_FLAG_PERMANENT &&
			channel_mode_is_offered(mode, world, world->settings))
			flags |= mode->value;
		else
			import_note(import->importing, "mode %c is left out: it has no use here",
				text_is_letter(*letter) ? *letter : '?');
	}
	return flags;
}

/* Without the key of a channel, everybody would get in. */
static bool check_imported_key(struct channel_import *import)
{
	const char *key = import->wanted->key;
	const struct settings *settings = import->importing->world->settings;

	if (!key || key_is_valid(key, settings->key_length))
		return true;
	return import_refuse(import->importing,
		"its key is no key here: see limits.key_length; without it, everybody would get "
		"in");
}

/* 0: none, or it is not there yet. */
static uint64_t id_of_account(const struct importing *importing, const char *name)
{
	const struct account *account = name ? account_find(importing->world, name) : NULL;

	return account ? account->id : 0;
}

static void put_channel_row(struct channel_import *import, const struct channel *channel)
{
	const struct wanted_channel *wanted = import->wanted;
	struct importing *importing = import->importing;
	const struct registered_channel copy = {
		.channel = (struct channel *) (uintptr_t) channel,
		.founder = id_of_account(importing, wanted->founder),
		.heir = id_of_account(importing, wanted->heir),
		.created_wall_ms = wanted->created_wall_ms,
		.options = (wanted->is_private ? REGISTERED_OPTION_PRIVATE : 0u) |
			   (wanted->is_held ? REGISTERED_OPTION_HELD : 0u),
		.used_day = world_today(importing->world),
	};
	struct buffer bytes = { 0 };

	registered_channel_put(&bytes, &copy);
	import_add_row(importing->world, import->change,
		(struct store_row){ .table = STORE_TABLE_CHANNELS }, &bytes);
}

static void add_new_channel(struct channel_import *import)
{
	const struct wanted_channel *wanted = import->wanted;
	struct world *world = import->importing->world;
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, wanted->name);
	const struct channel channel = {
		.name = wanted->name,
		.folded = folded,
		.topic = wanted->topic,
		.topic_setter =
			wanted->topic_setter ? wanted->topic_setter : world->settings->server_name,
		.topic_wall_ms =
			wanted->topic_wall_ms ? wanted->topic_wall_ms : wanted->created_wall_ms,
		.created_wall_ms = wanted->created_wall_ms,
		.flags = flags_of_modes(import),
		.limit = wanted->limit <= INT32_MAX ? (uint32_t) wanted->limit : 0,
		.key = wanted->key,
	};

	put_channel_row(import, &channel);
}

static void add_channel_row(struct channel_import *import)
{
	if (import->channel) {
		import_note(import->importing,
			"the channel exists: it keeps the topic and modes that it has here");
		put_channel_row(import, import->channel);
	} else {
		add_new_channel(import);
	}
}

static uint64_t id_of_registered(const struct channel_import *import)
{
	return import->registered ? import->registered->id : 0;
}

static bool has_access(const struct channel_import *import, const struct account *account)
{
	return import->registered && registered_channel_rank(import->registered, account);
}

/* The name and the letter of the rank belong to the caller. */
static void take_rank(struct channel_import *import, const char *name, const char *rank)
{
	struct importing *importing = import->importing;
	const struct account *account = account_find(importing->world, name);
	const struct channel_mode *mode = *rank && !rank[1] ? channel_mode_find(*rank) : NULL;
	struct buffer bytes = { 0 };

	if (!mode || mode->kind != MODE_KIND_PREFIX)
		import_note(importing, "the rank of %s is left out: it is unknown here", name);
	else if (!account && !importing->is_dry_run)
		import_note(importing, "the rank of %s is left out: no account is here", name);
	else if (import->n_access >= importing->world->settings->channel_access)
		import_note(
			importing, "the rank of %s is left out: see limits.channel_access", name);
	else if (account && !has_access(import, account) &&
		 account->id != id_of_account(importing, import->wanted->founder) &&
		 import_has_room(importing, import->change)) {
		channel_access_put(&bytes, account->id, mode->value);
		import_add_row(importing->world, import->change,
			(struct store_row){ .table = STORE_TABLE_CHANNEL_ACCESS,
				.id = id_of_registered(import) },
			&bytes);
		import->n_access++;
	}
}

static void take_access_field(struct channel_import *import, struct pack record)
{
	CLEANUP(mem_freep) char *name = NULL;
	CLEANUP(mem_freep) char *rank = NULL;
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == IMPORT_FIELD_NAME && !name)
			name = pack_field_text(&field);
		else if (field.id == IMPORT_FIELD_RANK && !rank)
			rank = pack_field_text(&field);
	if (name && rank)
		take_rank(import, name, rank);
}

struct wanted_mask {
	char *mode;
	char *mask;
	char *setter;
	uint64_t created_wall_ms;
};

static const struct field wanted_mask_fields[] = {
	{ IMPORT_FIELD_MODE, FIELD_TEXT, FIELD_AT(wanted_mask, char *, mode) },
	{ IMPORT_FIELD_MASK, FIELD_TEXT, FIELD_AT(wanted_mask, char *, mask) },
	{ IMPORT_FIELD_SETTER, FIELD_TEXT, FIELD_AT(wanted_mask, char *, setter) },
	{ IMPORT_FIELD_CREATED, FIELD_U64, FIELD_AT(wanted_mask, uint64_t, created_wall_ms) },
};

static void wanted_mask_done(struct wanted_mask *wanted)
{
	free(wanted->mode);
	free(wanted->mask);
	free(wanted->setter);
}

static void add_mask_import_row(
	struct channel_import *import, const struct wanted_mask *wanted, const char *mask)
{
	const struct world *world = import->importing->world;
	bool is_setter = wanted->setter && *wanted->setter && !strpbrk(wanted->setter, " \r\n") &&
			 strlen(wanted->setter) <= NICK_MOST_BYTES;
	struct buffer bytes = { 0 };

	pack_text(&bytes, STORE_LIST_MODE, wanted->mode);
	pack_text(&bytes, STORE_LIST_MASK, mask);
	pack_text(&bytes, STORE_LIST_SETTER,
		is_setter ? wanted->setter : world->settings->server_name);
	pack_u64(&bytes, STORE_LIST_CREATED, wanted->created_wall_ms);
	import_add_row(import->importing->world, import->change,
		(struct store_row){
			.table = STORE_TABLE_CHANNEL_LISTS, .id = id_of_registered(import) },
		&bytes);
	import->n_masks++;
}

static void take_mask_field(struct channel_import *import, struct pack record)
{
	CLEANUP(wanted_mask_done) struct wanted_mask wanted = { 0 };
	CLEANUP(mem_freep) char *complete = NULL;
	struct importing *importing = import->importing;
	const struct channel_mode *mode;
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(wanted_mask_fields, ARRAY_LENGTH(wanted_mask_fields), &wanted, &field);
	mode = wanted.mode && *wanted.mode && !wanted.mode[1] ? channel_mode_find(*wanted.mode)
							      : NULL;
	if (!mode || mode->kind != MODE_KIND_LIST || !wanted.mask ||
		!banmask_complete(wanted.mask, &complete))
		import_note(importing, "the mask %.100s is left out: it is no mask here",
			wanted.mask ? wanted.mask : "");
	else if (import->channel && masklist_find(&import->channel->lists[mode->value],
					    importing->world->casemap, complete))
		return;
	else if (import->n_masks >= importing->world->settings->list_entries)
		import_note(importing, "the mask %.100s is left out: see limits.list_entries",
			complete);
	else if (import_has_room(importing, import->change))
		add_mask_import_row(import, &wanted, complete);
}

static void take_channel_belongings(struct channel_import *import, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == IMPORT_FIELD_ACCESS)
			take_access_field(import, pack_field_record(&field));
		else if (field.id == IMPORT_FIELD_BAN)
			take_mask_field(import, pack_field_record(&field));
}

static bool may_import_channel(struct channel_import *import)
{
	struct importing *importing = import->importing;
	const struct world *world = importing->world;
	const struct wanted_channel *wanted = import->wanted;
	const struct registered_channel *registered = import->registered;

	if (!channel_name_is_valid(world->casemap, wanted->name, world->settings->channel_length))
		return import_refuse(importing,
			"it is no name of a channel here: see limits.channel_length and "
			"server.casemapping");
	if (registered && registered->created_wall_ms != wanted->created_wall_ms)
		return import_refuse(
			importing, "it is registered already, and not from this import");
	if (registered && registered->change)
		return import_refuse(
			importing, "it is being changed at the moment: repeat the import");
	if (!registered && !importing->is_dry_run && !id_of_account(importing, wanted->founder))
		return import_refuse(importing, "its founder %s has no account here",
			wanted->founder ? wanted->founder : "");
	return registered || check_imported_key(import);
}

static void count_present(struct channel_import *import)
{
	import->n_access = import->registered ? import->registered->n_access : 0;
	for (size_t i = 0; import->channel && i < CHANNEL_LIST_COUNT; i++)
		import->n_masks += (uint32_t) import->channel->lists[i].count;
}

static void import_wanted_channel(
	struct importing *importing, struct wanted_channel *wanted, struct pack record)
{
	struct channel_import import = {
		.importing = importing,
		.wanted = wanted,
		.channel = channel_find(importing->world, wanted->name),
	};

	import.registered = import.channel ? import.channel->registered : NULL;
	if (!may_import_channel(&import))
		return;
	count_present(&import);
	cut_topic(&import);
	import.change = change_new();
	import.change->kind = CHANGE_KIND_IMPORT_CHANNEL;
	import.change->channel = id_of_registered(&import);
	import.change->text = mem_text(wanted->name);
	if (!import.registered)
		add_channel_row(&import);
	take_channel_belongings(&import, record);
	import_ask(importing, import.change);
}

void import_channel(struct importing *importing, struct pack record)
{
	CLEANUP(wanted_channel_done) struct wanted_channel wanted = { 0 };
	struct pack pack = record;
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(wanted_channel_fields, ARRAY_LENGTH(wanted_channel_fields), &wanted,
			&field);
	if (wanted.name && *wanted.name)
		import_wanted_channel(importing, &wanted, record);
	else
		import_refuse(importing, "it has no name");
}
