/* Entries of the list filters. */
#pragma once

#include "config/settings.h"

/* All options of the entry have been read: fill in the rest. False: why describes what is wrong
 * with its pattern. */
bool filter_entry_complete(struct filter_settings *filter, struct buffer *why);
