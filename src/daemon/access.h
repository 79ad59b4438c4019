/* Checks what papod.service can access: papod --check usually runs as root, outside of its
 * sandbox. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "config/problem.h"
#include "config/settings.h"
#include "daemon/resolving.h"

struct access_user {
	const char *name; /* whose supplementary groups count too */
	uid_t user;
	gid_t group;
};

/* Could that user read the file? 0 or a negative errno. Requires root. */
int access_try(const struct access_user *user, const char *path);

/* Add a warning for each file of the settings that the service could not read. Requires root. */
void access_check_files(
	const struct settings *settings, const char *config, struct problems *problems);

/* Do the settings require DNS names that the service cannot look up? */
bool access_lacks_names(const struct settings *settings, const struct resolving_sockets *sockets);

/* Add a warning if the settings require DNS names that the service cannot look up. */
void access_check_names(const struct settings *settings, const struct resolving_sockets *sockets,
	struct problems *problems);

/* Add a warning if a certificate is wanted, and the program that gets it is not there. */
void access_check_acme(
	const struct settings *settings, const char *program, struct problems *problems);

/* Add a warning for each file of a certificate that is not there. */
void access_check_certificates(const struct settings *settings, struct problems *problems);
