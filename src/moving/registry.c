/* Owns what is moved of accounts and registered channels. */
#include "moving/registry.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

static const char *key_of_entry(const void *item)
{
	const struct registry_entry *entry = item;

	return entry->key;
}

void registry_init(struct registry *registry)
{
	*registry = (struct registry){ 0 };
	map_init(&registry->accounts_by_key, key_of_entry, 1, 2);
	map_init(&registry->channels_by_key, key_of_entry, 1, 2);
}

static void registry_texts_done(struct registry_texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		free(texts->items[i]);
	free(texts->items);
}

static void free_registry_account(struct registry_account *account)
{
	free(account->entry.name);
	free(account->entry.key);
	mem_free_secret(account->hash);
	mem_free_secret(account->password);
	free(account->email);
	registry_texts_done(&account->nicks);
	registry_texts_done(&account->fingerprints);
	free(account);
}

static void free_registry_channel(struct registry_channel *channel)
{
	free(channel->entry.name);
	free(channel->entry.key);
	free(channel->founder);
	free(channel->heir);
	free(channel->topic);
	free(channel->topic_setter);
	mem_free_secret(channel->key);
	for (size_t i = 0; i < channel->n_access; i++)
		free(channel->access[i].account);
	free(channel->access);
	for (size_t i = 0; i < channel->n_masks; i++) {
		free(channel->masks[i].mask);
		free(channel->masks[i].setter);
	}
	free(channel->masks);
	free(channel);
}

void registry_done(struct registry *registry)
{
	map_done(&registry->accounts_by_key);
	map_done(&registry->channels_by_key);
	for (size_t i = 0; i < registry->n_accounts; i++)
		free_registry_account(registry->accounts[i]);
	free(registry->accounts);
	for (size_t i = 0; i < registry->n_channels; i++)
		free_registry_channel(registry->channels[i]);
	free(registry->channels);
	for (size_t i = 0; i < registry->n_counts; i++)
		free(registry->counts[i].what);
	free(registry->counts);
	problems_done(&registry->notes);
}

/* Texts */

void registry_set_text(char **owned, const char *text)
{
	char *copy = mem_text(text ? text : ""), *to = copy;
	size_t length;

	for (const char *from = copy; *from; from++)
		if ((unsigned char) *from >= ' ' && *from != 0x7f)
			*to++ = *from;
	*to = '\0';
	length = (size_t) (to - copy);
	text_mend_utf8(copy, length);
	copy[text_cut_utf8(copy, length, REGISTRY_TEXT_BYTES)] = '\0';
	free(*owned);
	*owned = *copy ? copy : NULL;
	if (!*copy)
		free(copy);
}

void registry_add_text(struct registry_texts *texts, const char *text)
{
	char *copy = NULL;

	registry_set_text(&copy, text);
	if (!copy)
		return;
	texts->items = mem_resize(texts->items, texts->count + 1, sizeof(*texts->items));
	texts->items[texts->count++] = copy;
}

static char *lower_name(const char *name)
{
	char *key = mem_text(name);

	for (char *at = key; *at; at++)
		*at = text_lower(*at);
	return key;
}

/* Entries */

/* NULL: the name is empty, or there is one. */
static void *add_registry_entry(struct registry *registry, struct map *map,
	const struct registry_entry *given, size_t entry_bytes)
{
	struct registry_entry entry = *given, *added;

	entry.name = NULL;
	registry_set_text(&entry.name, given->name);
	if (!entry.name)
		return NULL;
	entry.key = lower_name(entry.name);
	if (map_find(map, entry.key)) {
		registry_note(registry, &entry, "left out: there is another one of this name");
		free(entry.name);
		free(entry.key);
		return NULL;
	}
	added = mem_new(entry_bytes);
	*added = entry;
	map_add(map, added);
	return added;
}

struct registry_account *registry_add_account(struct registry *registry,
	const struct moving_file *file, unsigned int line, const char *name)
{
	const struct registry_entry entry = {
		.name = (char *) (uintptr_t) name, .file = file->name, .line = line
	};
	struct registry_account *account =
		add_registry_entry(registry, &registry->accounts_by_key, &entry, sizeof(*account));

	if (account) {
		registry->accounts = mem_resize(registry->accounts, registry->n_accounts + 1,
			sizeof(struct registry_account *));
		registry->accounts[registry->n_accounts++] = account;
	}
	return account;
}

