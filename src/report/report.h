/* A report on its way: rows of the world as JSON, some at a time. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/report_rows.h"

struct world;

/* One row under construction; its fields come in the order of the table. */
struct report_writer {
	const struct report_row *row;
	json_t *json;
	size_t n; /* fields so far */
};

void report_put_text(struct report_writer *writer, const char *text); /* NULL: missing */
void report_put_number(struct report_writer *writer, uint64_t number);
void report_put_flag(struct report_writer *writer, bool flag);
void report_put_time(struct report_writer *writer, uint64_t wall_ms); /* 0: missing */

/* Where it goes on. What comes after its begin is left out, so that it ends. */
struct report_cursor {
	enum report_kind kind;
	uint64_t next;
	uint64_t until;
};

void report_begin(
	const struct world *world, enum report_kind kind, struct report_cursor *ret_cursor);
/* Append rows to the list, after at most that many looks. True: complete. */
bool report_go_on(
	const struct world *world, struct report_cursor *cursor, size_t most_looks, json_t *list);
