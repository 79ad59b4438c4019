/* Owns the order and the size of calls, and the JSON of their records: the names are those of
 * report/report_import.c. */
#include "moving/registry_calls.h"

#include "base/cleanup.h"
#include "base/mem.h"

/* papod takes 64 KiB in a message, and 60 rows in a record. */
#define MOST_CALL_BYTES 40000
#define MOST_PART_ITEMS 40
/* Of an entry whose time is not known: the same at each import. */
#define UNKNOWN_TIME_MS 1000

static void set_text(json_t *object, const char *name, const char *text)
{
	if (text)
		json_object_set_new(object, name, json_string(text));
}

static void set_flag(json_t *object, const char *name, bool flag)
{
	if (flag)
		json_object_set_new(object, name, json_true());
}

static void set_number(json_t *object, const char *name, uint64_t number)
{
	if (number)
		json_object_set_new(object, name, json_integer((json_int_t) number));
}

static json_t *begin_call_record(const struct registry_entry *entry)
{
	json_t *record = json_object();

	set_text(record, "name", entry->name);
	set_number(record, "created", entry->created_ms ? entry->created_ms : UNKNOWN_TIME_MS);
	return record;
}

/* Those from `from` on, as far as the part reaches; the position goes on over several lists. */
struct part {
	size_t from;
	size_t until;
	size_t position;
};

static bool is_in_part(struct part *part)
{
	size_t position = part->position++;

	return position >= part->from && position < part->until;
}

static json_t *texts_of_part(struct part *part, const struct registry_texts *texts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < texts->count; i++)
		if (is_in_part(part))
			json_array_append_new(list, json_string(texts->items[i]));
	return list;
}

static json_t *account_record(const struct registry_account *account, struct part *part)
{
	json_t *record = begin_call_record(&account->entry);

	set_text(record, "password", account->hash);
	set_text(record, "email", account->email);
	set_flag(record, "held", account->is_held);
	set_flag(record, "suspended", account->is_suspended);
	set_flag(record, "protected", account->is_protected);
	set_flag(record, "noRanks", account->has_no_ranks);
	json_object_set_new(record, "nicks", texts_of_part(part, &account->nicks));
	json_object_set_new(record, "fingerprints", texts_of_part(part, &account->fingerprints));
	return record;
}

/* An account that does not move has no rank: its name may mean another one in papod. */
static bool does_move(const struct registry *registry, const char *name)
{
	const struct registry_account *account = registry_account(registry, name);

	return account && !account->entry.is_left_out;
}

static json_t *access_of_part(
	const struct registry *registry, const struct registry_channel *channel, struct part *part)
{
	json_t *list = json_array();

	for (size_t i = 0; i < channel->n_access; i++) {
		const char rank[] = { channel->access[i].rank, '\0' };
		json_t *access;

		if (!is_in_part(part) || !does_move(registry, channel->access[i].account))
			continue;
		access = json_object();
		set_text(access, "account",
			registry_account(registry, channel->access[i].account)->entry.name);
		set_text(access, "rank", rank);
		json_array_append_new(list, access);
	}
	return list;
}

/* "$a:name" names an account, too. */
static bool names_other_account(const struct registry *registry, const char *mask)
{
	return mask[0] == '$' && mask[1] == 'a' && mask[2] == ':' && !does_move(registry, mask + 3);
}

static json_t *masks_of_part(
	const struct registry *registry, const struct registry_channel *channel, struct part *part)
{
	json_t *list = json_array();

	for (size_t i = 0; i < channel->n_masks; i++) {
		const struct registry_mask *mask = &channel->masks[i];
		const char letter[] = { mask->letter, '\0' };
		json_t *object;

		if (!is_in_part(part) || names_other_account(registry, mask->mask))
			continue;
		object = json_object();
		set_text(object, "mode", letter);
		set_text(object, "mask", mask->mask);
		set_text(object, "setter", mask->setter);
		set_number(object, "created", mask->created_ms);
		json_array_append_new(list, object);
	}
	return list;
}

static json_t *channel_record(
	const struct registry *registry, const struct registry_channel *channel, struct part *part)
{
	json_t *record = begin_call_record(&channel->entry);

	set_text(record, "founder", channel->founder);
	if (does_move(registry, channel->heir))
		set_text(record, "heir", channel->heir);
	set_text(record, "topic", channel->topic);
	set_text(record, "topicSetter", channel->topic_setter);
	set_number(record, "topicTime", channel->topic_ms);
	set_text(record, "modes", channel->modes);
	set_text(record, "key", channel->key);
	set_number(record, "limit", channel->limit <= INT32_MAX ? channel->limit : 0);
	set_flag(record, "private", channel->is_private);
	set_flag(record, "held", channel->is_held);
	json_object_set_new(record, "access", access_of_part(registry, channel, part));
	json_object_set_new(record, "masks", masks_of_part(registry, channel, part));
	return record;
}

