/* The services that the server itself offers as if they were users: NickServ and ChanServ. They are
 * in no map, but their nicks are taken, and clients see them online. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct world;

struct service {
	const char *name;     /* its nick and user name */
	const char *source;   /* nick!user@host */
	const char *realname; /* what it is for */
};

#define SERVICE_HOST "services"

extern const struct service service_nickserv;
extern const struct service service_chanserv;

/* In any case; NULL: the nick is no service's. */
const struct service *service_find(const char *nick);
/* The recipient of a message: "NickServ", or "NickServ@" and anything. */
const struct service *service_find_target(const char *target, size_t length);
/* The same on this server: after the @ comes its name. */
const struct service *service_addressed(const struct world *world, const char *target);
/* False: not worth the next question. */
static inline bool service_may_be(const char *target)
{
	char first = text_lower(target[0]);

	return (first == 'n' && text_lower(target[1]) == 'i') ||
	       (first == 'c' && text_lower(target[1]) == 'h');
}

/* Is the nick a service's, or does it look like one? */
bool services_own_nick(const struct world *world, const char *nick);
