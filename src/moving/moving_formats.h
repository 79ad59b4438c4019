/* All formats of configurations that papoctl import reads. */
#pragma once

#include "moving/mapping.h"

/* NULL: there are no more. */
const struct mapping_format *moving_format(size_t index);
const struct mapping_format *moving_format_find(const char *name);

/* Read the files, of which there is at least one, and take their settings. The caller frees the
 * tree after what was moved. False: one is malformed, which was added to the problems. */
bool moving_read(const struct mapping_format *format, const struct moving_file *files,
	size_t n_files, struct moving_node *root, struct problems *problems);
