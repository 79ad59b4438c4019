/* Owns the limits of JSON, and the memory that jansson takes for it. */
#include "proto/json_reader.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"

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

void json_reader_begin(struct json_reader *reader)
{
	json_get_alloc_funcs(&reader->old_take, &reader->old_free);
	json_set_alloc_funcs(take_json_memory, free_json_memory);
}

void json_reader_end(const struct json_reader *reader)
{
	json_set_alloc_funcs(reader->old_take, reader->old_free);
	mem_wipe_stack();
}

/* jansson's text quotes part of the input, which may be a secret, or names an option of jansson. */
static void cut_json_error(char *text)
{
	static const char *const tails[] = { " near ", " without " };
	char *tail;

	for (size_t i = 0; i < ARRAY_LENGTH(tails); i++)
		if ((tail = strstr(text, tails[i])))
			*tail = '\0';
}

static void explain_json_error(json_error_t *error, char reason[JSON_REASON_BYTES])
{
	cut_json_error(error->text);
	snprintf(reason, JSON_REASON_BYTES, "the JSON is damaged at line %d, column %d: %s",
		error->line, error->column, error->text);
	explicit_bzero(error, sizeof(*error));
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

json_t *json_reader_load(
	const char *text, size_t length, size_t most_parts, char reason[JSON_REASON_BYTES])
{
	json_error_t error;
	json_t *json;

	if (count_json_parts(text, length) > most_parts) {
		snprintf(reason, JSON_REASON_BYTES,
			"the JSON has too many parts: at most %zu lists, objects and commas",
			most_parts);
		return NULL;
	}
	json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		explain_json_error(&error, reason);
	return json;
}
