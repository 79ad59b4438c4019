/* The refusals of METADATA: each version of the specification has its own texts, and a client gets
 * those of the version that it negotiated. IRCv3 metadata-2 and metadata-3, "Standard Replies". */
#pragma once

#include <stdbool.h>

#include "action/command.h"

bool metadata_is_3(const struct world *world, const struct session *session);

void metadata_refuse_target(struct call *call, const char *target);
void metadata_refuse_subcommand(struct call *call, const char *subcommand); /* unknown */
void metadata_refuse_usage(struct call *call, const char *subcommand); /* parameters are missing */
void metadata_refuse_setting(struct call *call, const char *target, const char *key);
void metadata_refuse_unset(struct call *call, const char *target, const char *key);
void metadata_refuse_value(struct call *call, const char *key);
/* A filter refuses the value. */
void metadata_refuse_text(struct call *call, const char *key, const char *reason);
void metadata_refuse_count(struct call *call, const char *target);
void metadata_refuse_subscription(struct call *call, const char *key);

/* Report an invalid key: the request continues with the next, or is refused. */
void metadata_skip_key(struct call *call, const char *key);
void metadata_refuse_key(struct call *call, const char *key);

/* The caller may retry in that many seconds. */
void metadata_refuse_rate(struct call *call, uint32_t seconds);
void metadata_sync_later(struct call *call, const char *target, uint32_t seconds);
