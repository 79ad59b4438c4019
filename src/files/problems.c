/* Owns logging problems of the configuration. */
#include "files/problems.h"

#include <stdio.h>

const struct problem *problems_log(const struct problems *problems, const struct log *log)
{
	const struct problem *first = NULL, *problem;
	char line[16];

	for (size_t i = 0; i < problems->count; i++) {
		problem = &problems->items[i];
		snprintf(line, sizeof(line), "%u", problem->line);
		log_entry(log,
			problem->is_warning ? LOGBOOK_CONFIG_WARNING : LOGBOOK_CONFIG_PROBLEM,
			"FILE", problem->file, "LINE", problem->line ? line : NULL, "OPTION",
			problem->option, "REASON", problem->text);
		if (!first && !problem->is_warning)
			first = problem;
	}
	return first;
}
