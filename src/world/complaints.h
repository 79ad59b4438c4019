/* What users report to operators, until one of them closes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/ordered.h"
#include "base/pack.h"

struct world;

#define COMPLAINT_BYTES 300
#define COMPLAINT_MSGIDS_BYTES 150

struct complaint {
	uint64_t number;
	char *about;  /* a nickname or a channel */
	char *msgids; /* of the messages meant, with commas; NULL: none */
	char *text;
	char *setter;  /* nick!user@host of the reporter */
	char *account; /* of the reporter; NULL: none */
	char *taker;   /* the operator who works on it; NULL: none */
	uint64_t created_wall_ms;
};

struct complaints {
	struct ordered all;
	uint32_t count;
	uint64_t last_number;
};

void complaints_done(struct complaints *complaints);
/* Copies about, msgids, text, setter and account. */
struct complaint *complaint_new(struct world *world, const struct complaint *as);
void complaint_take(struct world *world, struct complaint *complaint, const char *taker);
void complaint_free(struct world *world, struct complaint *complaint);
struct complaint *complaints_find(const struct world *world, uint64_t number); /* NULL: none */
/* Those of the account, or of clients without one from the host of the source: a nickname and a
 * user name are the client's own choice. */
uint32_t complaints_count_of(const struct world *world, const char *source, const char *account);

/* As the rows of moderation_rows.h. */
bool complaint_put_row(const struct world *world, const char *name, struct buffer *out);
bool complaint_take_row(struct world *world, const char *name, struct pack fields);
void complaints_touch(struct world *world);

void complaints_save(struct buffer *out, uint16_t id, const struct world *world);
bool complaint_load(struct world *world, struct pack record); /* false: invalid */
const char *complaints_check(const struct world *world);      /* as world_check() */
