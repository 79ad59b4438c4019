/* The way of a service's changes to the database and back. */
#pragma once

#include "action/command.h"
#include "world/changes.h"
#include "world/services.h"

/* Store it; then the service says the text. */
void bot_ask_change(struct call *call, struct change *change, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* It is over: say so, unless the session is gone. The texts are for what is taken and gone. */
void bot_report_change(struct call *call, const struct service *service,
	const struct change *change, enum stored status, const char *const refusals[2]);
