/* Owns the meaning of an entry of the list filters. */
#include "config/filter_entry.h"

#include "proto/filter_words.h"

bool filter_entry_complete(struct filter_settings *filter, struct buffer *why)
{
	filter->match_kind = filter->match ? filter_match_of(filter->match) : 0;
	filter->action_kind = filter->action ? filter_action_of(filter->action) : 0;
	filter->places = 0;
	for (size_t i = 0; i < filter->n_on; i++)
		filter->places |= filter_place_of(filter->on[i]);
	if (!filter->match_kind || !filter->action_kind)
		return true; /* refused already */
	if (!filter->pattern) {
		buffer_put_text(why, "this one has no pattern; give it one: pattern = \"...\"");
		return false;
	}
	if (!filter->places) {
		buffer_put_text(why, "this one looks nowhere; leave out on, or name a place");
		return false;
	}
	return filter_places_fit(filter->match_kind, filter->places, why) &&
	       filter_is_possible(filter->match_kind, filter->action_kind, filter->pattern, why);
}
