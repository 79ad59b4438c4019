/* What users may not do while they are new: see known_after of a class. */
#pragma once

#include "action/speech.h"

/* Why the caller may not create a channel yet; NULL: it may. */
const char *newcomers_may_not_create(const struct call *call);
/* The same for the private message. */
const char *newcomers_may_not_write(const struct speech *speech, const struct user *to);
/* The same for a link in the text, if there is one. */
const char *newcomers_may_not_link(const struct speech *speech);
