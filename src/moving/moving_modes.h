/* Channel modes of other servers. */
#pragma once

#include "moving/mapping.h"

/* Modes of a channel that papod shall have, collected from one or several texts. */
struct moving_modes {
	struct buffer letters;
	char *key;
	char *limit;
	const struct moving_node *from;
};

void moving_modes_done(struct moving_modes *modes);

/* Take "+ntk key". `same` has the letters without a parameter that mean the same for papod,
 * `with_parameter` those that have one there; all others are noted. */
void moving_modes_take(struct mapping *mapping, struct moving_modes *modes,
	const struct moving_node *node, const char *same, const char *with_parameter);

/* Set the options of a permanent channel. */
void moving_modes_set(const struct moving_modes *modes, struct moved_item *channel);
