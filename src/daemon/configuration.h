/* The files of the configuration, read and parsed:
 *
 *     papod.conf              may be missing, unless it was named
 *     conf.d/NAME.conf         beside it, in the order of their names
 *     $CREDENTIALS_DIRECTORY/secrets.ini, or else secrets.ini beside papod.conf
 *     the MOTD and the rules  that the above name */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"
#include "config/settings.h"
#include "daemon/cloak_key.h"

/* config: NULL is the default file. key: for the cloaks if the secrets have none; NULL: none.
 * ret_names: the files that were read, for humans. Returns NULL on errors, which are in problems;
 * it may contain warnings on success too. */
struct settings *configuration_read(const char *config, struct cloak_key *key,
	struct problems *problems, struct buffer *ret_names);

/* Is it the configuration of papod.service, or of an instance of it? */
bool configuration_is_service(const char *config);
