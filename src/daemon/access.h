/* What papod.service can reach: papod --check is mostly run by root, outside of its sandbox. */
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
void access_check_files(const struct settings *settings, struct problems *problems);

/* A warning if the service cannot look up names that it is to look up. */
void access_check_names(
	const struct settings *settings, const char *resolved, struct problems *problems);
