/* Lines that a client sends as one: they wait in its session until it has said the last. IRCv3
 * client-batch, multiline. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"

struct client_line {
	char *text;
	bool is_joined; /* to the one before, without a line feed */
};

struct client_batch {
	char *reference;
	char *target; /* NULL: it has failed, and what still comes of it is ignored */
	char *label;  /* as it came with its first line; NULL: none. So the tags. */
	char *tags;
	struct client_line *lines;
	size_t n_lines;
	size_t bytes; /* of all their texts, with the line feeds between */
	bool is_notice;
	uint64_t opened_ms;
};

/* The texts are copied; those but the reference may be NULL. */
struct client_batch *client_batch_new(const char *reference, const char *target, uint64_t now_ms);
void client_batch_free(struct client_batch *batch); /* NULL is fine */
void client_batch_set_tags(struct client_batch *batch, const char *tags, const char *label);

/* How many bytes the batch would have with this line. */
size_t client_batch_bytes_with(const struct client_batch *batch, const char *text, bool is_joined);
void client_batch_add(struct client_batch *batch, const char *text, bool is_joined, bool is_notice);
/* Its lines are forgotten. */
void client_batch_fail(struct client_batch *batch);

bool client_batch_is_blank(const struct client_batch *batch);
/* All of it with line feeds; the caller frees. */
char *client_batch_text(const struct client_batch *batch);

void client_batch_save(struct buffer *out, uint16_t id, const struct client_batch *batch);
struct client_batch *client_batch_load(struct pack record); /* NULL: makes no sense */
