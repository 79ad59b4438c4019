/* Slow work, done by others while the server continues: a thread checks passwords, the resolver
 * looks up names, the store writes to the disk. Answers return as EVENT_ANSWER and EVENT_STORED.
 * Unanswered questions are stored, because a new process must ask them again. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/pack.h"
#include "daemon/blocklists.h"
#include "daemon/engine.h"
#include "daemon/pasts.h"
#include "daemon/resolving.h"
#include "daemon/storage.h"
#include "net/loop.h"
#include "world/outbox.h"

struct helpers;

struct helpers_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine; /* gets the answers; its world contains the settings */
	struct resolving_sockets sockets;
	size_t most_passwords; /* in the queue */
};

/* 0 or a negative errno. */
int helpers_new(const struct helpers_needs *needs, struct helpers **ret_helpers);
void helpers_free(struct helpers *helpers); /* NULL is allowed */

/* The world has new settings. */
void helpers_use_settings(struct helpers *helpers);
/* The world is there: open the database, see storage.h. */
void helpers_begin(struct helpers *helpers);
/* Before a stop without a next process: wait until everything is stored. */
void helpers_settle(struct helpers *helpers);
/* Before another program takes over. Afterwards helpers_begin() opens the database again. */
void helpers_close(struct helpers *helpers);

struct storage *helpers_storage(const struct helpers *helpers);
const struct blocklists *helpers_blocklists(const struct helpers *helpers);
struct pasts *helpers_pasts(const struct helpers *helpers);

/* Start an EFFECT_VERIFY, EFFECT_LOOKUP or EFFECT_STORE. With too many questions, the answer is
 * ANSWER_BUSY at once. */
void helpers_ask(struct helpers *helpers, const struct effect *effect);
/* Note a question of the previous process; helpers_ask_again() starts the unanswered ones after
 * recovery. */
void helpers_note(struct helpers *helpers, const struct effect *effect);
void helpers_ask_again(struct helpers *helpers);
void helpers_note_answer(struct helpers *helpers, uint64_t request);
/* Gates answer an EFFECT_UPLOADS, with helpers_report_files(). */
typedef void (*helpers_files_fn)(
	void *data, uint64_t session, uint64_t request, const struct bytes *question);
void helpers_use_gates(struct helpers *helpers, helpers_files_fn ask, void *data);
/* NULL: no gate has answered. */
void helpers_report_files(
	struct helpers *helpers, uint64_t session, uint64_t request, const struct buffer *report);
/* Drop the questions of this session. */
void helpers_forget(struct helpers *helpers, uint64_t session);
void helpers_forget_all(struct helpers *helpers);    /* all that were only noted */
size_t helpers_count(const struct helpers *helpers); /* questions without an answer */

void helpers_save(const struct helpers *helpers, struct buffer *out, uint16_t id);
void helpers_load(struct helpers *helpers, struct pack record);

uint64_t helpers_next_deadline(const struct helpers *helpers);
void helpers_tick(struct helpers *helpers);
