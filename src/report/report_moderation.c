/* Owns how filters, reports of users and a lockdown are shown. */
#include "report/report_moderation.h"

#include "base/cleanup.h"
#include "report/report_views.h"
#include "world/complaints.h"
#include "world/filters.h"
#include "world/lockdown.h"
#include "world/world.h"

/* Filters */

uint64_t report_filters_end(const struct world *world)
{
	return ordered_last_number(&world->filters.all) + 1;
}

const void *report_find_filter(const struct world *world, struct report_cursor *cursor)
{
	return report_find_numbered(&world->filters.all, cursor);
}

static void put_places(struct report_writer *writer, const struct filter *filter)
{
	CLEANUP(buffer_done) struct buffer places = { 0 };

	filter_places_format(filter->places, &places);
	report_put_text(writer, buffer_text(&places));
}

void report_filter(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct filter *filter = item;

	(void) world;
	report_put_text(writer, filter->name);
	report_put_text(writer, filter_match_word(filter->match));
	put_places(writer, filter);
	report_put_text(writer, filter_action_word(filter->action));
	report_put_number(writer, filter->time_ms / 1000);
	report_put_text(writer, filter->is_off ? "off" : filter->is_dry ? "dry" : "on");
	report_put_number(writer, filter->n_hits);
	report_put_time(writer, filter->hit_wall_ms);
	report_put_text(writer, filter->reason);
	report_put_text(writer, filter->setter);
	report_put_time(writer, filter->set_wall_ms);
	report_put_text(writer, filter->pattern);
}

static void put_filter_hit(void *data, struct filter *filter, enum filter_result result)
{
	struct report_writer writer = report_writer_begin(REPORT_KIND_FILTER_TEST);

	report_put_text(&writer, filter->name);
	report_put_text(&writer, result == FILTER_RESULT_LIMIT ? "limit" : "match");
	report_put_text(&writer, filter_action_word(filter->action));
	report_put_flag(&writer, filter->is_dry);
	put_places(&writer, filter);
	report_put_text(&writer, filter->pattern);
	report_writer_end(&writer, data);
}

/* Only what is called for each filter may change the world. */
void report_filter_hits(const struct world *world, const struct report_call *call, json_t *list)
{
	filters_match((struct world *) (uintptr_t) world, FILTER_PLACES, call->values[0],
		put_filter_hit, list);
}

/* Reports of users */

uint64_t report_complaints_end(const struct world *world)
{
	return ordered_last_number(&world->complaints.all) + 1;
}

const void *report_find_complaint(const struct world *world, struct report_cursor *cursor)
{
	return report_find_numbered(&world->complaints.all, cursor);
}

void report_complaint(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct complaint *complaint = item;

	(void) world;
	report_put_number(writer, complaint->number);
	report_put_text(writer, complaint->about);
	report_put_text(writer, complaint->setter);
	report_put_text(writer, complaint->account);
	report_put_text(writer, complaint->taker);
	report_put_time(writer, complaint->created_wall_ms);
	report_put_text(writer, complaint->msgids);
	report_put_text(writer, complaint->text);
}

/* Lockdown */

void report_lockdown(const struct world *world, const void *item, struct report_writer *writer)
{
	const struct lockdown *lockdown = &world->lockdown;

	(void) item;
	report_put_text(writer, lockdown_level_name(lockdown->level));
	report_put_text(writer, lockdown->setter);
	report_put_time(writer, lockdown->level ? lockdown->since_wall_ms : 0);
	report_put_time(writer, lockdown->level ? lockdown->until_wall_ms : 0);
	report_put_text(writer, lockdown->reason);
}
