/* Codes of six digits for an account: TOTP of NickServ. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/event.h"

/* A new secret was made. */
void totp_secret_made(struct call *call, const struct event *event);
/* A change of kind CHANGE_KIND_TOTP is over. */
void totp_stored(struct call *call, const struct change *change, int status);
/* A code was checked; and the time has come to say that it was wrong. */
void totp_checked(struct call *call, const struct event *event);
void totp_refuse(struct call *call);
