/* Owns the JSON of accounts and channels that "ergo importdb" reads, as Ergo's own scripts make it
 * of databases of Atheme and Anope. Times are in nanoseconds. */
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "moving/registry_formats.h"
#include "moving/registry_hash.h"
#include "proto/json_reader.h"

#define MOST_PARTS 20000000
#define ERGO_VERSION 1

struct ergo_reader {
	struct registry *registry;
	const struct moving_file *file;
	bool is_anope;
};

/* Ergo does not care about the case of names. NULL: missing. */
static json_t *find_member(json_t *object, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (text_equals_ignoring_case(key, name))
			return value;
	}
	return NULL;
}

/* NULL: missing, or something else. */
static const char *member_text(json_t *object, const char *name)
{
	return json_string_value(find_member(object, name));
}

static uint64_t member_ms(json_t *object, const char *name)
{
	json_int_t nanoseconds = json_integer_value(find_member(object, name));

	/* To the second, as the databases have it. */
	return nanoseconds > 0 ? (uint64_t) nanoseconds / 1000000000 * 1000 : 0;
}

static void add_texts(struct registry_texts *texts, const json_t *list)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (json_is_string(item))
			registry_add_text(texts, json_string_value(item));
	}
}

static void take_ergo_user(struct ergo_reader *reader, const char *name, json_t *user)
{
	const char *own_name = member_text(user, "name"), *hash = member_text(user, "hash");
	struct registry_account *account =
		registry_add_account(reader->registry, reader->file, 0, own_name ? own_name : name);

	if (!account)
		return;
	account->entry.created_ms = member_ms(user, "registeredAt");
	registry_set_text(&account->email, member_text(user, "email"));
	if (hash && reader->is_anope)
		registry_set_anope_hash(reader->registry, account, hash);
	else if (hash)
		registry_set_atheme_hash(reader->registry, account, hash);
	add_texts(&account->nicks, find_member(user, "additionalNicks"));
	add_texts(&account->fingerprints, find_member(user, "certfps"));
	if (member_text(user, "vhost") && *member_text(user, "vhost"))
		registry_count(reader->registry, reader->file->name, 0, "hosts of users (vhosts)");
}

static void take_ergo_modes(
	struct ergo_reader *reader, struct registry_channel *channel, const char *modes)
{
	/* The same letters mean the same. */
	static const char same[] = "CMRTUcimnpstu";

	for (; modes && *modes; modes++)
		if (strchr(same, *modes))
			registry_add_mode(channel, *modes);
		else if (text_is_letter(*modes))
			registry_note(reader->registry, &channel->entry,
				"left out mode %c: papod has no such mode, or another one with "
				"this letter",
				*modes);
}

static void take_ergo_ranks(
	struct ergo_reader *reader, struct registry_channel *channel, json_t *ranks)
{
	const char *name;
	json_t *value;

	json_object_foreach(ranks, name, value)
	{
		const char *rank = json_string_value(value);

		if (!rank || strlen(rank) != 1 || !strchr("qaohv", *rank))
			registry_note(reader->registry, &channel->entry,
				"left out the rank of %.60s: it is unknown", name);
		else if (!channel->founder || !text_equals_ignoring_case(name, channel->founder))
			registry_add_access(channel, name, *rank);
	}
}

static void take_ergo_channel(struct ergo_reader *reader, const char *name, json_t *given)
{
	const char *own_name = member_text(given, "name");
	struct registry_channel *channel =
		registry_add_channel(reader->registry, reader->file, 0, own_name ? own_name : name);
	json_int_t limit = json_integer_value(find_member(given, "limit"));

	if (!channel)
		return;
	channel->entry.created_ms = member_ms(given, "registeredAt");
	registry_set_text(&channel->founder, member_text(given, "founder"));
	registry_set_text(&channel->topic, member_text(given, "topic"));
	registry_set_text(&channel->topic_setter, member_text(given, "topicSetBy"));
	channel->topic_ms = member_ms(given, "topicSetAt");
	registry_set_text(&channel->key, member_text(given, "key"));
	channel->limit = limit > 0 ? (uint64_t) limit : 0;
	take_ergo_modes(reader, channel, member_text(given, "modes"));
	take_ergo_ranks(reader, channel, find_member(given, "amode"));
	if (member_text(given, "forward") && *member_text(given, "forward"))
		registry_note(reader->registry, &channel->entry,
			"its forward to %.64s is left out; set it with MODE +f",
			member_text(given, "forward"));
}

/* NULL: it is good. */
static const char *take_ergo_root(struct ergo_reader *reader, json_t *root)
{
	const char *source = member_text(root, "source"), *name;
	json_t *users = find_member(root, "users"), *channels = find_member(root, "channels");
	json_t *value;

	if (json_integer_value(find_member(root, "version")) != ERGO_VERSION || !source)
		return "not the JSON of ergo importdb: there is no \"version\": 1 and \"source\"";
	reader->is_anope = strcmp(source, "anope") == 0;
	if (!reader->is_anope && strcmp(source, "atheme") != 0)
		return "the source is neither \"anope\" nor \"atheme\"";
	json_object_foreach(users, name, value)
	{
		take_ergo_user(reader, name, value);
	}
	json_object_foreach(channels, name, value)
	{
		take_ergo_channel(reader, name, value);
	}
	return NULL;
}

static bool read_ergo_accounts(
	struct registry *registry, const struct moving_file *file, struct problems *problems)
{
	struct ergo_reader reader = { .registry = registry, .file = file };
	char reason[JSON_REASON_BYTES];
	const char *problem = reason;
	struct json_reader json;
	json_t *root;

	json_reader_begin(&json);
	root = json_reader_load(file->text, strlen(file->text), MOST_PARTS, reason);
	if (root)
		problem = take_ergo_root(&reader, root);
	json_decref(root);
	json_reader_end(&json);
	if (problem)
		problems_add(problems, false, file->name, 0, NULL, "%s", problem);
	return !problem;
}

const struct registry_format registry_ergo = {
	.name = "ergo-accounts",
	.help = "the JSON that \"ergo importdb\" reads",
	.read = read_ergo_accounts,
};
