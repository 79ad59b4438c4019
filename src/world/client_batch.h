/* Lines that a client sends as one: they wait in its session until the last has arrived. IRCv3
 * client-batch, multiline. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct client_line {
	char *text;
	bool is_joined; /* to the line before, without a line feed */
};

struct client_batch {
	char *reference;
	char *target; /* NULL: the batch failed, and its further lines are ignored */
	char *label;  /* of its first line; NULL: none. The same for tags. */
	char *tags;
	struct client_line *lines;
	size_t n_lines;
	size_t bytes; /* of all texts, with the line feeds between */
	bool is_notice;
	uint64_t opened_ms;
};

/* The texts are copied; all except the reference may be NULL. */
struct client_batch *client_batch_new(const char *reference, const char *target, uint64_t now_ms);
void client_batch_free(struct client_batch *batch); /* NULL is allowed */
void client_batch_set_tags(struct client_batch *batch, const char *tags, const char *label);

/* How many bytes the batch would have with this line. */
size_t client_batch_bytes_with(const struct client_batch *batch, const char *text, bool is_joined);
void client_batch_add(struct client_batch *batch, const char *text, bool is_joined, bool is_notice);
/* Drop its lines. */
void client_batch_fail(struct client_batch *batch);

bool client_batch_is_blank(const struct client_batch *batch);
/* All lines with line feeds between; the caller frees. */
char *client_batch_text(const struct client_batch *batch);

void client_batch_save(struct buffer *out, uint16_t id, const struct client_batch *batch);
struct client_batch *client_batch_load(struct pack record); /* NULL: invalid */
