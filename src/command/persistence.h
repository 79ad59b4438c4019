/* What says whether a user is always on. */
#pragma once

#include "action/command.h"

/* In the welcome, to clients with draft/persistence that are logged in. */
void persistence_show(struct call *call);
/* It could not be stored. */
void persistence_refuse(struct call *call);
/* The account has changed: to all sessions of its users that know the capability. */
void persistence_tell(struct world *world, struct outbox *outbox, uint64_t account);
