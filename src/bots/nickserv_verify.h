/* Answers to VERIFY of NickServ that come later. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/event.h"

/* The code was checked. */
void nickserv_verify_checked(struct call *call, const struct event *event);
/* It was wrong, and it is time to say so. */
void nickserv_verify_refuse(struct call *call);
/* The account is stored as verified, or is not; the session may be gone. */
void nickserv_verify_stored(struct call *call, const struct change *change, int status);
