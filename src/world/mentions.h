/* Whom a message mentions. */
#pragma once

#include <stdint.h>

struct world;
struct channel;

/* The number of members whose nicknames are words of the text, each once; counted up to `most`. */
uint32_t mentions_count(
	struct world *world, const struct channel *channel, const char *text, uint32_t most);
