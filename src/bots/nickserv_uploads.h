/* UPLOADS of NickServ: the uploaded files of an account. */
#pragma once

#include "action/command.h"
#include "world/event.h"

/* What a gate reports. */
void uploads_answered(struct call *call, const struct event *event);
