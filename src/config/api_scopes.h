/* What a program may be allowed to do over the HTTP API: the words in api_tokens.scopes. */
#pragma once

#include <stddef.h>

struct api_scope {
	const char *name;
	const char *help; /* what it allows, for the manual and the description of the API */
};

const struct api_scope *api_scope(size_t index); /* NULL after the last */
/* NULL: there is none of that name. */
const struct api_scope *api_scope_find(const char *name);
