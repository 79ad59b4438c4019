/* Owns the JSON of papod-push. Both ends check what they read: neither trusts the other. */
#include "proto/push_lines.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/json_reader.h"
#include "proto/json_text.h"
#include "proto/push_keys.h"
#include "proto/push_url.h"

#define JSON_PARTS 64

_Static_assert(PUSH_REASON_BYTES >= JSON_REASON_BYTES, "the reader's reasons fit");

static const char *const urgencies[] = {
	[PUSH_URGENCY_LOW] = "low",
	[PUSH_URGENCY_NORMAL] = "normal",
	[PUSH_URGENCY_HIGH] = "high",
};

static const char *const push_results[] = {
	[PUSH_RESULT_SENT] = "sent",
	[PUSH_RESULT_GONE] = "gone",
	[PUSH_RESULT_FAILED] = "failed",
};

const char *push_urgency_name(enum push_urgency urgency)
{
	return urgencies[urgency];
}

void push_message_done(struct push_message *message)
{
	free(message->id);
	free(message->endpoint);
	free(message->p256dh);
	mem_free_secret(message->auth);
	free(message->topic);
	mem_free_secret(message->text);
	*message = (struct push_message){ 0 };
}

void push_answer_done(struct push_answer *answer)
{
	free(answer->key);
	free(answer->id);
	free(answer->reason);
	*answer = (struct push_answer){ 0 };
}

/* Writing */

static void put_push_member(struct buffer *out, const char *name, const char *text)
{
	if (!text)
		return;
	buffer_format(out, "%c\"%s\":", out->bytes[out->length - 1] == '{' ? ' ' : ',', name);
	json_put_text(out, text);
}

void push_format_message(const struct push_message *message, struct buffer *out)
{
	buffer_put_byte(out, '{');
	put_push_member(out, "id", message->id);
	put_push_member(out, "endpoint", message->endpoint);
	put_push_member(out, "p256dh", message->p256dh);
	put_push_member(out, "auth", message->auth);
	put_push_member(out, "topic", message->topic);
	put_push_member(out, "urgency", urgencies[message->urgency]);
	put_push_member(out, "text", message->text);
	buffer_format(out, ",\"ttl\":%u }\n", message->ttl);
}

void push_format_key(const char *key, struct buffer *out)
{
	buffer_put_byte(out, '{');
	put_push_member(out, "key", key);
	buffer_put_text(out, " }\n");
}

void push_format_answer(
	const char *id, enum push_result result, const char *reason, struct buffer *out)
{
	buffer_put_byte(out, '{');
	put_push_member(out, "id", id);
	put_push_member(out, "result", push_results[result]);
	put_push_member(out, "reason", reason);
	buffer_put_text(out, " }\n");
}

/* Reading */

static bool refuse_push_member(
	char reason[PUSH_REASON_BYTES], const char *name, const char *problem)
{
	snprintf(reason, PUSH_REASON_BYTES, "\"%s\" %s", name, problem);
	return false;
}

/* *ret_text stays NULL if there is no such member. */
static bool read_push_text(
	json_t *object, const char *name, char reason[PUSH_REASON_BYTES], char **ret_text)
{
	json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_string(member))
		return refuse_push_member(reason, name, "is no string");
	*ret_text = mem_text(json_string_value(member));
	return true;
}

static bool is_plain_word(const char *text, size_t max_bytes, const char *others)
{
	for (const char *at = text; *at; at++)
		if (!text_is_letter(*at) && !text_is_digit(*at) && !strchr(others, *at))
			return false;
	return *text && strlen(text) <= max_bytes;
}

static bool read_push_urgency(
	json_t *object, char reason[PUSH_REASON_BYTES], enum push_urgency *ret_urgency)
{
	const char *name = json_string_value(json_object_get(object, "urgency"));

	for (size_t i = 0; name && i < ARRAY_LENGTH(urgencies); i++)
		if (strcmp(name, urgencies[i]) == 0) {
			*ret_urgency = (enum push_urgency) i;
			return true;
		}
	return refuse_push_member(reason, "urgency", "is not \"low\", \"normal\" or \"high\"");
}

static bool read_push_ttl(json_t *object, char reason[PUSH_REASON_BYTES], uint32_t *ret_ttl)
{
	json_t *ttl = json_object_get(object, "ttl");

	if (!json_is_integer(ttl) || json_integer_value(ttl) < 0 ||
		json_integer_value(ttl) > PUSH_MOST_TTL)
		return refuse_push_member(reason, "ttl", "is no number of seconds");
	*ret_ttl = (uint32_t) json_integer_value(ttl);
	return true;
}

