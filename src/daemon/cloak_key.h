/* The key of the cloaks if secrets.ini has none: created once in $STATE_DIRECTORY/cloak.key, or
 * without that directory for this run only. */
#pragma once

#include "base/log.h"

struct cloak_key;

struct cloak_key *cloak_key_new(const struct log *log);
void cloak_key_free(struct cloak_key *key); /* NULL is allowed */

/* Without a file, use this key instead of a new one, because clients have cloaks made with it. NULL
 * and invalid keys are ignored. */
void cloak_key_remember(struct cloak_key *key, const char *digits);

/* The key as the text of a source of secrets, and the name of that source; both are owned by the
 * key. The first call reads or creates the key. */
const char *cloak_key_text(struct cloak_key *key, const char **ret_name);
