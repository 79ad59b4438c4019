/* Operators of Ergo. */
#pragma once

#include "moving/mapping.h"

/* Take the map of operators. */
void ergo_opers_take(struct mapping *mapping, const struct moving_node *node);
