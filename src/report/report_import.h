/* The call that imports accounts and registered channels of another server. Its parameters become
 * an event of the world, as acts do. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "world/event.h"
#include "world/outbox.h"

struct world;

#define REPORT_IMPORT_METHOD "Import"

/* Outcomes in the results. */
#define REPORT_IMPORT_NEW "new"
#define REPORT_IMPORT_PRESENT "present"
#define REPORT_IMPORT_REFUSED "refused"
/* Of a result, until it is stored: the number of the change. */
#define REPORT_IMPORT_REQUEST "request"

/* Records in the event. */
#define REPORT_IMPORT_ACCOUNT 1
#define REPORT_IMPORT_CHANNEL 2

/* Append the text of the event. NULL, or the name of a parameter that is unknown, missing or
 * malformed, which lasts as long as the parameters. */
const char *report_import_put(const json_t *parameters, struct buffer *out);

/* The same for lines of logs, see report_messages.h. */
#define REPORT_MESSAGES_METHOD "ImportMessages"
const char *report_messages_put(const json_t *parameters, struct buffer *out);

/* Fields and records in the event. */
#define REPORT_MESSAGES_CHANNEL 1
#define REPORT_MESSAGES_LINE 2
#define REPORT_MESSAGES_CONTINUED 3 /* an earlier call was noted */
#define REPORT_MESSAGES_SINCE 4	    /* no lower ids: not in calls */

/* An event of one of both. */
struct import_act {
	const char *operator;
	const char *method;
	bool is_dry_run;
	struct pack records;
};

/* False: another act, or malformed. */
bool report_import_read(const char *text, size_t length, struct import_act *ret_act);

/* Is it such an event? */
bool report_import_is(const struct event *event);
/* Carry it out. An EFFECT_ACTED has the results, see outbox_acted(): a list of JSON behind a star.
 * Those with a request are complete when outbox_stored() says so. */
void report_import(struct world *world, struct outbox *outbox, const struct event *event);

/* Note in the log and in the audit log what was imported. The target may be NULL. */
void report_import_note(struct world *world, struct outbox *outbox, const struct import_act *act,
	const char *target, const char *what);

/* What became of a request: the outcome, and a note if it was refused. */
const char *report_import_outcome(uint64_t stored);
const char *report_import_reason(uint64_t stored); /* NULL: it was stored */

/* Append the types and the methods, as report_describe() does. */
void report_import_describe(struct buffer *out);
