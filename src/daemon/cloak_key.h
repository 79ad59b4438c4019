/* The key of the cloaks when the secrets have none: kept in $STATE_DIRECTORY/cloak.key, where
 * it is made once, or else good for this run only. */
#pragma once

#include "base/log.h"

struct cloak_key;

struct cloak_key *cloak_key_new(const struct log *log);
void cloak_key_free(struct cloak_key *key); /* NULL is fine */

/* Without a file, take this one instead of a new one: clients have cloaks made with it. NULL or
 * what is no key is ignored. */
void cloak_key_remember(struct cloak_key *key, const char *digits);

/* It is read or made when it is first asked for. The text of a source of secrets, and the name
 * of that source; both stay the key's. */
const char *cloak_key_text(struct cloak_key *key, const char **ret_name);
