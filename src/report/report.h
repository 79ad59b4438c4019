/* Calls of administrators: their parameters, and reports on their way: rows of the world as JSON,
 * some at a time. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report_rows.h"

struct world;

/* One call. The texts are in the order of the row; NULL: left out. */
struct report_call {
	enum report_kind kind;
	char *values[REPORT_MOST_PARAMS];
	char *operator;
};

void report_call_done(struct report_call *call);
/* Take the parameters of the call's kind. NULL, or the name of one that is unknown, missing or
 * malformed, which lasts as long as the parameters. */
const char *report_call_read(struct report_call *call, const json_t *parameters);

/* One row under construction; its fields come in the order of the table. */
struct report_writer {
	const struct report_row *row;
	json_t *json;
	size_t n; /* fields so far */
};

struct report_writer report_writer_begin(enum report_kind kind);
void report_put_text(struct report_writer *writer, const char *text); /* NULL: missing */
void report_put_number(struct report_writer *writer, uint64_t number);
void report_put_flag(struct report_writer *writer, bool flag);
void report_put_time(struct report_writer *writer, uint64_t wall_ms); /* 0: missing */
void report_writer_end(struct report_writer *writer, json_t *list);

/* Where it goes on. What comes after its begin is left out, so that it ends. */
struct report_cursor {
	struct report_call call;
	uint64_t next;
	uint64_t until;
};

/* Takes the call, which is empty afterwards. False: what it names is not there. */
bool report_begin(
	const struct world *world, struct report_call *call, struct report_cursor *ret_cursor);
/* Append rows to the list, after at most that many looks. True: complete. */
bool report_go_on(
	const struct world *world, struct report_cursor *cursor, size_t most_looks, json_t *list);
void report_cursor_done(struct report_cursor *cursor);
