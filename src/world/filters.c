/* Owns the filters of the server.
 *
 * The set with all patterns is made when a text is first matched after a change. */
#include "world/filters.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/mentions.h"
#include "world/moderation.h"
#include "world/repeats.h"
#include "world/snapshot_ids.h"
#include "world/world.h"

#define TOLD_EVERY_MS 10000u

#define OVERRUN_COUNTS_MS 60000u

static const struct field filter_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(filter, uint64_t, number) },
	{ 2, FIELD_TEXT, FIELD_AT(filter, char *, name) },
	{ 3, FIELD_TEXT, FIELD_AT(filter, char *, pattern) },
	{ 4, FIELD_TEXT, FIELD_AT(filter, char *, reason) },
	{ 5, FIELD_TEXT, FIELD_AT(filter, char *, setter) },
	{ 6, FIELD_U8, FIELD_AT(filter, uint8_t, match) },
	{ 7, FIELD_U8, FIELD_AT(filter, uint8_t, action) },
	{ 8, FIELD_U8, FIELD_AT(filter, uint8_t, origin) },
	{ 9, FIELD_BOOL, FIELD_AT(filter, bool, is_dry) },
	{ 10, FIELD_BOOL, FIELD_AT(filter, bool, is_off) },
	{ 11, FIELD_U32, FIELD_AT(filter, uint32_t, places) },
	{ 12, FIELD_U64, FIELD_AT(filter, uint64_t, time_ms) },
	{ 13, FIELD_U64, FIELD_AT(filter, uint64_t, set_wall_ms) },
	{ 14, FIELD_U64, FIELD_AT(filter, uint64_t, n_hits) },
	{ 15, FIELD_U64, FIELD_AT(filter, uint64_t, hit_wall_ms) },
	{ 16, FIELD_U64, FIELD_AT(filter, uint64_t, n_limits) },
	/* 17 was a rate of overruns. */
	{ 18, FIELD_U64, FIELD_AT(filter, uint64_t, told_ms) },
	{ 19, FIELD_U64, FIELD_AT(filter, uint64_t, n_told) },
	{ 20, FIELD_U64, FIELD_AT(filter, uint64_t, overrun_told_ms) },
	{ 21, FIELD_ADDRESS, FIELD_AT(filter, struct address, overruns[0].household) },
	{ 22, FIELD_U64, FIELD_AT(filter, uint64_t, overruns[0].until_ms) },
	{ 23, FIELD_ADDRESS, FIELD_AT(filter, struct address, overruns[1].household) },
	{ 24, FIELD_U64, FIELD_AT(filter, uint64_t, overruns[1].until_ms) },
	{ 25, FIELD_ADDRESS, FIELD_AT(filter, struct address, overruns[2].household) },
	{ 26, FIELD_U64, FIELD_AT(filter, uint64_t, overruns[2].until_ms) },
	{ 27, FIELD_ADDRESS, FIELD_AT(filter, struct address, overruns[3].household) },
	{ 28, FIELD_U64, FIELD_AT(filter, uint64_t, overruns[3].until_ms) },
	{ 29, FIELD_ADDRESS, FIELD_AT(filter, struct address, overruns[4].household) },
	{ 30, FIELD_U64, FIELD_AT(filter, uint64_t, overruns[4].until_ms) },
};

static void free_filter_texts(struct filter *filter)
{
	free(filter->name);
	free(filter->pattern);
	free(filter->reason);
	free(filter->setter);
	repeats_free(filter->repeats);
	free(filter);
}

void filters_done(struct filters *filters)
{
	struct filter *filter;

	ORDERED_EACH (filter, &filters->all)
		free_filter_texts(filter);
	ordered_done(&filters->all);
	filter_set_free(filters->set);
}

static void filters_changed(struct world *world)
{
	struct filters *filters = &world->filters;
	const struct filter *filter;

	filter_set_free(TAKE(filters->set));
	filters->places = filters->n_counting = 0;
	ORDERED_EACH (filter, &filters->all) {
		if (filter->is_off)
			continue;
		filters->places |= filter->places;
		filters->n_counting += filter_match_counts(filter->match);
	}
}

static void touch_filter(struct world *world, const struct filter *filter)
{
	if (filter->origin == FILTER_ORIGIN_COMMAND)
		moderation_touch(world, MODERATION_KIND_FILTER, filter->name);
}

static void put_in_filters(struct world *world, struct filter *filter)
{
	ordered_add(&world->filters.all, filter->number, filter);
	world->filters.count++;
	filters_changed(world);
}

