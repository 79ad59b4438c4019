/* UPLOADS of NickServ: the uploaded files of an account. */
#pragma once

#include "action/command.h"
#include "world/event.h"

#define UPLOADS_MOST_PAGES 1000 /* that can be asked for */

/* What a gate reports. */
void uploads_answered(struct call *call, const struct event *event);