/* NULL: there are no more of this kind. */
static struct registry_entry *registry_entry_at(
	const struct registry *registry, const struct registry_cursor *cursor)
{
	if (cursor->is_at_channels)
		return cursor->index < registry->n_channels
			       ? &registry->channels[cursor->index]->entry
			       : NULL;
	return cursor->index < registry->n_accounts ? &registry->accounts[cursor->index]->entry
						    : NULL;
}

/* An entry is the first member of both. */
static const struct registry_account *account_of_entry(const struct registry_entry *entry)
{
	return (const struct registry_account *) entry;
}

static const struct registry_channel *channel_of_entry(const struct registry_entry *entry)
{
	return (const struct registry_channel *) entry;
}

static size_t count_entry_items(const struct registry_entry *entry)
{
	if (entry->is_channel)
		return channel_of_entry(entry)->n_access + channel_of_entry(entry)->n_masks;
	return account_of_entry(entry)->nicks.count + account_of_entry(entry)->fingerprints.count;
}

static bool may_send(const struct registry *registry, const struct registry_entry *entry)
{
	if (entry->is_left_out)
		return false;
	return !entry->is_channel || does_move(registry, channel_of_entry(entry)->founder);
}

static json_t *record_at(const struct registry *registry, const struct registry_entry *entry,
	const struct registry_cursor *cursor)
{
	struct part part = { .from = cursor->part * MOST_PART_ITEMS,
		.until = (cursor->part + 1) * MOST_PART_ITEMS };

	return entry->is_channel ? channel_record(registry, channel_of_entry(entry), &part)
				 : account_record(account_of_entry(entry), &part);
}

static void advance(struct registry_cursor *cursor, const struct registry_entry *entry)
{
	if ((cursor->part + 1) * MOST_PART_ITEMS < count_entry_items(entry)) {
		cursor->part++;
		return;
	}
	cursor->part = 0;
	cursor->index++;
}

/* Can the record be in the same call? The parts of one entry are in several: each refers to what
 * the one before has stored. */
static bool fits(const struct registry_call *call, struct registry_entry *entry, size_t n_bytes)
{
	if (call->n_records == REGISTRY_CALL_RECORDS || n_bytes > MOST_CALL_BYTES)
		return !call->n_records;
	return !call->n_records || call->entries[call->n_records - 1] != entry;
}

static void fill_call(const struct registry *registry, struct registry_cursor *cursor,
	struct registry_call *call, json_t *list)
{
	struct registry_entry *entry;
	size_t n_bytes = 0;

	while ((entry = registry_entry_at(registry, cursor))) {
		json_t *record;

		if (!may_send(registry, entry)) {
			cursor->part = 0;
			cursor->index++;
			continue;
		}
		record = record_at(registry, entry, cursor);
		n_bytes += json_dumpb(record, NULL, 0, JSON_COMPACT | JSON_ENSURE_ASCII);
		if (!fits(call, entry, n_bytes)) {
			json_decref(record);
			return;
		}
		json_array_append_new(list, record);
		call->entries[call->n_records++] = entry;
		advance(cursor, entry);
	}
}

bool registry_next_call(const struct registry *registry, struct registry_cursor *cursor,
	struct registry_call *ret_call)
{
	struct registry_call call = { .parameters = json_object() };
	json_t *list = json_array();

	fill_call(registry, cursor, &call, list);
	if (!call.n_records && !cursor->is_at_channels) {
		*cursor = (struct registry_cursor){ .is_at_channels = true };
		fill_call(registry, cursor, &call, list);
	}
	json_object_set_new(
		call.parameters, cursor->is_at_channels ? "channels" : "accounts", list);
	*ret_call = call;
	if (call.n_records)
		return true;
	registry_call_done(ret_call);
	return false;
}

void registry_call_done(struct registry_call *call)
{
	json_decref(call->parameters);
	*call = (struct registry_call){ 0 };
}

static void put_count(struct buffer *out, size_t count, const char *what)
{
	if (count)
		buffer_format(out, ", %zu %s%s", count, what, count > 1 ? "s" : "");
}

void registry_describe(const struct registry_entry *entry, struct buffer *out)
{
	const struct registry_account *account = account_of_entry(entry);
	const struct registry_channel *channel = channel_of_entry(entry);

	if (entry->is_channel) {
		buffer_format(out, "channel %s: founder %s", entry->name,
			channel->founder ? channel->founder : "none");
		put_count(out, channel->n_access, "rank");
		put_count(out, channel->n_masks, "mask");
		return;
	}
	buffer_format(out, "account %s: %s", entry->name,
		account->hash || account->password ? "with its password" : "without a password");
	if (account->email)
		buffer_format(out, ", %s", account->email);
	put_count(out, account->nicks.count, "other nickname");
	put_count(out, account->fingerprints.count, "certificate");
}
