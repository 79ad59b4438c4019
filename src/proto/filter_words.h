/* The words that describe a filter, in the configuration and in the command FILTER: how it matches,
 * where, and what it does. Saved in snapshots and in the database: a number never changes its
 * meaning. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

#define FILTER_NAME_BYTES 32
#define FILTER_PATTERN_BYTES 300
#define FILTER_REASON_BYTES 200

enum filter_match {
	FILTER_MATCH_LITERAL = 1,
	FILTER_MATCH_GLOB,
	FILTER_MATCH_REGEX,
	FILTER_MATCH_ALIKE,    /* as a literal, but letters that look alike are the same */
	FILTER_MATCH_MENTIONS, /* a message with the nicknames of that many members */
	FILTER_MATCH_REPEAT,   /* nearly the same text again and again */
};

enum filter_place {
	FILTER_PLACE_TEXT = 1 << 0, /* of messages and reactions */
	FILTER_PLACE_NICK = 1 << 1,
	FILTER_PLACE_REALNAME = 1 << 2, /* and the metadata of users */
	FILTER_PLACE_TOPIC = 1 << 3,	/* and the metadata of channels */
	FILTER_PLACE_AWAY = 1 << 4,
	FILTER_PLACE_PART = 1 << 5, /* reasons of PART, QUIT, KICK, RENAME and the like */
};
#define FILTER_PLACES 0x3f /* all of them */

/* From the weakest to the strongest. */
enum filter_action {
	FILTER_ACTION_TELL = 1,
	FILTER_ACTION_SLOW,
	FILTER_ACTION_STRIP,
	FILTER_ACTION_BLOCK,
	FILTER_ACTION_MUTE,
	FILTER_ACTION_KICK,
	FILTER_ACTION_BAN,
};

/* Does it count something, rather than look at the text alone? */
static inline bool filter_match_counts(uint32_t match)
{
	return match == FILTER_MATCH_MENTIONS || match == FILTER_MATCH_REPEAT;
}

/* 0: no such word. */
uint32_t filter_match_of(const char *word);
uint32_t filter_place_of(const char *word);
uint32_t filter_action_of(const char *word);

/* Never NULL. */
const char *filter_match_word(uint32_t match);
const char *filter_action_word(uint32_t action);
void filter_places_format(uint32_t places, struct buffer *out); /* "text,nick" */
/* "text,nick"; 0: another word is in it, or none. */
uint32_t filter_places_of(const char *words);

/* "text, nick, ...", for messages; text that never changes. */
extern const char filter_match_words[], filter_place_words[], filter_action_words[];

bool filter_name_is_valid(const char *name);

/* Can one with that match look there? False: why says what is wrong. */
bool filter_places_fit(uint32_t match, uint32_t where, struct buffer *why);

/* May such a filter be? False: why says what is wrong. */
bool filter_is_possible(uint32_t match, uint32_t action, const char *pattern, struct buffer *why);

/* Is it as fast as filters should be? False: why says what makes it slow. */
bool filter_is_cheap(uint32_t match, const char *pattern, struct buffer *why);
