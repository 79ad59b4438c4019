/* Accounts and registered channels that come from another server, as an administrator sends them at
 * the control socket, one record each.
 *
 * What is there already is never changed: a name that is taken refuses the record. A record whose
 * name was registered at the same millisecond was imported before; then only what it lacks is
 * added, so the same import can be repeated after a crash, and a large channel can come in several
 * records. Who asks leaves the accounts out that were refused: in a channel, their names would
 * mean other people. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "world/changes.h"
#include "world/outbox.h"
#include "world/world.h"

/* Fields of the records, all numbers in milliseconds or flags. */
enum import_field {
	IMPORT_FIELD_NAME = 1,
	IMPORT_FIELD_CREATED,
	IMPORT_FIELD_VERIFIER, /* accounts */
	IMPORT_FIELD_EMAIL,
	IMPORT_FIELD_HELD, /* both */
	IMPORT_FIELD_SUSPENDED,
	IMPORT_FIELD_PROTECTED,
	IMPORT_FIELD_NO_RANKS,
	IMPORT_FIELD_NICK,	  /* one for each */
	IMPORT_FIELD_FINGERPRINT, /* likewise */
	IMPORT_FIELD_FOUNDER,	  /* channels */
	IMPORT_FIELD_HEIR,
	IMPORT_FIELD_TOPIC,
	IMPORT_FIELD_TOPIC_SETTER,
	IMPORT_FIELD_TOPIC_TIME,
	IMPORT_FIELD_MODES,
	IMPORT_FIELD_KEY,
	IMPORT_FIELD_LIMIT,
	IMPORT_FIELD_PRIVATE,
	IMPORT_FIELD_ACCESS, /* a record for each: the name is that of the account */
	IMPORT_FIELD_RANK,
	IMPORT_FIELD_BAN, /* a record for each */
	IMPORT_FIELD_MODE,
	IMPORT_FIELD_MASK,
	IMPORT_FIELD_SETTER,
	IMPORT_FIELD_SECOND, /* messages: since 1970 */
	IMPORT_FIELD_POSITION,
	IMPORT_FIELD_COPY,
	IMPORT_FIELD_COMMAND,
	IMPORT_FIELD_SOURCE,
	IMPORT_FIELD_TEXT,
};

/* Rows of one change: the store takes no more at once. */
#define IMPORT_MOST_ROWS 60

enum import_outcome {
	IMPORT_OUTCOME_NEW,	/* something is or would be added */
	IMPORT_OUTCOME_PRESENT, /* all of it is there already */
	IMPORT_OUTCOME_REFUSED,
};

struct importing {
	struct world *world;
	struct outbox *outbox;
	bool is_dry_run; /* nothing is asked for; founders may be missing */

	enum import_outcome outcome;
	bool is_full;	     /* there is a note that not everything has room */
	uint64_t request;    /* an outbox_stored() says what came of it; 0: none */
	struct buffer notes; /* lines: why it is refused, or what was left out */
};

void import_account(struct importing *importing, struct pack record);
void import_channel(struct importing *importing, struct pack record);

/* A change has come to this end; harmless if it is no import. */
void import_stored(struct world *world, struct outbox *outbox, const struct change *change,
	enum stored status);

/* For both kinds of records. Add a note; false. */
bool import_refuse(struct importing *importing, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void import_note(struct importing *importing, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Is there room for another row? If not, there is a note. */
bool import_has_room(struct importing *importing, const struct change *change);
void import_add_row(
	struct world *world, struct change *change, struct store_row row, struct buffer *bytes);
/* Ask for the change, if it has rows, and take ownership of it. */
void import_ask(struct importing *importing, struct change *change);
