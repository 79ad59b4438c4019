/* Owns the form of Varlink's messages; knows no method. */
#include "proto/varlink_message.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"

/* Reading */

/* A member that is missing or null has no value. False: it has another type. */
static bool read_text_member(json_t *root, const char *name, const char **ret_text)
{
	json_t *member = json_object_get(root, name);

	*ret_text = json_string_value(member);
	return !member || json_is_string(member) || json_is_null(member);
}

static bool read_flag_member(json_t *root, const char *name, bool *ret_flag)
{
	json_t *member = json_object_get(root, name);

	*ret_flag = json_is_true(member);
	return !member || json_is_boolean(member) || json_is_null(member);
}

static bool read_parameters_member(json_t *root, json_t **ret_parameters)
{
	json_t *member = json_object_get(root, "parameters");

	*ret_parameters = json_is_object(member) ? member : NULL;
	return !member || json_is_object(member) || json_is_null(member);
}

static bool read_message_members(struct varlink_message *message)
{
	json_t *root = message->root;

	return json_is_object(root) && read_text_member(root, "method", &message->method) &&
	       read_text_member(root, "error", &message->error) &&
	       !(message->method && message->error) &&
	       read_parameters_member(root, &message->parameters) &&
	       read_flag_member(root, "oneway", &message->is_oneway) &&
	       read_flag_member(root, "upgrade", &message->is_upgrade) &&
	       read_flag_member(root, "more", &message->wants_more) &&
	       read_flag_member(root, "continues", &message->is_continued);
}

bool varlink_message_parse(const char *text, size_t length, struct varlink_message *ret_message)
{
	struct varlink_message message = { .root = json_loadb(
						   text, length, JSON_REJECT_DUPLICATES, NULL) };

	if (!read_message_members(&message)) {
		varlink_message_done(&message);
		return false;
	}
	*ret_message = message;
	return true;
}

void varlink_message_done(struct varlink_message *message)
{
	json_decref(message->root);
	*message = (struct varlink_message){ 0 };
}

bool varlink_message_number(
	const struct varlink_message *message, const char *name, uint64_t *ret_number)
{
	json_t *member = json_object_get(message->parameters, name);

	if (!json_is_integer(member) || json_integer_value(member) < 0)
		return false;
	*ret_number = (uint64_t) json_integer_value(member);
	return true;
}

const char *varlink_message_text(const struct varlink_message *message, const char *name)
{
	return json_string_value(json_object_get(message->parameters, name));
}

/* Writing */

static json_t *new_message(const char *kind, const char *name, json_t *parameters)
{
	json_t *root = json_object();

	if (kind)
		json_object_set_new(root, kind, json_string(name));
	if (parameters)
		json_object_set_new(root, "parameters", parameters);
	return root;
}

/* Takes ownership. */
static void put_root(struct buffer *out, json_t *root)
{
	char *text = json_dumps(root, JSON_COMPACT);

	if (text)
		buffer_put(out, text, strlen(text) + 1);
	free(text);
	json_decref(root);
}

static void put_message(struct buffer *out, const char *kind, const char *name, json_t *parameters)
{
	put_root(out, new_message(kind, name, parameters));
}

void varlink_message_put_call(struct buffer *out, const char *method, json_t *parameters)
{
	put_message(out, "method", method, parameters);
}

void varlink_message_put_reply(struct buffer *out, json_t *parameters)
{
	put_message(out, NULL, NULL, parameters);
}

static void put_flagged_message(struct buffer *out, json_t *root, const char *flag)
{
	json_object_set_new(root, flag, json_true());
	put_root(out, root);
}

void varlink_message_put_call_for_more(struct buffer *out, const char *method, json_t *parameters)
{
	put_flagged_message(out, new_message("method", method, parameters), "more");
}

void varlink_message_put_part(struct buffer *out, json_t *parameters, bool is_continued)
{
	if (is_continued)
		put_flagged_message(out, new_message(NULL, NULL, parameters), "continues");
	else
		varlink_message_put_reply(out, parameters);
}

void varlink_message_put_error(
	struct buffer *out, const char *error, const char *name, const char *value)
{
	CLEANUP(mem_freep) char *text = mem_text(value);
	json_t *parameters = json_object();

	/* Paths may be anything, but JSON is UTF-8. */
	if (name) {
		text_mend_utf8(text, strlen(text));
		json_object_set_new(parameters, name, json_string(text));
	}
	put_message(out, "error", error, parameters);
}
