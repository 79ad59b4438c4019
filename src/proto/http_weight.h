/* How much a client wants something: "q=0.5". RFC 9110 12.4.2. */
#pragma once

#include "proto/http.h"

#define HTTP_MOST_WEIGHT 1000 /* a weight of 1, in thousandths */

/* 0 to 1 with at most three digits, in thousandths. -1: malformed. */
int http_parse_weight(const struct http_text *text);
