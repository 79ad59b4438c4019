/* Owns the table of scopes. */
#include "config/api_scopes.h"

#include <string.h>

#include "base/cleanup.h"
#include "config/text_checks.h"

static const struct api_scope scopes[] = {
	{ "status", "the state of the server" },
	{ "channels", "the channels, secret ones too, and who is there" },
	{ "users", "the users" },
	{ "clients", "the connections of clients, with their addresses" },
	{ "accounts", "the accounts and the registered channels" },
	{ "bans", "the bans of the server" },
	{ "audit", "what operators have done" },
	{ "history", "what was said in channels, where that is recorded" },
	{ "send", "to send messages to channels, as the source of the program" },
};

const struct api_scope *api_scope(size_t index)
{
	return index < ARRAY_LENGTH(scopes) ? &scopes[index] : NULL;
}

const struct api_scope *api_scope_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(scopes); i++)
		if (strcmp(scopes[i].name, name) == 0)
			return &scopes[i];
	return NULL;
}

const char *check_api_scope(const char *text)
{
	return api_scope_find(text) ? NULL
				    : "a scope of the HTTP API, such as \"status\" or "
				      "\"channels\"; see HTTP API "
				      "in papod(8)";
}
