/* Which keys a client wants to be told of. */
#pragma once

#include "action/command.h"

/* METADATA * SUB key..., UNSUB key... and SUBS. */
void metadata_subscribe(struct call *call);
void metadata_unsubscribe(struct call *call);
void metadata_list_subscriptions(struct call *call);
