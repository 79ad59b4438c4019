/* Owns the step from the list filters of the settings to filters of the world. */
#include "action/configured_filters.h"

#include <string.h>

#include "base/cleanup.h"

static bool is_filter_listed(const struct settings *settings, const struct filter *filter)
{
	for (size_t i = 0; i < settings->n_filters; i++)
		if (strcmp(settings->filters[i].name, filter->name) == 0)
			return true;
	return false;
}

static void end_unlisted_filters(struct world *world)
{
	struct filter *filter;

	ORDERED_EACH (filter, &world->filters.all)
		if (filter->origin == FILTER_ORIGIN_CONFIGURATION &&
			!is_filter_listed(world->settings, filter))
			filter_free(world, filter);
}

static void set_listed_filter(struct world *world, size_t index)
{
	const struct filter_settings *listed = &world->settings->filters[index];
	struct filter *filter = filters_find(world, listed->name);
	CLEANUP(buffer_done) struct buffer place = { 0 };
	unsigned int line = 0;
	const char *file = settings_item_origin(world->settings, "filters", index, "name", &line);
	struct filter as = {
		.name = listed->name,
		.pattern = listed->pattern,
		.reason = listed->reason,
		.match = (uint8_t) listed->match_kind,
		.action = (uint8_t) listed->action_kind,
		.places = listed->places,
		.time_ms = listed->time_ms,
		.is_dry = listed->is_dry,
		.origin = FILTER_ORIGIN_CONFIGURATION,
	};

	buffer_format(&place, "%s:%u", file, line);
	as.setter = place.bytes;
	if (filter)
		filter_set_configured(world, filter, &as);
	else
		filter_new(world, &as);
}

void configured_filters_apply(struct world *world)
{
	end_unlisted_filters(world);
	for (size_t i = 0; i < world->settings->n_filters; i++)
		set_listed_filter(world, i);
}
