/* What users may not do while they are new: see known_after of a class. */
#pragma once

#include "action/command.h"

/* Is the user known: with an account, an operator, or no newcomer of a class that has some? */
bool newcomers_is_known(const struct call *call);
/* Is it a newcomer, or a client that has not registered, of a class that has newcomers? */
bool newcomers_is_new(const struct call *call);
/* The caller talks in a channel, which may make its address known. */
void newcomers_note_talk(const struct call *call);
/* Why the caller may not create a channel yet; NULL: it may. */
const char *newcomers_may_not_create(const struct call *call);
/* The same for writing to the user, or inviting it. */
const char *newcomers_may_not_write(const struct call *call, const struct user *to);
/* The same for changing the nickname. */
const char *newcomers_may_not_rename(const struct call *call);
/* The same for a link in the text, if there is one; NULL is no text. */
const char *newcomers_may_not_link(const struct call *call, const char *text);
