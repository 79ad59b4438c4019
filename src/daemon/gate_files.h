/* Questions about uploaded files, until a gate has answered: all gates share the directory, so any
 * of them is asked, and then the next one, until one answers. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "daemon/gate_link.h"
#include "net/loop.h"
#include "world/outbox.h"

#define GATE_FILES_MS 8000 /* after which a question without an answer ends */

struct gate_files;

struct gate_files_needs {
	struct loop *loop;
	struct gate_link *const *link;
	/* A struct upload_report, saved; NULL: no gate has answered. */
	void (*on_report)(
		void *data, uint64_t session, uint64_t request, const struct buffer *report);
	void *data;
};

struct gate_files *gate_files_new(const struct gate_files_needs *needs);
void gate_files_free(struct gate_files *files); /* NULL is allowed */

/* The question is copied. */
void gate_files_ask(
	struct gate_files *files, uint64_t session, uint64_t request, const struct bytes *question);
/* A message of the kind REPORT. */
void gate_files_take(struct gate_files *files, const struct gate_message *message);
/* A gate has come: ask at once. */
void gate_files_ask_again(struct gate_files *files);

void gate_files_tick(struct gate_files *files);
uint64_t gate_files_next_deadline(const struct gate_files *files);
