/* The metadata keys that a client subscribes to. */
#pragma once

#include "action/command.h"

/* METADATA * SUB key..., UNSUB key... and SUBS. */
void metadata_subscribe(struct call *call);
void metadata_unsubscribe(struct call *call);
void metadata_list_subscriptions(struct call *call);
