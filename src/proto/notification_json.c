/* Owns the JSON of irker, irkerd(8): an object, or a list of them; "to" is a URL or a list of URLs,
 * and each line of "privmsg" is a message. "token" is papod's own; other members are ignored. */
#include "proto/notification_json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "proto/json_reader.h"
#include "proto/name_syntax.h"
#include "proto/notification_url.h"

#define JSON_PARTS 256

struct json_message {
	struct notification_draft *draft;
	struct notification_lines lines;
	const char *token;
};

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

static bool read_json(struct notification_draft *draft, const char *bytes, size_t length)
{
	char reason[JSON_REASON_BYTES];
	json_t *json = json_reader_load(bytes, length, JSON_PARTS, reason);
	bool is_good;

	if (!json)
		return notification_draft_refuse(draft, "%s", reason);
	is_good = json_is_array(json) ? read_json_list(draft, json) : read_json_object(draft, json);
	json_decref(json);
	return is_good;
}

bool notification_parse_json(struct notification_draft *draft, const char *bytes, size_t length)
{
	struct json_reader reader;
	bool is_good;

	json_reader_begin(&reader);
	is_good = read_json(draft, bytes, length);
	json_reader_end(&reader);
	return is_good;
}
