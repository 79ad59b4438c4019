/* Who may have a request of HTTP carried out: addresses, tokens and signatures. Only papod checks
 * them, never the gate. */
#pragma once

#include <stdbool.h>

#include "daemon/web_answering.h"

/* False: the request was refused. True: its program is set, if it is one of the API. */
bool web_admits(struct web_answering *answering);
