/* Operators of InspIRCd. */
#pragma once

#include "moving/mapping.h"

/* Take an oper tag. */
void inspircd_opers_take(struct mapping *mapping, const struct moving_node *node);
