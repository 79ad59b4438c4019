/* Adds an event to a log in the form that the server writes. */
#pragma once

#include "survival/event_log.h"
#include "world/event.h"

static inline bool add_event(struct event_log *log, const struct event *event)
{
	struct buffer bytes = { 0 };
	bool is_added;

	event_save(&bytes, event);
	is_added = event_log_add_event(log, &bytes);
	buffer_done(&bytes);
	return is_added;
}
