/* ngircd.conf as a tree: sections with their settings. */
#pragma once

#include "moving/moving_tree.h"

/* False: the file is malformed, which was added to the problems. */
bool ngircd_syntax_read(
	struct moving_node *root, const struct moving_file *file, struct problems *problems);