struct registry_channel *registry_add_channel(struct registry *registry,
	const struct moving_file *file, unsigned int line, const char *name)
{
	const struct registry_entry entry = { .name = (char *) (uintptr_t) name,
		.file = file->name,
		.line = line,
		.is_channel = true };
	struct registry_channel *channel =
		add_registry_entry(registry, &registry->channels_by_key, &entry, sizeof(*channel));

	if (channel) {
		registry->channels = mem_resize(registry->channels, registry->n_channels + 1,
			sizeof(struct registry_channel *));
		registry->channels[registry->n_channels++] = channel;
	}
	return channel;
}

static void *find_registry_entry(const struct map *map, const char *name)
{
	CLEANUP(mem_freep) char *key = name ? lower_name(name) : NULL;

	return key ? map_find(map, key) : NULL;
}

struct registry_account *registry_account(const struct registry *registry, const char *name)
{
	return find_registry_entry(&registry->accounts_by_key, name);
}

struct registry_channel *registry_channel(const struct registry *registry, const char *name)
{
	return find_registry_entry(&registry->channels_by_key, name);
}

void registry_add_access(struct registry_channel *channel, const char *account, char rank)
{
	char *name = NULL;

	registry_set_text(&name, account);
	if (!name)
		return;
	channel->access =
		mem_resize(channel->access, channel->n_access + 1, sizeof(*channel->access));
	channel->access[channel->n_access++] = (struct registry_access){ name, rank };
}

struct registry_mask *registry_add_mask(
	struct registry_channel *channel, char letter, const char *mask)
{
	struct registry_mask added = { .letter = letter };

	registry_set_text(&added.mask, mask);
	if (!added.mask)
		return NULL;
	channel->masks = mem_resize(channel->masks, channel->n_masks + 1, sizeof(*channel->masks));
	channel->masks[channel->n_masks] = added;
	return &channel->masks[channel->n_masks++];
}

void registry_add_mode(struct registry_channel *channel, char letter)
{
	size_t length = strlen(channel->modes);

	if (letter && !strchr(channel->modes, letter) && length + 1 < sizeof(channel->modes))
		channel->modes[length] = letter;
}

/* Notes */

void registry_note(
	struct registry *registry, const struct registry_entry *entry, const char *format, ...)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	va_list arguments;

	va_start(arguments, format);
	buffer_format_v(&text, format, arguments);
	va_end(arguments);
	problems_add(
		&registry->notes, true, entry->file, entry->line, entry->name, "%s", text.bytes);
}

void registry_leave_out(struct registry *registry, struct registry_entry *entry, const char *why)
{
	if (entry->is_left_out)
		return;
	entry->is_left_out = true;
	registry_note(registry, entry, "left out: %s", why);
}

void registry_count(
	struct registry *registry, const char *file, unsigned int line, const char *what)
{
	for (size_t i = 0; i < registry->n_counts; i++)
		if (strcmp(registry->counts[i].what, what) == 0) {
			registry->counts[i].count++;
			return;
		}
	registry->counts =
		mem_resize(registry->counts, registry->n_counts + 1, sizeof(*registry->counts));
	registry->counts[registry->n_counts++] =
		(struct registry_count){ mem_text(what), file, line, 1 };
}

/* The first of those with ranks, in the order of the file, who has the highest one. */
static char *find_next_founder(
	const struct registry *registry, const struct registry_channel *channel)
{
	const struct registry_account *heir = registry_account(registry, channel->heir);

	return heir && !heir->entry.is_left_out ? channel->heir : NULL;
}

static void check_registry_founder(struct registry *registry, struct registry_channel *channel)
{
	const struct registry_account *founder = registry_account(registry, channel->founder);
	const char *heir = find_next_founder(registry, channel);

	if (founder && !founder->entry.is_left_out)
		return;
	if (!heir) {
		registry_leave_out(registry, &channel->entry, "no account is its founder");
		return;
	}
	registry_note(registry, &channel->entry, "its founder does not move: %s becomes it", heir);
	free(channel->founder);
	channel->founder = channel->heir;
	channel->heir = NULL;
}

static int compare_note_texts(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_registry_notes(const void *first, const void *second)
{
	const struct problem *a = first, *b = second;
	int order = compare_note_texts(a->file, b->file);

	if (!order && a->line != b->line)
		order = a->line < b->line ? -1 : 1;
	return order ? order : compare_note_texts(a->text, b->text);
}

void registry_finish(struct registry *registry)
{
	for (size_t i = 0; i < registry->n_channels; i++)
		check_registry_founder(registry, registry->channels[i]);
	for (size_t i = 0; i < registry->n_counts; i++)
		problems_add(&registry->notes, true, registry->counts[i].file,
			registry->counts[i].line, NULL, "papod has no equivalent: %zu %s",
			registry->counts[i].count, registry->counts[i].what);
	if (registry->notes.count)
		qsort(registry->notes.items, registry->notes.count, sizeof(*registry->notes.items),
			compare_registry_notes);
}
