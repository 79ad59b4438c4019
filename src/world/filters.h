/* Filters: what operators do not want to be said, or to be a name, and what happens then. They come
 * from the configuration, or from the command FILTER. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/ordered.h"
#include "base/pack.h"
#include "proto/filter_set.h"

struct world;
struct channel;
struct repeats;

/* Saved in snapshots. */
enum filter_origin {
	FILTER_ORIGIN_COMMAND,	     /* until a command removes it */
	FILTER_ORIGIN_CONFIGURATION, /* as long as papod.conf lists it */
};

/* Where a text came from with which an expression reached its limit. */
struct filter_overrun {
	struct address household;
	uint64_t until_ms; /* then it is forgotten */
};
#define FILTER_OVERRUNS 5

struct filter {
	uint64_t number; /* from world.next_number */
	char *name;
	char *pattern;
	char *reason;	  /* what the user is told; NULL: nothing special */
	char *setter;	  /* nick!user@host; of the configuration, the place: "papod.conf:12" */
	uint8_t match;	  /* enum filter_match */
	uint8_t action;	  /* enum filter_action */
	uint8_t origin;	  /* enum filter_origin */
	bool is_dry;	  /* hits are only counted and reported */
	bool is_off;	  /* its expression reached its limit with texts of too many people */
	uint32_t places;  /* enum filter_place */
	uint64_t time_ms; /* of mute and ban; 0: indefinitely. Of slow: how long */
	uint64_t set_wall_ms;
	uint64_t n_hits;
	uint64_t hit_wall_ms; /* the last */
	uint64_t n_limits;    /* how often its expression reached its limit */
	struct filter_overrun overruns[FILTER_OVERRUNS];
	uint64_t told_ms;	  /* when operators were last told of a hit; 0: never */
	uint64_t n_told;	  /* hits until then */
	uint64_t overrun_told_ms; /* when operators were last told of a limit; 0: never */
	struct repeats *repeats;  /* of one that counts repetitions; NULL: none */
};

struct filters {
	struct ordered all;
	uint32_t count;
	uint32_t places;	/* of those that are on */
	uint32_t n_counting;	/* of those, how many count (filter_count.h) */
	struct filter_set *set; /* of those; NULL: to be made again */
};

void filters_done(struct filters *filters);

/* Copies what describes it: texts, match, action, places, time, is_dry, origin and setter. */
struct filter *filter_new(struct world *world, const struct filter *as);
void filter_free(struct world *world, struct filter *filter);
/* The database has it, with what it counted. */
void filter_restore(struct world *world, const char *name, const struct filter *as);
struct filter *filters_find(const struct world *world, const char *name); /* NULL: none */

/* The configuration lists it, in this form. */
void filter_set_configured(struct world *world, struct filter *filter, const struct filter *as);
void filter_set_reason(struct world *world, struct filter *filter, const char *reason);
void filter_set_dry(struct world *world, struct filter *filter, bool is_dry);
void filter_switch_on(struct world *world, struct filter *filter);

void filter_note_hit(struct world *world, struct filter *filter);
/* Its expression reached its limit. True: operators shall be told of it now. */
bool filter_note_overrun(struct world *world, struct filter *filter);
/* That counts against the filter, because the text came from that address. True: from too many
 * addresses within a minute, and it is off now. One address alone cannot achieve that. */
bool filter_blame(struct world *world, struct filter *filter, const struct address *address);
/* How many hits operators have not been told of, if now is the time to tell them; 0: not now. */
uint64_t filter_take_untold(struct world *world, struct filter *filter);

/* Called for each filter that matches the text, or whose expression reached its limit. */
typedef void (*filters_fn)(void *data, struct filter *filter, enum filter_result result);
void filters_match(
	struct world *world, uint32_t places, const char *text, filters_fn on_result, void *data);

/* The same for filters that count, which note the message: the channel is NULL for a private one.
 */
void filters_count(struct world *world, const struct channel *channel, const char *text,
	filters_fn on_result, void *data);
/* Where the filter of that number has its repetitions; NULL: it is none that counts them. */
struct repeats **filters_repeats(const struct world *world, uint64_t number);

/* Store all of them. */
void filters_touch(struct world *world);

void filters_save(struct buffer *out, uint16_t id, const struct world *world);
bool filter_load(struct world *world, struct pack record); /* false: invalid */
const char *filters_check(const struct world *world);	   /* as world_check() */
