/* The description of the HTTP API, made from its rows. https://spec.openapis.org/oas/v3.1.0 */
#pragma once

#include <jansson.h>

/* The caller releases it. */
json_t *web_openapi(void);
