/* Configurations of InspIRCd as a tree: tags with their keys. */
#pragma once

#include "moving/moving_tree.h"

/* False: the file is malformed, which was added to the problems. */
bool inspircd_syntax_read(
	struct moving_node *root, const struct moving_file *file, struct problems *problems);
