/* The current values of the keys that a client subscribes to. IRCv3 metadata, "METADATA SYNC" and
 * metadata-3, "Automatic synchronization". */
#pragma once

#include "action/command.h"
#include "action/long_answer.h"
#include "action/metadata_push.h"

/* The target of metadata-3 that stands for everything the client is notified about. */
#define METADATA_EVERYTHING "*ALL"

extern const struct long_answer answer_metadata;

/* Begin a batch about that target; reply_batch_end() ends it. */
void metadata_batch_begin(struct call *call, const char *target);

/* Answer METADATA SYNC; a channel includes its members. */
void metadata_sync(struct call *call, const struct metadata_target *target);
void metadata_sync_all(struct call *call);

/* Sync after the caller has subscribed to these keys, joined that channel, begun to monitor that
 * user, or registered. */
void metadata_sync_subscribed(struct call *call, const struct metadata *keys);
void metadata_sync_joined(struct call *call, const struct channel *channel);
void metadata_sync_monitored(struct call *call, const struct user *user);
void metadata_sync_own(struct call *call);

/* The user is new: send its metadata to the clients that monitor it. */
void metadata_sync_watchers(struct world *world, struct outbox *outbox, const struct user *user);
