/* Operators and passwords of UnrealIRCd. */
#pragma once

#include "moving/mapping.h"

/* A password, whose kind its items or its first characters say. The entry is left out if papod
 * cannot check it. */
void unrealircd_password(
	struct mapping *mapping, struct moved_item *item, const struct moving_node *node);

/* The value, or the names of the items: mask *; mask { *@a; *@b; } */
typedef void (*unrealircd_word_fn)(
	struct moved_item *item, const struct moving_node *node, const char *word);
void unrealircd_for_each(
	struct moved_item *item, const struct moving_node *node, unrealircd_word_fn take);

/* Take an oper block. */
void unrealircd_opers_take(struct mapping *mapping, const struct moving_node *node);
