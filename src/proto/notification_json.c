/* Owns the JSON of irker, irkerd(8): an object, or a list of them; "to" is a URL or a list of URLs,
 * and each line of "privmsg" is a message. "token" is papod's own; other members are ignored.
 * jansson parses it, but does not overwrite memory that it frees. It gets an allocator that does,
 * because tokens are passwords. */
#include "proto/notification_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/name_syntax.h"
#include "proto/notification_url.h"

/* A limit, because a larger text would cost more time than 32 messages justify, and a deep tree too
 * much stack. */
#define JSON_PARTS 256

/* The header of each allocation. */
union json_memory {
	size_t size;
	max_align_t align;
};

static void *take_json_memory(size_t size)
{
	union json_memory *memory = mem_space(sizeof(*memory) + size);

	memory->size = size;
	return memory + 1;
}

static void free_json_memory(void *bytes)
{
	union json_memory *memory = bytes;

	if (!memory)
		return;
	memory--;
	explicit_bzero(bytes, memory->size);
	free(memory);
}

struct json_message {
	struct notification_draft *draft;
	struct notification_lines lines;
	const char *token;
};

/* jansson's text quotes part of the input, which may be a token, or names an option of jansson. */
static void cut_json_error(char *text)
{
	static const char *const tails[] = { " near ", " without " };
	char *tail;

	for (size_t i = 0; i < ARRAY_LENGTH(tails); i++)
		if ((tail = strstr(text, tails[i])))
			*tail = '\0';
}

static bool refuse_json(struct notification_draft *draft, json_error_t *error)
{
	cut_json_error(error->text);
	notification_draft_refuse(draft, "the JSON is damaged at line %d, column %d: %s",
		error->line, error->column, error->text);
	explicit_bzero(error, sizeof(*error));
	return false;
}

static bool find_member_text(
	struct notification_draft *draft, json_t *object, const char *name, const char **ret_text)
{
	json_t *member = json_object_get(object, name);

	if (!member)
		return notification_draft_refuse(draft, "\"%s\" is missing", name);
	if (!json_is_string(member))
		return notification_draft_refuse(draft, "\"%s\" is no string", name);
	*ret_text = json_string_value(member);
	return true;
}

static bool read_json_token(struct json_message *message, json_t *object)
{
	const char *token;

	if (!json_object_get(object, "token"))
		return true;
	if (!find_member_text(message->draft, object, "token", &token))
		return false;
	if (!token_is_valid(token))
		return notification_draft_refuse(message->draft,
			"\"token\" is no token: one has %d to %d characters of ASCII without "
			"blanks",
			TOKEN_LEAST_BYTES, TOKEN_MOST_BYTES);
	message->token = notification_draft_store(message->draft, token, strlen(token));
	return true;
}

static bool read_json_lines(struct json_message *message, json_t *object)
{
	const char *text;
	char *copy;

	if (!find_member_text(message->draft, object, "privmsg", &text))
		return false;
	copy = notification_draft_store(message->draft, text, strlen(text));
	return notification_draft_split(message->draft, copy, &message->lines);
}

static bool add_json_target(struct json_message *message, json_t *url)
{
	struct notification_message added = { .token = message->token };

	if (!json_is_string(url))
		return notification_draft_refuse(
			message->draft, "\"to\" holds something else than URLs");
	if (!notification_url_channel(message->draft, json_string_value(url), &added.channel))
		return false;
	for (size_t i = 0; i < message->lines.count; i++) {
		added.text = message->lines.texts[i];
		if (!notification_draft_add(message->draft, &added))
			return false;
	}
	return true;
}

static bool add_json_targets(struct json_message *message, json_t *object)
{
	json_t *to = json_object_get(object, "to"), *url;
	size_t i;

	if (!json_is_array(to))
		return to ? add_json_target(message, to)
			  : notification_draft_refuse(message->draft, "\"to\" is missing");
	if (!json_array_size(to))
		return notification_draft_refuse(message->draft, "\"to\" is an empty list");
	json_array_foreach(to, i, url)
	{
		if (!add_json_target(message, url))
			return false;
	}
	return true;
}

static bool read_json_object(struct notification_draft *draft, json_t *object)
{
	struct json_message message = { .draft = draft };

	if (!json_is_object(object))
		return notification_draft_refuse(draft, "it is no JSON object");
	return read_json_token(&message, object) && read_json_lines(&message, object) &&
	       add_json_targets(&message, object);
}

static bool read_json_list(struct notification_draft *draft, json_t *list)
{
	json_t *object;
	size_t i;

	if (!json_array_size(list))
		return notification_draft_refuse(draft, "the list is empty");
	json_array_foreach(list, i, object)
	{
		snprintf(draft->place, sizeof(draft->place), "object %zu: ", i + 1);
		if (!read_json_object(draft, object))
			return false;
	}
	return true;
}

/* Each element of a list and each member of an object follows one of these bytes. */
static size_t count_json_parts(const char *bytes, size_t length)
{
	bool is_in_string = false;
	size_t parts = 0;

	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '"')
			is_in_string = !is_in_string;
		else if (is_in_string && bytes[i] == '\\')
			i++;
		else if (!is_in_string && (bytes[i] == '[' || bytes[i] == '{' || bytes[i] == ','))
			parts++;
	}
	return parts;
}

static bool read_json(struct notification_draft *draft, const char *bytes, size_t length)
{
	json_error_t error;
	json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, &error);
	bool is_good;

	if (!json)
		return refuse_json(draft, &error);
	is_good = json_is_array(json) ? read_json_list(draft, json) : read_json_object(draft, json);
	json_decref(json);
	return is_good;
}

bool notification_parse_json(struct notification_draft *draft, const char *bytes, size_t length)
{
	json_malloc_t old_take;
	json_free_t old_free;
	bool is_good;

	if (count_json_parts(bytes, length) > JSON_PARTS)
		return notification_draft_refuse(draft,
			"the JSON has too many parts: at most %d lists, objects and commas",
			JSON_PARTS);
	json_get_alloc_funcs(&old_take, &old_free);
	json_set_alloc_funcs(take_json_memory, free_json_memory);
	is_good = read_json(draft, bytes, length);
	json_set_alloc_funcs(old_take, old_free);
	return is_good;
}
