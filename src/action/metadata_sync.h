/* The values, as they are now, of the keys that a client subscribes to. IRCv3 metadata,
 * "METADATA SYNC" and metadata-3, "Automatic synchronization". */
#pragma once

#include "action/command.h"
#include "action/long_answer.h"
#include "action/metadata_push.h"

/* The target of metadata-3 that stands for all whom the client is told of. */
#define METADATA_EVERYTHING "*ALL"

extern const struct long_answer answer_metadata;

/* What the caller is told until reply_batch_end() is of that target. */
void metadata_batch_begin(struct call *call, const char *target);

/* What the caller asks for; of a channel also its members'. */
void metadata_sync(struct call *call, const struct metadata_target *target);
void metadata_sync_all(struct call *call);

/* The caller has just subscribed to these keys, joined that channel, begun to monitor that user,
 * become a user. */
void metadata_sync_subscribed(struct call *call, const struct metadata *keys);
void metadata_sync_joined(struct call *call, const struct channel *channel);
void metadata_sync_monitored(struct call *call, const struct user *user);
void metadata_sync_own(struct call *call);

/* The user has come, and others wait for it. */
void metadata_sync_watchers(struct world *world, struct outbox *outbox, const struct user *user);
