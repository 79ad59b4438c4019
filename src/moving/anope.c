/* Owns the objects of Anope 2.0 and 2.1. The two differ in names: 2.1 refers to accounts by their
 * numbers. Objects of modules are in files of their own in 2.0, so accounts and channels are taken
 * of all files before what belongs to them: a file with them comes first. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "moving/anope_objects.h"
#include "moving/registry_formats.h"
#include "moving/registry_hash.h"

struct anope {
	struct registry *registry;
	const struct moving_file *file;
	const struct anope_objects *objects;
	const struct anope_object *object; /* the one that is taken */
	struct map accounts_by_id;	   /* struct account_id */
};

struct account_id {
	char *id;
	struct registry_account *account;
};

static const char *key_of_account_id(const void *item)
{
	const struct account_id *id = item;

	return id->id;
}

static const char *object_text(const struct anope *anope, const char *name)
{
	const char *text = anope_text(anope->object, name);

	return text ? text : "";
}

/* The first of both that is there. */
static const char *text_of_either(const struct anope *anope, const char *name, const char *other)
{
	const char *text = anope_text(anope->object, name);

	return text ? text : object_text(anope, other);
}

static bool object_flag(const struct anope *anope, const char *name)
{
	return strcmp(object_text(anope, name), "1") == 0;
}

static uint64_t ms_of_text(const char *text)
{
	uint64_t seconds;

	return text_parse_u64(text, &seconds) && seconds < UINT32_MAX ? seconds * 1000 : 0;
}

static void count_object(struct anope *anope, const char *what)
{
	registry_count(anope->registry, anope->file->name, anope->object->line, what);
}

/* Accounts */

static void add_fingerprints(struct registry_texts *texts, const char *words)
{
	CLEANUP(mem_freep) char *copy = mem_text(words);
	char *rest = copy, *word;

	while ((word = text_split(&rest, ' ')))
		registry_add_text(texts, word);
}

static void note_account_id(struct anope *anope, struct registry_account *account)
{
	const char *text = object_text(anope, "uniqueid");
	struct account_id *id;

	if (!*text || strcmp(text, "0") == 0 || map_find(&anope->accounts_by_id, text))
		return;
	id = mem_new(sizeof(*id));
	id->id = mem_text(text);
	id->account = account;
	map_add(&anope->accounts_by_id, id);
}

static void take_nick_core(struct anope *anope)
{
	struct registry_account *account = registry_add_account(
		anope->registry, anope->file, anope->object->line, object_text(anope, "display"));

	if (!account)
		return;
	note_account_id(anope, account);
	account->entry.created_ms = ms_of_text(object_text(anope, "registered"));
	registry_set_text(&account->email, object_text(anope, "email"));
	registry_set_anope_hash(anope->registry, account, object_text(anope, "pass"));
	add_fingerprints(&account->fingerprints, object_text(anope, "cert"));
	account->is_protected = object_flag(anope, "KILLPROTECT") || object_flag(anope, "PROTECT");
	account->has_no_ranks =
		strcmp(object_text(anope, "AUTOOP"), "0") == 0 || object_flag(anope, "NEVEROP");
	if (object_flag(anope, "UNCONFIRMED"))
		registry_leave_out(
			anope->registry, &account->entry, "its e-mail address was not confirmed");
}

/* By its name, or in 2.1 by its number. */
static struct registry_account *find_owner(
	const struct anope *anope, const char *name_field, const char *id_field)
{
	const struct account_id *id =
		map_find(&anope->accounts_by_id, object_text(anope, id_field));

	return id ? id->account : registry_account(anope->registry, object_text(anope, name_field));
}

