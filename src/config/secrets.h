/* Reads secrets.ini: the hashes of passwords, the key of the cloaks, the tokens of notifications
 * and of the HTTP API, and nothing else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/draft.h"

#define SECRETS_NO_PASSWORD "*" /* crypt(5): no password has this hash */

/* A refused secret is replaced by one that nothing matches. The lists of the draft must be
 * complete, because each section names one of their entries. */
void secrets_read(struct draft *draft, size_t source);

/* What is wrong with the hash of a password, as text; NULL if it is valid. */
const char *secrets_check_hash(const char *hash);
