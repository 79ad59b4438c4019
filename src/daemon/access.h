/* Whether the service can read what root can: papod --check is mostly run by root. */
#pragma once

#include <sys/types.h>

#include "config/problem.h"
#include "config/settings.h"

struct access_user {
	const char *name; /* whose groups count too */
	uid_t user;
	gid_t group;
};

/* 0 or a negative errno: could that user read the file? For root. */
int access_try(const struct access_user *user, const char *path);

/* A warning for each file of the settings that the service could not read. For root. */
void access_check(const struct settings *settings, struct problems *problems);