static void take_nick_alias(struct anope *anope)
{
	struct registry_account *account = find_owner(anope, "nc", "ncid");
	const char *nick = object_text(anope, "nick");
	uint64_t created_ms = ms_of_text(text_of_either(anope, "registered", "time_registered"));

	if (!account) {
		count_object(anope, "nicknames of accounts that are not in the files");
		return;
	}
	account->is_held |= object_flag(anope, "NS_NO_EXPIRE");
	if (*object_text(anope, "vhost_host"))
		count_object(anope, "hosts of users (vhosts)");
	if (!text_equals_ignoring_case(nick, account->entry.name))
		registry_add_text(&account->nicks, nick);
	else if (!account->entry.created_ms)
		account->entry.created_ms = created_ms;
}

static void take_nick_suspension(struct anope *anope)
{
	struct registry_account *account =
		registry_account(anope->registry, object_text(anope, "nick"));

	if (account)
		account->is_suspended = true;
}

/* Channels */

static void take_channel_info(struct anope *anope)
{
	struct registry_channel *channel = registry_add_channel(
		anope->registry, anope->file, anope->object->line, object_text(anope, "name"));
	const struct registry_account *founder = find_owner(anope, "founder", "founderid");
	const struct registry_account *heir = find_owner(anope, "successor", "successorid");

	if (!channel)
		return;
	channel->entry.created_ms =
		ms_of_text(text_of_either(anope, "registered", "time_registered"));
	registry_set_text(
		&channel->founder, founder ? founder->entry.name : object_text(anope, "founder"));
	registry_set_text(&channel->heir, heir ? heir->entry.name : NULL);
	registry_set_text(&channel->topic, object_text(anope, "last_topic"));
	registry_set_text(&channel->topic_setter, object_text(anope, "last_topic_setter"));
	channel->topic_ms = ms_of_text(object_text(anope, "last_topic_time"));
	channel->is_private = object_flag(anope, "CS_PRIVATE");
	channel->is_held = object_flag(anope, "CS_NO_EXPIRE");
	channel->levels = anope_text(anope->object, "levels");
	registry_add_mode(channel, 'n');
	registry_add_mode(channel, 't');
	if (*object_text(anope, "bi"))
		count_object(anope, "bots of channels");
}

/* NULL, and counted: it is not in the files. */
static struct registry_channel *find_channel_of_object(struct anope *anope, const char *field)
{
	struct registry_channel *channel =
		registry_channel(anope->registry, object_text(anope, field));

	if (!channel)
		count_object(anope, "entries of channels that are not in the files");
	return channel;
}

static const struct {
	char rank;
	const char *level_name;
	int64_t level; /* unless the channel has changed it */
	const char *xop;
	const char *flags; /* letters of cs_flags */
} ranks[] = {
	{ 'q', "AUTOOWNER", 9999, "QOP", "QqF" },
	{ 'a', "AUTOPROTECT", 10, "SOP", "Aa" },
	{ 'o', "AUTOOP", 5, "AOP", "Oo" },
	{ 'h', "AUTOHALFOP", 4, "HOP", "Hh" },
	{ 'v', "AUTOVOICE", 3, "VOP", "Vv" },
};

static bool parse_level(const char *text, int64_t *ret_level)
{
	uint64_t number;

	if (!text_parse_u64(*text == '-' ? text + 1 : text, &number) || number > 100000)
		return false;
	*ret_level = *text == '-' ? -(int64_t) number : (int64_t) number;
	return true;
}

/* What the channel has set: pairs of words, "AUTOOP 5 ". False: nothing. */
static bool find_level(const char *levels, const char *name, int64_t *ret_level)
{
	CLEANUP(mem_freep) char *copy = mem_text(levels ? levels : "");
	char *rest = copy, *word, *number;

	while ((word = text_split(&rest, ' ')) && (number = text_split(&rest, ' ')))
		if (strcmp(word, name) == 0)
			return parse_level(number, ret_level);
	return false;
}

/* '\0': none. A level below 0 is switched off. */
static char rank_of_level(const char *text, const char *levels)
{
	int64_t level, needed;

	if (!parse_level(text, &level))
		return '\0';
	for (size_t i = 0; i < ARRAY_LENGTH(ranks); i++) {
		needed = ranks[i].level;
		(void) find_level(levels, ranks[i].level_name, &needed);
		if (needed > 0 && level >= needed)
			return ranks[i].rank;
	}
	return '\0';
}

