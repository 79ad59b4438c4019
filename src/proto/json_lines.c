/* Owns reading and writing lines of JSON. jansson reads them; writing is too simple to need
 * jansson, which would leave copies of secrets behind. */
#include "proto/json_lines.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "proto/json_text.h"

#define JSON_PARTS 64

/* The caller releases. */
static json_t *load_json_object(const char *line, size_t length, char reason[JSON_REASON_BYTES])
{
	json_t *object = NULL;

	if (length > JSON_LINE_BYTES)
		snprintf(reason, JSON_REASON_BYTES, "it is longer than %d bytes", JSON_LINE_BYTES);
	else
		object = json_reader_load(line, length, JSON_PARTS, reason);
	if (!object || json_is_object(object))
		return object;
	snprintf(reason, JSON_REASON_BYTES, "it is no JSON object");
	json_decref(object);
	return NULL;
}

bool json_line_read(const char *line, size_t length, char reason[JSON_REASON_BYTES],
	json_line_fn read_object, void *data)
{
	struct json_reader reader;
	json_t *object;
	bool is_good;

	json_reader_begin(&reader);
	object = load_json_object(line, length, reason);
	is_good = object && read_object(object, reason, data);
	json_decref(object);
	json_reader_end(&reader);
	return is_good;
}

bool json_line_refuse(char reason[JSON_REASON_BYTES], const char *name, const char *problem)
{
	snprintf(reason, JSON_REASON_BYTES, "\"%s\" %s", name, problem);
	return false;
}

bool json_line_text(
	json_t *object, const char *name, char reason[JSON_REASON_BYTES], char **ret_text)
{
	json_t *member = json_object_get(object, name);

	if (!member || json_is_null(member))
		return true;
	if (!json_is_string(member))
		return json_line_refuse(reason, name, "is no string");
	*ret_text = mem_text(json_string_value(member));
	return true;
}

size_t json_line_word(json_t *object, const char *name, const char *const *names, size_t count)
{
	const char *text = json_string_value(json_object_get(object, name));
	size_t i = text ? 0 : count;

	while (i < count && strcmp(text, names[i]) != 0)
		i++;
	return i;
}

void json_line_put(struct buffer *out, const char *name, const char *text)
{
	if (!text)
		return;
	if (out->bytes[out->length - 1] != '{')
		buffer_put_byte(out, ',');
	buffer_format(out, "\"%s\":", name);
	json_put_text(out, text);
}
