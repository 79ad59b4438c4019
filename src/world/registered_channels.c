/* Owns the registrations of channels: founders, ranks of accounts, and what is to be stored. */
#include "world/registered_channels.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/word_list.h"
#include "world/channel.h"
#include "world/founders.h"
#include "world/user.h"
#include "world/world.h"

#define ACCESS_RECORD 100
#define MASK_RECORD 101

static const struct field registered_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(registered_channel, uint64_t, id) },
	{ 2, FIELD_U64, FIELD_AT(registered_channel, uint64_t, founder) },
	{ 3, FIELD_U64, FIELD_AT(registered_channel, uint64_t, heir) },
	{ 4, FIELD_U64, FIELD_AT(registered_channel, uint64_t, created_wall_ms) },
	{ 5, FIELD_U32, FIELD_AT(registered_channel, uint32_t, options) },
	{ 6, FIELD_BOOL, FIELD_AT(registered_channel, bool, is_unsaved) },
	{ 7, FIELD_BOOL, FIELD_AT(registered_channel, bool, is_touched) },
	{ 8, FIELD_BOOL, FIELD_AT(registered_channel, bool, is_unreviewed) },
	{ 20, FIELD_U32, FIELD_AT(registered_channel, uint32_t, used_day) },
	{ 30, FIELD_U32, FIELD_AT(registered_channel, uint32_t, history) },
	{ 31, FIELD_U32, FIELD_AT(registered_channel, uint32_t, history_days) },
	{ 32, FIELD_U32, FIELD_AT(registered_channel, uint32_t, history_messages) },
	{ 33, FIELD_U32, FIELD_AT(registered_channel, uint32_t, n_in_memory) },
	{ 40, FIELD_TEXT, FIELD_AT(registered_channel, char *, words) },
};

static const struct field access_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(channel_access, uint64_t, account) },
	{ 2, FIELD_U32, FIELD_AT(channel_access, uint32_t, rank) },
};

struct registered_channel *registered_channel_find_id(const struct world *world, uint64_t id)
{
	struct registered_channel *registered = ordered_from(&world->registered_channels, id);

	return registered && registered->id == id ? registered : NULL;
}

size_t registered_channels_of(const struct world *world, const struct account *founder)
{
	const struct list *channels = founder_channels(world, founder->id), *node;
	size_t n = 0;

	for (node = channels ? channels->next : NULL; node != channels; node = node->next)
		n++;
	return n;
}

