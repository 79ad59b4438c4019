/* Listeners that cannot be open. */
#pragma once

#include "config/draft.h"

/* Add an error for each listener that cannot be open, or not beside an earlier one. */
void listen_check(const struct draft *draft);

bool listeners_have_tls(const struct listener_settings *listeners, size_t n_listeners);

/* Append what listens where: a line for each kind of listener, such as "clients connect with TLS at
 * [::1]:6697, port 7000 of every address". */
void listen_describe(const struct settings *settings, struct buffer *out);
