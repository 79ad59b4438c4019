/* Reads JSON that may contain passwords or tokens, or come from a stranger. jansson parses it, but
 * does not overwrite memory that it frees: between begin and end it gets an allocator that does. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#define JSON_REASON_BYTES 256

struct json_reader {
	json_malloc_t old_take;
	json_free_t old_free;
};

void json_reader_begin(struct json_reader *reader);
void json_reader_end(const struct json_reader *reader); /* after the last json_decref() */

/* The caller releases. NULL: the reason quotes nothing of the text. Lists, objects and commas are
 * parts; a text with more would cost more time than it is worth, and a deep tree too much stack. */
json_t *json_reader_load(
	const char *text, size_t length, size_t most_parts, char reason[JSON_REASON_BYTES]);
