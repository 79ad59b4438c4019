/* What services say: notices to the session that asked. */
#pragma once

#include "bots/bots.h"

void service_say(struct call *call, const struct service *service, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void bot_say(struct errand *errand, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text of any length, in several notices. */
void bot_say_text(struct errand *errand, const char *text);
/* "Syntax: INFO [<account>]" */
void bot_say_usage(struct errand *errand);
/* "Syntax: SET EMAIL <e-mail>" */
void bot_say_option_usage(struct errand *errand, const struct suboption *option);
