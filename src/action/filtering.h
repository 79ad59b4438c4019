/* What filters do about texts of clients. */
#pragma once

#include "action/command.h"
#include "world/channel.h"
#include "world/filters.h"

enum filter_verdict {
	FILTER_VERDICT_PASS,
	FILTER_VERDICT_STRIP,	/* pass on what is left */
	FILTER_VERDICT_REFUSE,	/* tell the sender the reason */
	FILTER_VERDICT_SWALLOW, /* do not tell it */
	FILTER_VERDICT_EXPEL,	/* likewise: it was told with a KICK or ERROR */
};

struct filtering {
	enum filter_verdict verdict;
	const char *reason; /* of a refusal; of the filter's, or a literal */
	char *stripped;	    /* owned by the caller; NULL: nothing is */
};

/* Does any filter look there? Nearly always none does, and the rest need not be called. */
static inline bool filtering_looks_at(const struct call *call, enum filter_place place)
{
	return call->world->filters.places & place;
}

/* Match the text of the caller, count and report hits, and do what the strongest filter says. The
 * channel, if it is said there, is NULL otherwise. The caller may be closed afterwards. */
struct filtering filtering_of(
	struct call *call, enum filter_place place, const char *text, struct channel *channel);

/* The same for a reaction to a message, which newcomers may send. Filters that count pass over it:
 * many people react alike. */
struct filtering filtering_of_reaction(
	struct call *call, const char *reaction, struct channel *channel);

/* The same for a message that filters have let pass, to a further channel or user: it counts again.
 */
struct filtering filtering_again(struct call *call, const char *text, struct channel *channel);

/* The same for a value of METADATA, where filters see what a user publishes about itself like a
 * real name, and what it publishes about a channel like a topic. Newcomers may send links in it, as
 * avatars are links. */
struct filtering filtering_of_metadata(
	struct call *call, const char *key, const char *value, struct channel *channel);

/* True: filters do not let the caller have the nickname, and it was told why. */
bool filters_refuse_nick(struct call *call, const char *nick);

/* The rest of the text, which the caller frees; NULL: nothing, or the text was NULL. */
char *filtering_rest(struct call *call, enum filter_place place, const char *text);
