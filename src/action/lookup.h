/* Finds what a client named, or refuses it with the right numeric. */
#pragma once

#include <stdbool.h>

#include "action/command.h"
#include "world/channel.h"

/* A client's text as a middle parameter of a numeric; "*" if it cannot be one. */
const char *lookup_word(const char *text);

/* The reason in the parameter of that number; NULL: missing or empty. */
const char *lookup_reason(const struct call *call, int param);

/* NULL: not found, 401 was sent. */
struct user *lookup_user(struct call *call, const char *nick);

/* NULL: it does not exist or is hidden from the caller, 403 was sent. */
struct channel *lookup_channel(struct call *call, const char *name);

/* The caller's own membership; 442. */
struct member *lookup_membership(struct call *call, const struct channel *channel);

/* The caller's own membership with at least that rank; 442, 482. */
struct member *lookup_rank(struct call *call, const struct channel *channel, uint32_t rank);

/* Does the caller have the operator privilege, and need it for what it does to others? Ask only if
 * everybody else would be refused: the call goes into the audit log, see auditing.h. */
bool lookup_power(struct call *call, const char *privilege);
/* The same for what every operator may do. */
bool lookup_operator(struct call *call);
/* The same as lookup_power(), with an answer if not. Sends 481 to users who are no operators, 723
 * to operators who lack it. */
bool lookup_privilege(struct call *call, const char *privilege);

/* A server named in a query; NULL is this one. 402. */
bool lookup_server(struct call *call, const char *name);
