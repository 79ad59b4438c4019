/* Hashes of passwords in the databases of other services. */
#pragma once

#include "moving/registry.h"

/* As Atheme and Anope write them. Other hashes leave the account without a password, with a note.
 */
void registry_set_atheme_hash(
	struct registry *registry, struct registry_account *account, const char *hash);
void registry_set_anope_hash(
	struct registry *registry, struct registry_account *account, const char *hash);
