/* Logins whose answer has come, by the command that began them. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/event.h"

/* The login was checked. */
void logins_checked(struct call *call, const struct event *event);
/* It was refused, and it is time to say so. */
void logins_refuse(struct call *call);
/* Its new account is on the disk, or is not: CHANGE_KIND_VOUCHED. The session may be gone. */
void logins_stored(struct call *call, const struct change *change, enum stored status);
