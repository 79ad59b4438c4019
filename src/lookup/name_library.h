/* Asks the C library, which asks /etc/hosts and the name servers of /etc/resolv.conf, as
 * nsswitch.conf(5) says. */
#pragma once

#include "base/buffer.h"
#include "proto/resolve_message.h"

/* Before the first question: names are complete as they are, and name servers that are silent do
 * not hold a thread for long. The environment of the administrator goes first. */
void name_library_prepare(void);

/* Waits for name servers, in any thread. Puts the reply. */
void name_library_answer(const struct resolve_question *question, struct buffer *reply);
