/* What services say: notices to the session that asked. */
#pragma once

#include "bots/bots.h"

void service_say(struct call *call, const struct service *service, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same for a text that must not stay in memory once it is sent. */
void service_say_secret(struct call *call, const struct service *service, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void bot_say(struct errand *errand, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A text of any length, in several notices. */
void bot_say_text(struct errand *errand, const char *text);
/* "Syntax: INFO [<account>]" */
void bot_say_usage(struct errand *errand);
/* False: the word is neither ON nor OFF, which the user was told. */
bool bot_read_switch(struct errand *errand, const char *word, bool *ret_is_on);
/* "Syntax: SET EMAIL <e-mail>" */
void bot_say_option_usage(struct errand *errand, const struct suboption *option);