static void describe_as(struct filter *filter, const struct filter *as)
{
	mem_set_text(&filter->pattern, as->pattern);
	mem_set_text(&filter->reason, as->reason);
	mem_set_text(&filter->setter, as->setter);
	filter->match = as->match;
	filter->action = as->action;
	filter->origin = as->origin;
	filter->is_dry = as->is_dry;
	filter->places = as->places;
	filter->time_ms = as->time_ms;
}

static struct filter *add_filter(struct world *world, const char *name, const struct filter *as)
{
	struct filter *filter = mem_new(sizeof(*filter));

	filter->number = ++world->next_number;
	filter->name = mem_text(name);
	filter->set_wall_ms = world->wall_ms;
	describe_as(filter, as);
	put_in_filters(world, filter);
	return filter;
}

struct filter *filter_new(struct world *world, const struct filter *as)
{
	struct filter *filter = add_filter(world, as->name, as);

	touch_filter(world, filter);
	return filter;
}

void filter_restore(struct world *world, const char *name, const struct filter *as)
{
	struct filter *filter = add_filter(world, name, as);

	filter->set_wall_ms = as->set_wall_ms;
	filter->n_hits = filter->n_told = as->n_hits;
	filter->hit_wall_ms = as->hit_wall_ms;
}

void filter_free(struct world *world, struct filter *filter)
{
	ordered_remove(&world->filters.all, filter->number);
	world->filters.count--;
	touch_filter(world, filter);
	free_filter_texts(filter);
	filters_changed(world);
}

struct filter *filters_find(const struct world *world, const char *name)
{
	struct filter *filter;

	ORDERED_EACH (filter, &world->filters.all)
		if (strcmp(filter->name, name) == 0)
			return filter;
	return NULL;
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_same_search(const struct filter *a, const struct filter *b)
{
	return a->match == b->match && a->places == b->places &&
	       is_same_text(a->pattern, b->pattern);
}

static void forget_overruns(struct filter *filter)
{
	memset(filter->overruns, 0, sizeof(filter->overruns));
}

/* One with the same pattern keeps its counters, and whether it is off. */
void filter_set_configured(struct world *world, struct filter *filter, const struct filter *as)
{
	bool is_changed = !is_same_search(filter, as);

	touch_filter(world, filter); /* the database need not have it any more */
	if (is_changed) {
		filter->is_off = false;
		filter->n_hits = filter->n_limits = filter->n_told = 0;
		forget_overruns(filter);
		repeats_free(TAKE(filter->repeats));
	}
	describe_as(filter, as);
	if (is_changed)
		filters_changed(world);
}

void filter_set_reason(struct world *world, struct filter *filter, const char *reason)
{
	mem_set_text(&filter->reason, reason);
	touch_filter(world, filter);
}

void filter_set_dry(struct world *world, struct filter *filter, bool is_dry)
{
	filter->is_dry = is_dry;
	touch_filter(world, filter);
}

void filter_switch_on(struct world *world, struct filter *filter)
{
	filter->is_off = false;
	forget_overruns(filter);
	filters_changed(world);
}

void filter_note_hit(struct world *world, struct filter *filter)
{
	filter->n_hits++;
	filter->hit_wall_ms = world->wall_ms;
}

bool filter_blame(struct world *world, struct filter *filter, const struct address *address)
{
	struct filter_overrun *unused = NULL;

	for (size_t i = 0; i < ARRAY_LENGTH(filter->overruns); i++) {
		struct filter_overrun *overrun = &filter->overruns[i];

		if (world->now_ms >= overrun->until_ms)
			unused = overrun;
		else if (address_is_in(address, &overrun->household))
			return false;
	}
	if (unused) {
		unused->household = address_household(address);
		unused->until_ms = world->now_ms + OVERRUN_COUNTS_MS;
		return false;
	}
	filter->is_off = true;
	filters_changed(world);
	return true;
}

/* Is it time to tell operators again? */
static bool take_telling(const struct world *world, uint64_t *told_ms)
{
	if (*told_ms && world->now_ms < *told_ms + TOLD_EVERY_MS)
		return false;
	*told_ms = world->now_ms ? world->now_ms : 1;
	return true;
}

uint64_t filter_take_untold(struct world *world, struct filter *filter)
{
	uint64_t untold = filter->n_hits - filter->n_told;

	if (!take_telling(world, &filter->told_ms))
		return 0;
	filter->n_told = filter->n_hits;
	return untold;
}

bool filter_note_overrun(struct world *world, struct filter *filter)
{
	filter->n_limits++;
	return take_telling(world, &filter->overrun_told_ms);
}

static void make_filter_set(struct world *world)
{
	const struct filter *filter;

	world->filters.set = filter_set_new();
	ORDERED_EACH (filter, &world->filters.all)
		if (!filter->is_off)
			filter_set_add(world->filters.set, filter->pattern, filter->match,
				filter->places, (size_t) filter->number);
}

/* Results are collected first: what follows from one may change the filters. */
struct filter_results {
	struct world *world;
	struct filter_found {
		uint64_t number;
		enum filter_result result;
	} * found;
	size_t count;
};

static void collect_result(void *data, size_t id, enum filter_result result)
{
	struct filter_results *results = data;

	results->found = mem_resize(results->found, results->count + 1, sizeof(*results->found));
	results->found[results->count++] = (struct filter_found){ id, result };
}

static int compare_filter_found(const void *a, const void *b)
{
	const struct filter_found *one = a, *other = b;

	return (one->number > other->number) - (one->number < other->number);
}

void filters_match(
	struct world *world, uint32_t places, const char *text, filters_fn on_result, void *data)
{
	struct filter_results results = { .world = world };