static char rank_of_access(const struct anope *anope, const char *levels)
{
	const char *provider = object_text(anope, "provider"), *data = object_text(anope, "data");

	if (strcmp(provider, "access/access") == 0)
		return rank_of_level(data, levels);
	for (size_t i = 0; i < ARRAY_LENGTH(ranks); i++)
		if (strcmp(provider, "access/flags") == 0 ? strpbrk(data, ranks[i].flags) != NULL
							  : strcmp(data, ranks[i].xop) == 0)
			return ranks[i].rank;
	return '\0';
}

static void take_access_object(struct anope *anope)
{
	struct registry_channel *channel = find_channel_of_object(anope, "ci");
	const char *mask = object_text(anope, "mask");
	char rank = rank_of_access(anope, channel ? channel->levels : NULL);
	const struct registry_account *account = registry_account(anope->registry, mask);

	if (!channel)
		return;
	if (!rank)
		count_object(anope, "entries of access lists without a rank");
	else if (account)
		registry_add_access(channel, account->entry.name, rank);
	else
		count_object(anope, "ranks of hosts or channels: only accounts have ranks");
}

static void take_auto_kick(struct anope *anope)
{
	struct registry_channel *channel = find_channel_of_object(anope, "ci");
	const struct registry_account *account = find_owner(anope, "nc", "ncid");
	CLEANUP(buffer_done) struct buffer mask = { 0 };
	struct registry_mask *added;

	if (!channel)
		return;
	if (account)
		buffer_format(&mask, "$a:%s", account->entry.name);
	else
		buffer_put_text(&mask, object_text(anope, "mask"));
	added = registry_add_mask(channel, 'b', mask.bytes);
	if (!added)
		return;
	added->created_ms = ms_of_text(object_text(anope, "addtime"));
	registry_set_text(&added->setter, object_text(anope, "creator"));
	if (*object_text(anope, "reason"))
		count_object(anope, "reasons of AKICK: bans of a channel have none");
}

static const struct {
	const char *name;
	char letter;
} mode_names[] = {
	{ "AUDITORIUM", 'u' },
	{ "BLOCKCOLOR", 'c' },
	{ "INVITE", 'i' },
	{ "MODERATED", 'm' },
	{ "NOCTCP", 'C' },
	{ "NOEXTERNAL", 'n' },
	{ "NOKICK", 'Q' },
	{ "NOKNOCK", 'K' },
	{ "NONICK", 'N' },
	{ "NONOTICE", 'T' },
	{ "PRIVATE", 'p' },
	{ "REGISTEREDONLY", 'R' },
	{ "REGMODERATED", 'M' },
	{ "SECRET", 's' },
	{ "SSL", 'z' },
	{ "STRIPCOLOR", 'S' },
	{ "TOPIC", 't' },
};

static char letter_of_mode(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(mode_names); i++)
		if (strcmp(mode_names[i].name, name) == 0)
			return mode_names[i].letter;
	return '\0';
}

static void unlock_mode(struct registry_channel *channel, char letter)
{
	char *at = letter ? strchr(channel->modes, letter) : NULL;

	if (at)
		memmove(at, at + 1, strlen(at));
}

static void take_mode_lock(struct anope *anope)
{
	struct registry_channel *channel = find_channel_of_object(anope, "ci");
	const char *name = object_text(anope, "name"), *param = object_text(anope, "param");

	if (!channel)
		return;
	if (!object_flag(anope, "set"))
		unlock_mode(channel, letter_of_mode(name));
	else if (letter_of_mode(name))
		registry_add_mode(channel, letter_of_mode(name));
	else if (strcmp(name, "KEY") == 0)
		registry_set_text(&channel->key, param);
	else if (strcmp(name, "LIMIT") == 0)
		(void) text_parse_u64(param, &channel->limit);
	else if (strcmp(name, "REGISTERED") != 0 && strcmp(name, "PERM") != 0)
		registry_note(anope->registry, &channel->entry,
			"its mode lock has %.40s, which papod does not have, or has otherwise",
			name);
}

