/* Problems of values, found once all files are read. */
#pragma once

#include "config/draft.h"

/* An entry of a list. */
struct draft_item {
	const struct draft *draft;
	enum option_table_id id;
	size_t index;
};

/* Where a file sets that option of the entry. */
struct origin draft_item_origin(const struct draft_item *item, const char *option);
/* The same at the top level, for a path such as "sts.port". */
struct origin draft_top_origin(const struct draft *draft, const char *path);

/* option: its whole path, such as "sts.port". */
void draft_add_problem(const struct draft *draft, bool is_warning, struct origin origin,
	const char *option, const char *text);
/* The place is the option's, if a file has it, otherwise the beginning of the entry. */
void draft_add_item_problem(
	const struct draft_item *item, bool is_warning, const char *option, const char *text);
