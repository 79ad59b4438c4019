/* Accept: which type of content a client prefers. RFC 9110 12.5.1. */
#pragma once

#include <stdbool.h>

/* How much the client wants the type, in thousandths; 0: not at all. A member that asks for another
 * version than this does not count; NULL: any version does. The value is NULL if the client has not
 * sent the field: it takes everything. */
int http_accept_weight(const char *accept, const char *type, const char *version);
