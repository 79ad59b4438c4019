/* Who may have a request of HTTP carried out: addresses, tokens and signatures. Only papod checks
 * them, never the gate. */
#pragma once

#include <stdbool.h>

#include "daemon/web_answering.h"

/* False: the request was refused. */
bool web_admits(const struct web_answering *answering);
