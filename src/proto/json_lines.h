/* Lines that are JSON objects, as other programs on this machine exchange them with papod:
 * papod-checker(7), papod-mail(8). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "proto/json_reader.h"

#define JSON_LINE_BYTES 65536 /* at most, without the line feed */

/* Reads the members of an object. False: the reason says what is wrong with which. */
typedef bool (*json_line_fn)(json_t *object, char reason[JSON_REASON_BYTES], void *data);

/* Read a line, which comes without its line feed. The reason quotes nothing of it. */
bool json_line_read(const char *line, size_t length, char reason[JSON_REASON_BYTES],
	json_line_fn read_object, void *data);

/* False, with a reason about that member. */
bool json_line_refuse(char reason[JSON_REASON_BYTES], const char *name, const char *problem);
/* *ret_text, which the caller frees, stays as it is if there is no such member. */
bool json_line_text(
	json_t *object, const char *name, char reason[JSON_REASON_BYTES], char **ret_text);
/* The index of the member's text among the names; their number if it is none of them. */
size_t json_line_word(json_t *object, const char *name, const char *const *names, size_t count);

/* Append ,"name":"text"; nothing if the text is NULL. The comma is missing behind a brace. */
void json_line_put(struct buffer *out, const char *name, const char *text);
