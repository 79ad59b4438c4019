/* Configurations of UnrealIRCd as a tree: blocks and settings, each with a name, a value, items, or
 * several of them. */
#pragma once

#include "moving/moving_tree.h"

/* False: the file is malformed, which was added to the problems. */
bool unrealircd_syntax_read(
	struct moving_node *root, const struct moving_file *file, struct problems *problems);
