/* The certificate of a server that has none: signed by itself, for clients that compare its
 * fingerprint. */
#pragma once

#include "base/log.h"
#include "gate/certificate.h"

/* Load it from the state directory, or make it and store it there. Without a state directory it
 * lasts as long as the process. NULL: that failed, and was logged. */
struct certificate *self_signed_get(const char *server_name, const struct log *log);
