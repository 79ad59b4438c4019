/* What bans of the server match of a client, and whether one mutes it. */
#pragma once

#include "action/command.h"
#include "world/bans.h"
#include "world/session.h"

/* What bans match of a client. The subject is valid until the client or its user changes. */
struct ban_subject banning_subject(const struct session *session);

/* Separate "[nick!]user@host", as operators name a client that need not be there. The subject
 * refers to the text, which is modified; no nick: *ret_nick is NULL. False: it is something else.
 */
bool banning_split_source(char *text, const char **ret_nick, struct ban_subject *ret_subject);

/* Is the caller muted by a ban, and no operator? What it says must not be delivered. */
bool banning_mutes(const struct call *call);
