/* What a client named, found or refused with the right numeric. */
#pragma once

#include <stdbool.h>

#include "action/command.h"
#include "world/channel.h"

/* Text of a client's as a parameter in the middle of a numeric; "*" if it cannot be one. */
const char *lookup_word(const char *text);

/* Why, as the parameter of that number says it; NULL: not said, or with nothing. */
const char *lookup_reason(const struct call *call, int param);

/* 401, also when it is NULL's turn: the caller just returns. */
struct user *lookup_user(struct call *call, const char *nick);

/* 403: it does not exist, or the caller must not know that it does. */
struct channel *lookup_channel(struct call *call, const char *name);

/* The caller's own membership; 442. */
struct member *lookup_membership(struct call *call, const struct channel *channel);

/* The caller's own membership with at least that rank; 442, 482. */
struct member *lookup_rank(struct call *call, const struct channel *channel, uint32_t rank);

/* An operator's right: 481 for whoever is none, 723 for those who lack it. */
bool lookup_privilege(struct call *call, const char *privilege);

/* A server named in a query; NULL is this one. 402. */
bool lookup_server(struct call *call, const char *name);
