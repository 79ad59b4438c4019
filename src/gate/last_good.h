/* Copies of the certificates that were in use last, with their keys, in the state directory: for a
 * start at which the files of the administrator cannot be used. Only the gate's user can read them.
 * Without a state directory there are none. */
#pragma once

#include "gate/certificate.h"
#include "gate/gate_settings.h"

/* Store a copy under the name, unless it is there. 0 or a negative errno. */
int last_good_store(const char *name, const struct certificate *certificate);
/* NULL: there is no copy, or it has expired. */
struct certificate *last_good_find(const char *name);
/* Remove copies of certificates that are not configured any more. */
void last_good_tidy(const struct gate_settings *settings);
