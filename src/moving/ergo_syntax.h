/* Configurations of Ergo, which are YAML, as a tree: keys of maps are names, entries of lists have
 * the name "-". */
#pragma once

#include "moving/moving_tree.h"

/* False: the file is malformed, which was added to the problems. */
bool ergo_syntax_read(
	struct moving_node *root, const struct moving_file *file, struct problems *problems);