static bool check_push_message(const struct push_message *message, char reason[PUSH_REASON_BYTES])
{
	struct push_keys keys;
	struct push_url url;

	if (!message->id || !is_plain_word(message->id, PUSH_ID_BYTES, "-"))
		return refuse_push_member(reason, "id", "is no short word");
	if (!message->endpoint || push_url_parse(message->endpoint, &url))
		return refuse_push_member(reason, "endpoint", "is no URL of an endpoint");
	if (!message->p256dh || !message->auth ||
		!push_keys_decode(message->p256dh, message->auth, &keys))
		return refuse_push_member(reason, "p256dh", "and \"auth\" are no keys");
	if (message->topic && !is_plain_word(message->topic, PUSH_TOPIC_BYTES, "-_"))
		return refuse_push_member(reason, "topic", "is no topic");
	if (!message->text || !*message->text || strlen(message->text) > PUSH_TEXT_BYTES)
		return refuse_push_member(reason, "text", "is missing, or too long");
	return true;
}

static bool read_push_message(json_t *object, char reason[PUSH_REASON_BYTES], void *data)
{
	struct push_message *message = data;

	return read_push_text(object, "id", reason, &message->id) &&
	       read_push_text(object, "endpoint", reason, &message->endpoint) &&
	       read_push_text(object, "p256dh", reason, &message->p256dh) &&
	       read_push_text(object, "auth", reason, &message->auth) &&
	       read_push_text(object, "topic", reason, &message->topic) &&
	       read_push_text(object, "text", reason, &message->text) &&
	       read_push_urgency(object, reason, &message->urgency) &&
	       read_push_ttl(object, reason, &message->ttl) && check_push_message(message, reason);
}

static bool read_push_result(
	json_t *object, char reason[PUSH_REASON_BYTES], enum push_result *ret_result)
{
	const char *name = json_string_value(json_object_get(object, "result"));

	for (size_t i = 0; name && i < ARRAY_LENGTH(push_results); i++)
		if (strcmp(name, push_results[i]) == 0) {
			*ret_result = (enum push_result) i;
			return true;
		}
	return refuse_push_member(reason, "result", "is not \"sent\", \"gone\" or \"failed\"");
}

static bool check_push_key(const struct push_answer *answer, char reason[PUSH_REASON_BYTES])
{
	uint8_t point[PUSH_POINT_BYTES];

	if (push_base64_decode(answer->key, strlen(answer->key), point, sizeof(point)) &&
		strlen(answer->key) < PUSH_POINT_TEXT_BYTES)
		return true;
	return refuse_push_member(reason, "key", "is no public key");
}

static bool read_push_answer(json_t *object, char reason[PUSH_REASON_BYTES], void *data)
{
	struct push_answer *answer = data;

	if (!read_push_text(object, "key", reason, &answer->key))
		return false;
	if (answer->key)
		return check_push_key(answer, reason);
	if (!read_push_text(object, "id", reason, &answer->id) ||
		!read_push_text(object, "reason", reason, &answer->reason))
		return false;
	if (!answer->id || !is_plain_word(answer->id, PUSH_ID_BYTES, "-"))
		return refuse_push_member(reason, "id", "is no short word");
	return read_push_result(object, reason, &answer->result);
}

typedef bool (*read_push_fn)(json_t *object, char reason[PUSH_REASON_BYTES], void *data);

static bool read_push_line(const char *line, size_t length, char reason[PUSH_REASON_BYTES],
	read_push_fn read_object, void *data)
{
	struct json_reader reader;
	json_t *object = NULL;
	bool is_good = false;

	json_reader_begin(&reader);
	snprintf(reason, PUSH_REASON_BYTES, "it is longer than %d bytes", PUSH_LINE_BYTES);
	if (length <= PUSH_LINE_BYTES)
		object = json_reader_load(line, length, JSON_PARTS, reason);
	if (json_is_object(object))
		is_good = read_object(object, reason, data);
	else if (object)
		snprintf(reason, PUSH_REASON_BYTES, "it is no JSON object");
	json_decref(object);
	json_reader_end(&reader);
	return is_good;
}

bool push_parse_message(const char *line, size_t length, char reason[PUSH_REASON_BYTES],
	struct push_message *ret_message)
{
	struct push_message message = { 0 };
	bool is_good = read_push_line(line, length, reason, read_push_message, &message);

	if (is_good)
		*ret_message = message;
	else
		push_message_done(&message);
	return is_good;
}

bool push_parse_answer(const char *line, size_t length, char reason[PUSH_REASON_BYTES],
	struct push_answer *ret_answer)
{
	struct push_answer answer = { 0 };
	bool is_good = read_push_line(line, length, reason, read_push_answer, &answer);

	if (is_good)
		*ret_answer = answer;
	else
		push_answer_done(&answer);
	return is_good;
}
