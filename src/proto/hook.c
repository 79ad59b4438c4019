/* Owns the choice of the format, plain text, and papod's own JSON. */
#include "proto/hook.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/hook_alerts.h"
#include "proto/hook_draft.h"
#include "proto/hook_forge.h"
#include "proto/json_reader.h"

#define MOST_PARTS 20000 /* of JSON: forges send a lot of which nothing is said */
#define MOST_CHANNELS 16

void hook_done(struct hook *hook)
{
	buffer_done(&hook->lines);
	free(hook->channels);
	*hook = (struct hook){ 0 };
}

static bool add_text_line(struct hook_draft *draft, const char *text, size_t length)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };

	if (length && text[length - 1] == '\r')
		length--;
	if (memchr(text, '\r', length))
		return hook_draft_refuse(draft, "A carriage return stands inside of a line");
	buffer_put(&line, text, length);
	return hook_add_line(draft, &line);
}

static bool add_hook_text(struct hook_draft *draft, const char *text, size_t length)
{
	const char *end = text + length, *line_end;

	if (memchr(text, '\0', length))
		return hook_draft_refuse(draft, "The text has a NUL byte");
	if (!text_is_utf8(text, length))
		return hook_draft_refuse(draft, "The text is not UTF-8");
	for (; text < end; text = line_end + 1) {
		line_end = memchr(text, '\n', (size_t) (end - text));
		if (!line_end)
			line_end = end;
		if (!add_text_line(draft, text, (size_t) (line_end - text)))
			return false;
	}
	return draft->hook.n_lines || hook_draft_refuse(draft, "The text is empty");
}

/* papod's own */

static bool add_hook_channel(struct hook_draft *draft, struct buffer *channels, json_t *name)
{
	const char *text = json_string_value(name);

	if (!text || !*text || strpbrk(text, ", \r\n"))
		return hook_draft_refuse(draft, "\"channels\" must be a list of names of channels");
	buffer_format(channels, "%s%s", channels->length ? "," : "", text);
	return true;
}

static bool read_hook_channels(struct hook_draft *draft, json_t *list)
{
	CLEANUP(buffer_done) struct buffer channels = { 0 };
	json_t *name;
	size_t i;

	if (!list)
		return true;
	if (!json_is_array(list) || !json_array_size(list) || json_array_size(list) > MOST_CHANNELS)
		return hook_draft_refuse(
			draft, "\"channels\" must be a list of 1 to 16 names of channels");
	json_array_foreach(list, i, name)
	{
		if (!add_hook_channel(draft, &channels, name))
			return false;
	}
	draft->hook.channels = buffer_take(&channels);
	return true;
}

static bool read_own_json(struct hook_draft *draft, json_t *body)
{
	const char *text = hook_text(body, "text");

	if (!text)
		return hook_draft_refuse(draft,
			"\"text\" is missing, or no string, and this is no webhook that papod "
			"knows");
	return read_hook_channels(draft, json_object_get(body, "channels")) &&
	       add_hook_text(draft, text, strlen(text));
}

/* Formats */

static bool read_hook_json(struct hook_draft *draft, const struct hook_body *body, json_t *json)
{
	if (!json_is_object(json))
		return hook_draft_refuse(draft, "The body is no JSON object");
	if (body->event)
		return hook_parse_forge(draft, body->event, json);
	return hook_is_alerts(json) ? hook_parse_alerts(draft, json) : read_own_json(draft, json);
}

static bool parse_hook_json(struct hook_draft *draft, const struct hook_body *body)
{
	char reason[JSON_REASON_BYTES];
	struct json_reader reader;
	json_t *json;
	bool is_good;

	json_reader_begin(&reader);
	json = json_reader_load(body->bytes, body->length, MOST_PARTS, reason);
	is_good = json ? read_hook_json(draft, body, json) : hook_draft_refuse(draft, reason);
	json_decref(json);
	json_reader_end(&reader);
	return is_good;
}

/* "application/json; charset=utf-8" */
static bool is_type(const char *content_type, const char *type)
{
	size_t length = strlen(type);

	return content_type && strncasecmp(content_type, type, length) == 0 &&
	       (!content_type[length] || strchr("; \t", content_type[length]));
}

static bool parse_hook_body(struct hook_draft *draft, const struct hook_body *body)
{
	if (is_type(body->content_type, "application/json"))
		return parse_hook_json(draft, body);
	if (body->event)
		return hook_draft_refuse(
			draft, "Choose application/json as the content type of this webhook");
	if (body->length > HOOK_TEXT_BYTES)
		return hook_draft_refuse(draft, "The text is too long: at most 8 KiB");
	return add_hook_text(draft, body->bytes, body->length);
}

bool hook_parse(const struct hook_body *body, char reason[HOOK_REASON_BYTES], struct hook *ret_hook)
{
	struct hook_draft draft = { .reason = reason };

	if (!parse_hook_body(&draft, body)) {
		hook_done(&draft.hook);
		return false;
	}
	*ret_hook = draft.hook;
	return true;
}