	if (!(world->filters.places & places))
		return;
	if (!world->filters.set)
		make_filter_set(world);
	filter_set_match(world->filters.set, places, text, collect_result, &results);
	if (results.count > 1)
		qsort(results.found, results.count, sizeof(*results.found), compare_filter_found);
	for (size_t i = 0; i < results.count; i++) {
		struct filter *filter = ordered_from(&world->filters.all, results.found[i].number);

		if (filter && filter->number == results.found[i].number)
			on_result(data, filter, results.found[i].result);
	}
	free(results.found);
}

static bool counts_too_many(
	struct filter *filter, struct world *world, const struct channel *channel, const char *text)
{
	struct filter_count count;

	if (!filter_count_parse(filter->match, filter->pattern, &count))
		return false;
	if (filter->match == FILTER_MATCH_REPEAT)
		return repeats_note(&filter->repeats, &count, world->now_ms, text);
	return channel && mentions_count(world, channel, text, count.most + 1) > count.most;
}

void filters_count(struct world *world, const struct channel *channel, const char *text,
	filters_fn on_result, void *data)
{
	struct filter *filter;

	if (!world->filters.n_counting)
		return;
	ORDERED_EACH (filter, &world->filters.all)
		if (filter_match_counts(filter->match) && !filter->is_off &&
			counts_too_many(filter, world, channel, text))
			on_result(data, filter, FILTER_RESULT_YES);
}

struct repeats **filters_repeats(const struct world *world, uint64_t number)
{
	struct filter *filter = ordered_from(&world->filters.all, number);

	return filter && filter->number == number && filter->match == FILTER_MATCH_REPEAT
		       ? &filter->repeats
		       : NULL;
}

void filters_touch(struct world *world)
{
	const struct filter *filter;

	ORDERED_EACH (filter, &world->filters.all)
		touch_filter(world, filter);
}

void filters_save(struct buffer *out, uint16_t id, const struct world *world)
{
	const struct filter *filter;

	ORDERED_EACH (filter, &world->filters.all) {
		size_t record = pack_begin(out, id);

		fields_save(out, filter_fields, ARRAY_LENGTH(filter_fields), filter);
		pack_end(out, record);
		repeats_save(out, SNAPSHOT_REPEAT, filter);
	}
}

/* A later release may have more matches and actions. */
static bool is_known_filter(const struct filter *filter)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };

	return *filter_match_word(filter->match) && *filter_action_word(filter->action) &&
	       filter->origin <= FILTER_ORIGIN_CONFIGURATION &&
	       filter_name_is_valid(filter->name) &&
	       filter_is_possible(filter->match, filter->action, filter->pattern, &why);
}

bool filter_load(struct world *world, struct pack record)
{
	struct filter *filter = mem_new(sizeof(*filter));
	struct pack_field field;
	bool is_whole;

	while (pack_next(&record, &field))
		fields_load(filter_fields, ARRAY_LENGTH(filter_fields), filter, &field);
	is_whole = filter->name && filter->pattern && filter->setter &&
		   filter->number > ordered_last_number(&world->filters.all);
	if (is_whole && is_known_filter(filter) && !filters_find(world, filter->name))
		put_in_filters(world, filter);
	else
		free_filter_texts(filter);
	return is_whole;
}

const char *filters_check(const struct world *world)
{
	const struct filter *filter;
	uint32_t places = 0, n_counting = 0;

	ORDERED_EACH (filter, &world->filters.all) {
		if (filters_find(world, filter->name) != filter)
			return "two filters have the same name";
		if (filter->number > world->next_number)
			return "a filter's number is still to come";
		if (filter->is_off)
			continue;
		places |= filter->places;
		n_counting += filter_match_counts(filter->match);
	}
	if (n_counting != world->filters.n_counting)
		return "the filters that count are miscounted";
	if (ordered_count(&world->filters.all) != world->filters.count)
		return "the filters are miscounted";
	return places != world->filters.places ? "filters look at other places than they should"
					       : NULL;
}
