/* Owns the names of the services. */
#include "world/services.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "world/naming.h"
#include "world/world.h"

#define SOURCE(name) name "!" name "@" SERVICE_HOST

const struct service service_nickserv = { "NickServ", SOURCE("NickServ"), "Accounts" };
const struct service service_chanserv = { "ChanServ", SOURCE("ChanServ"), "Registered channels" };

static const struct service *const services[] = { &service_nickserv, &service_chanserv };

static bool is_name_of(const struct service *service, const char *name, size_t length)
{
	if (length != strlen(service->name))
		return false;
	for (size_t i = 0; i < length; i++)
		if (text_lower(name[i]) != text_lower(service->name[i]))
			return false;
	return true;
}

const struct service *service_find_target(const char *target, size_t length)
{
	const char *at = memchr(target, '@', length);
	size_t name_length = at ? (size_t) (at - target) : length;

	for (size_t i = 0; i < ARRAY_LENGTH(services); i++)
		if (is_name_of(services[i], target, name_length))
			return services[i];
	return NULL;
}

const struct service *service_find(const char *nick)
{
	return strchr(nick, '@') ? NULL : service_find_target(nick, strlen(nick));
}

const struct service *service_addressed(const struct world *world, const char *target)
{
	const char *at = strchr(target, '@');

	if (at && !text_equals_ignoring_case(at + 1, world->settings->server_name))
		return NULL;
	return service_find_target(target, strlen(target));
}

bool services_own_nick(const struct world *world, const char *nick)
{
	for (size_t i = 0; i < ARRAY_LENGTH(services); i++)
		if (naming_are_alike(world, services[i]->name, nick))
			return true;
	return false;
}
