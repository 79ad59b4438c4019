/* What the subcommands of ChanServ share. */
#pragma once

#include "bots/bots.h"
#include "world/registered_channels.h"

struct change;

/* NULL: it is not registered, which the user was told. */
struct registered_channel *chanserv_find(struct errand *errand, const char *name);
/* Does the user's account have this rank on the channel? If not, the user was told. */
bool chanserv_may(
	struct errand *errand, const struct registered_channel *registered, uint32_t rank);
/* Is the rank the user's own? The same, but an operator of the server may, too. */
bool chanserv_is_founder(struct errand *errand, const struct registered_channel *registered);
/* The rank of the letter; 0: none, which the user was told. */
uint32_t chanserv_read_rank(struct errand *errand, const char *letter);

/* A change of the channel; NULL: another one is under way, which the user was told. The channel is
 * NULL for one that is registered by the change. */
struct change *chanserv_change(struct errand *errand, const struct registered_channel *registered);
/* The same, for one that makes the user's account the founder. Meanwhile the account cannot end,
 * nor become the founder of more channels than it may. */
struct change *chanserv_change_founder(
	struct errand *errand, const struct registered_channel *registered);
/* Add the row of the channel as the copy describes it. */
void chanserv_add_channel(
	struct errand *errand, struct change *change, const struct registered_channel *copy);
/* A change of kind CHANGE_KIND_CHANNEL is over; the status is an enum stored. The session of the
 * call is NULL if it is gone. */
void chanserv_stored(struct call *call, const struct change *change, int status);
