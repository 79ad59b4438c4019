/* Settings while they are being read. */
#pragma once

#include "config/draft_list.h"
#include "config/problem.h"
#include "config/settings.h"

struct draft {
	struct settings *settings;		/* its lists are empty until the end */
	struct draft_list lists[OPTION_TABLES]; /* the first is not used */
	struct origin *origins;			/* of the top level */
	bool is_emptied[OPTION_TABLES];		/* some file has that list without an entry */
	struct problems *problems;
	bool is_incomplete; /* some text was unreadable, so it may contain what seems to be missing
			     */
};
