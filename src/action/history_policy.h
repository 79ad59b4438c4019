/* How long what is recorded is kept, and what users are told about that. */
#pragma once

#include "action/command.h"

struct channel;

/* Append a sentence for users: "Messages are recorded for 30 days." */
void history_describe(const struct world *world, const struct channel *channel, struct buffer *out);
/* The caller has joined the channel: say that it is recorded, if so. */
void history_tell_newcomer(struct call *call, const struct channel *channel);

/* Remove what is too old, and what is too much. */
void history_expire(struct world *world, struct outbox *outbox);
