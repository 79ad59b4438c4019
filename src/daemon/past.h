/* One database of what was said, and its way from and to the world.
 *
 * What is not written yet is part of the snapshot, and what follows the snapshot is carried out
 * again from the log. So whatever a client was sent is recorded, whenever the process dies; each
 * request may be repeated. A database that cannot be used never stops papod: for some seconds of
 * traffic requests wait, then they are lost, and the log says so. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/pack.h"
#include "daemon/engine.h"
#include "net/loop.h"
#include "world/outbox.h"

struct past;

struct past_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine;
	bool is_in_memory; /* in the runtime directory, not in the state directory */
	/* The answer to a question; NULL: history cannot be read. */
	void (*on_answer)(
		void *data, uint64_t session, uint64_t request, const struct buffer *answer);
	void *data;
};

struct past *past_new(const struct past_needs *needs);
void past_free(struct past *past); /* writes what it can; NULL is allowed */

/* The world is there: open the database, if the settings want one. */
void past_begin(struct past *past);
/* False: it is lost. */
bool past_add(struct past *past, const struct bytes *request);
/* Copy the database to this file, one at a time. on_done is called once, with NULL or why there is
 * no copy, unless another process goes on. False: there is nothing to copy, and the reason is why
 * (static text), or NULL if messages are not recorded. */
typedef void (*past_backup_fn)(void *data, const char *reason);
bool past_back_up(struct past *past, const char *path, past_backup_fn on_done, void *data,
	const char **ret_reason);
void past_ask(struct past *past, uint64_t session, uint64_t request, const struct bytes *question);
/* Before another program takes over, or a stop: write everything, close the file. */
void past_close(struct past *past);

void past_save(const struct past *past, struct buffer *out, uint16_t id);
void past_load(struct past *past, const struct pack_field *field);
void past_forget(struct past *past); /* what was loaded or added, and could not be written yet */

uint64_t past_next_deadline(const struct past *past);
void past_tick(struct past *past);
size_t past_waiting_bytes(const struct past *past); /* not written yet */
