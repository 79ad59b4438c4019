/* The channels that the configuration lists, and their modes as it writes them: "+ntl 50". */
#pragma once

#include <stdbool.h>

#include "config/problem.h"
#include "config/settings.h"
#include "proto/casemap.h"
#include "proto/modestring.h"

/* The entry with that name; NULL: none has it. */
const struct channel_settings *permanent_channel_find(
	const struct settings *settings, enum casemap casemap, const char *name);

/* All modes of an entry. */
#define LISTED_MODES 64
struct listed_modes {
	struct modestring_words words;
	struct modestring_change changes[LISTED_MODES]; /* params are part of the words */
	size_t count;
};

void listed_modes_init(struct listed_modes *modes, const char *text);
void listed_modes_done(struct listed_modes *modes);
bool listed_modes_have(const struct listed_modes *modes, char letter);
const char *listed_modes_param(const struct listed_modes *modes, char letter); /* NULL: none */

/* Add an error for each entry with modes that it cannot have. */
void permanent_channels_check(const struct settings *settings, struct problems *problems);