static void take_channel_suspension(struct anope *anope)
{
	struct registry_channel *channel =
		registry_channel(anope->registry, object_text(anope, "chan"));

	if (channel)
		registry_leave_out(
			anope->registry, &channel->entry, "an operator has suspended the channel");
}

/* Objects */

/* In several rounds, because an object may stand before those that it belongs to. */
static const struct {
	const char *type;
	unsigned int round;
	void (*take)(struct anope *anope);
	const char *what; /* instead: papod has no equivalent */
} object_kinds[] = {
	{ "NickCore", 0, take_nick_core, NULL },
	{ "NickAlias", 1, take_nick_alias, NULL },
	{ "ChannelInfo", 1, take_channel_info, NULL },
	{ "ChanAccess", 2, take_access_object, NULL },
	{ "AutoKick", 2, take_auto_kick, NULL },
	{ "ModeLock", 2, take_mode_lock, NULL },
	{ "NSSuspendInfo", 2, take_nick_suspension, NULL },
	{ "CSSuspendInfo", 2, take_channel_suspension, NULL },
	{ "Memo", 2, NULL, "memos" },
	{ "BotInfo", 2, NULL, "bots of BotServ" },
	{ "BadWord", 2, NULL, "words that bots forbid; see filters in papod.conf(5)" },
	{ "EntryMsg", 2, NULL, "messages to members who join" },
	{ "AJoinEntry", 2, NULL, "channels that users join by themselves (AJOIN)" },
	{ "XLine", 2, NULL, "bans of the network; set them with papoctl ban add" },
	{ "ForbidData", 2, NULL, "forbidden names; set them with papoctl ban add resv" },
	{ "Oper", 2, NULL, "operators of the services; add operators to papod.conf" },
	{ "Exception", 2, NULL, "exceptions of session limits; see classes in papod.conf(5)" },
};
#define ROUNDS 3

static void take_anope_object(struct anope *anope, unsigned int round)
{
	for (size_t i = 0; i < ARRAY_LENGTH(object_kinds); i++) {
		if (object_kinds[i].round != round ||
			strcmp(object_kinds[i].type, anope->object->type) != 0)
			continue;
		if (object_kinds[i].take)
			object_kinds[i].take(anope);
		else
			count_object(anope, object_kinds[i].what);
		return;
	}
}

static void account_ids_done(struct anope *anope)
{
	for (size_t i = 0; i < anope->objects->count; i++) {
		const char *id = anope_text(&anope->objects->items[i], "uniqueid");
		struct account_id *item = id ? map_find(&anope->accounts_by_id, id) : NULL;

		if (!item)
			continue;
		map_remove(&anope->accounts_by_id, item);
		free(item->id);
		free(item);
	}
	map_done(&anope->accounts_by_id);
}

static bool read_anope(
	struct registry *registry, const struct moving_file *file, struct problems *problems)
{
	CLEANUP(anope_objects_done) struct anope_objects objects = { 0 };
	struct anope anope = { .registry = registry, .file = file, .objects = &objects };

	if (!anope_objects_read(file, &objects, problems))
		return false;
	map_init(&anope.accounts_by_id, key_of_account_id, 1, 2);
	for (unsigned int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < objects.count; i++) {
			anope.object = &objects.items[i];
			take_anope_object(&anope, round);
		}
	account_ids_done(&anope);
	for (size_t i = 0; i < registry->n_channels; i++)
		registry->channels[i]->levels = NULL;
	return true;
}

const struct registry_format registry_anope = {
	.name = "anope",
	.help = "anope.db or anope.json of Anope, then module files, such as cs_mode.db",
	.read = read_anope,
};