/* The place of the account, or where it would be. */
static uint32_t place_of_access(const struct registered_channel *registered, uint64_t account)
{
	uint32_t low = 0, high = registered->n_access;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (registered->access[middle].account < account)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_access_at(
	const struct registered_channel *registered, uint32_t at, uint64_t account)
{
	return at < registered->n_access && registered->access[at].account == account;
}

uint32_t registered_channel_rank(
	const struct registered_channel *registered, const struct account *account)
{
	uint32_t at;

	if (!account)
		return 0;
	if (registered->founder == account->id)
		return MEMBER_RANK_OWNER;
	at = place_of_access(registered, account->id);
	return has_access_at(registered, at, account->id) ? registered->access[at].rank : 0;
}

uint32_t channel_rank_of(
	const struct world *world, const struct channel *channel, const struct user *user)
{
	if (!channel->registered)
		return 0;
	return registered_channel_rank(channel->registered, account_of_user(world, user));
}

static void remove_access(struct registered_channel *registered, uint32_t at)
{
	registered->n_access--;
	memmove(registered->access + at, registered->access + at + 1,
		(registered->n_access - at) * sizeof(*registered->access));
}

void registered_channel_set_access(
	struct registered_channel *registered, uint64_t account, uint32_t rank)
{
	uint32_t at = place_of_access(registered, account);
	bool is_there = has_access_at(registered, at, account);

	if (!rank && is_there)
		remove_access(registered, at);
	if (!rank)
		return;
	if (!is_there) {
		registered->access = mem_resize(
			registered->access, registered->n_access + 1, sizeof(*registered->access));
		memmove(registered->access + at + 1, registered->access + at,
			(registered->n_access - at) * sizeof(*registered->access));
		registered->n_access++;
	}
	registered->access[at] = (struct channel_access){ account, rank };
}

static void forget_founder(struct world *world, struct registered_channel *registered)
{
	founder_remove(world, registered);
	registered->founder = 0;
}

void registered_channel_reset(struct world *world, struct registered_channel *registered)
{
	forget_founder(world, registered);
	registered->heir = 0;
	registered->created_wall_ms = 0;
	registered->options = 0;
	registered->history = HISTORY_POLICY_SERVER;
	registered->history_days = 0;
	registered->history_messages = 0;
	mem_set_text(&registered->words, NULL);
}

void registered_channel_check_words(struct registered_channel *registered)
{
	if (!word_list_is_valid(registered->words))
		mem_set_text(&registered->words, NULL);
}

void registered_channel_note_members(struct registered_channel *registered)
{
	registered->is_unreviewed = true;
}

/* Half as many again as the limit. */
bool registered_channel_count_in_memory(struct registered_channel *registered, uint32_t most)
{
	if (++registered->n_in_memory <= most / 2)
		return false;
	registered->n_in_memory = 0;
	return true;
}

bool registered_channel_take_review(struct registered_channel *registered)
{
	bool is_unreviewed = registered->is_unreviewed;

	registered->is_unreviewed = false;
	return is_unreviewed;
}

void registered_channels_forget_account(struct world *world, uint64_t account)
{
	struct registered_channel *registered;

	ORDERED_EACH (registered, &world->registered_channels) {
		registered_channel_set_access(registered, account, 0);
		if (registered->founder == account)
			forget_founder(world, registered);
		if (registered->heir == account)
			registered->heir = 0;
	}
}

static uint32_t find_stored_mask(
	const struct registered_channel *registered, char letter, const char *mask)
{
	uint32_t i = 0;

	while (i < registered->n_masks && (registered->masks[i].letter != letter ||
						  strcmp(registered->masks[i].mask, mask) != 0))
		i++;
	return i;
}

bool registered_channel_has_mask(
	const struct registered_channel *registered, char letter, const char *mask)
{
	return find_stored_mask(registered, letter, mask) < registered->n_masks;
}

void registered_channel_note_mask(
	struct registered_channel *registered, char letter, const char *mask, bool is_stored)
{
	uint32_t i = find_stored_mask(registered, letter, mask);
	bool is_there = i < registered->n_masks;

	if (is_stored == is_there)
		return;
	if (is_there) {
		free(registered->masks[i].mask);
		registered->masks[i] = registered->masks[--registered->n_masks];
		return;
	}
	registered->masks =
		mem_resize(registered->masks, registered->n_masks + 1, sizeof(*registered->masks));
	registered->masks[registered->n_masks++] = (struct stored_mask){ letter, mem_text(mask) };
}

void registered_channel_set_saving(struct registered_channel *registered, uint64_t request)
{
	registered->saving = request;
}

void registered_channel_set_change(struct registered_channel *registered, uint64_t request)
{
	registered->change = request;
}

void registered_channel_note_failure(struct registered_channel *registered)
{
	registered->is_unsaved = true;
}

static void touch_registered(struct world *world, struct registered_channel *registered)
{
	if (registered->is_touched)
		return;
	registered->is_touched = true;
	list_add_last(&world->touched_channels, &registered->in_touched);
}

void channel_touch(struct world *world, const struct channel *channel)
{
	if (channel->registered)
		touch_registered(world, channel->registered);
}

void registered_channel_note_use(struct world *world, struct registered_channel *registered)
{
	if (registered->used_day == world_today(world))
		return;
	registered->used_day = world_today(world);
	touch_registered(world, registered);
}

/* One that is being changed waits. The order must not depend on that of touching, which is not
 * saved. */
static struct registered_channel *find_touched(const struct world *world)
{
	struct registered_channel *registered, *first = NULL;

	LIST_EACH (registered, &world->touched_channels, in_touched)
		if (!registered->change && !registered->saving &&
			(!first || registered->id < first->id))
			first = registered;
	return first;
}

struct registered_channel *registered_channels_next_touched(struct world *world)
{
	struct registered_channel *registered;

	while ((registered = find_touched(world))) {
		list_remove(&registered->in_touched);
		registered->is_touched = false;
		registered->is_unsaved = world->storage != STORAGE_WORKS;
		if (!registered->is_unsaved)
			return registered;
	}
	return NULL;
}

void registered_channels_touch_unsaved(struct world *world)
{
	struct registered_channel *registered;

	ORDERED_EACH (registered, &world->registered_channels)
		if (registered->is_unsaved)
			touch_registered(world, registered);
}

static struct registered_channel *registered_channel_blank(void)
{
	struct registered_channel *registered = mem_new(sizeof(*registered));

	list_init(&registered->in_touched);
	list_init(&registered->in_founder);
	return registered;
}

struct registered_channel *registered_channel_new(struct world *world, uint64_t id)
{
	struct registered_channel *registered = registered_channel_blank();

	registered->id = id;
	ordered_add(&world->registered_channels, id, registered);
	return registered;
}

void registered_channel_attach(struct registered_channel *registered, struct channel *channel)
{
	registered->channel = channel;
	channel->registered = registered;
}

static void registered_channel_free(struct world *world, struct registered_channel *registered)
{
	founder_remove(world, registered);
	for (uint32_t i = 0; i < registered->n_masks; i++)
		free(registered->masks[i].mask);
	free(registered->masks);
	free(registered->access);
	free(registered->words);
	list_remove(&registered->in_touched);
	free(registered);
}

void registered_channel_end(struct world *world, struct registered_channel *registered)
{
	if (registered->channel)
		registered->channel->registered = NULL;
	ordered_remove(&world->registered_channels, registered->id);
	registered_channel_free(world, registered);
}

void registered_channels_done(struct world *world)
{
	struct registered_channel *registered;

	ORDERED_EACH (registered, &world->registered_channels)
		registered_channel_free(world, registered);
	ordered_done(&world->registered_channels);
}

void registered_channel_save(
	struct buffer *out, uint16_t id, const struct registered_channel *registered)
{
	size_t record = pack_begin(out, id), part;

	fields_save(out, registered_fields, ARRAY_LENGTH(registered_fields), registered);
	for (uint32_t i = 0; i < registered->n_access; i++) {
		part = pack_begin(out, ACCESS_RECORD);
		fields_save(
			out, access_fields, ARRAY_LENGTH(access_fields), &registered->access[i]);
		pack_end(out, part);
	}
	for (uint32_t i = 0; i < registered->n_masks; i++) {
		part = pack_begin(out, MASK_RECORD);
		pack_u64(out, 1, (unsigned char) registered->masks[i].letter);
		pack_text(out, 2, registered->masks[i].mask);
		pack_end(out, part);
	}
	pack_end(out, record);
}

static void load_access(struct registered_channel *registered, struct pack record)
{
	struct channel_access access = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(access_fields, ARRAY_LENGTH(access_fields), &access, &field);
	registered_channel_set_access(
		registered, access.account, access.rank & channel_mode_values(MODE_KIND_PREFIX));
}

static void load_mask(struct registered_channel *registered, struct pack record)
{
	CLEANUP(mem_freep) char *mask = NULL;
	const struct channel_mode *mode;
	struct pack_field field;
	char letter = '\0';

	while (pack_next(&record, &field))
		if (field.id == 1) {
			letter = (char) pack_field_u64(&field);
		} else if (field.id == 2) {
			free(mask);
			mask = pack_field_text(&field);
		}
	mode = channel_mode_find(letter);
	if (mask && mode && mode->kind == MODE_KIND_LIST)
		registered_channel_note_mask(registered, letter, mask, true);
}

bool registered_channel_load(struct world *world, struct pack record)
{
	struct registered_channel *registered = registered_channel_blank();
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == ACCESS_RECORD)
			load_access(registered, pack_field_record(&field));
		else if (field.id == MASK_RECORD)
			load_mask(registered, pack_field_record(&field));
		else
			fields_load(registered_fields, ARRAY_LENGTH(registered_fields), registered,
				&field);
	if (record.failed || registered->id <= ordered_last_number(&world->registered_channels)) {
		registered_channel_free(world, registered);
		return false;
	}
	registered_channel_check_words(registered);
	ordered_add(&world->registered_channels, registered->id, registered);
	founder_add(world, registered);
	if (registered->is_touched)
		list_add_last(&world->touched_channels, &registered->in_touched);
	return true;
}

static bool is_founders(const struct world *world, const struct registered_channel *registered)
{
	const struct list *channels = founder_channels(world, registered->founder), *node;

	for (node = channels ? channels->next : NULL; node != channels; node = node->next)
		if (node == &registered->in_founder)
			return true;
	return false;
}

const char *registered_channels_check(const struct world *world)
{
	const struct registered_channel *registered;

	ORDERED_EACH (registered, &world->registered_channels) {
		if (!registered->channel || registered->channel->registered != registered)
			return "a registered channel does not exist, or is not registered";
		if (registered->is_touched == list_is_empty(&registered->in_touched))
			return "a touched channel is not listed, or the other way round";
		if (registered->founder && !is_founders(world, registered))
			return "a registered channel is not among those of its founder";
		for (uint32_t i = 1; i < registered->n_access; i++)
			if (registered->access[i - 1].account >= registered->access[i].account)
				return "accounts of a channel are out of order";
	}
	return NULL;
}
