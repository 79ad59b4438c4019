/* Passwords that were checked, so that a crowd that comes back after an outage does not wait for
 * their slow hashes again. Only a keyed hash of each is in memory, under a random key that ends
 * with the process. A new password has another hash, so nothing must be forgotten. */
#pragma once

#include <stdbool.h>

struct remembered;

/* NULL: the system gives no random bytes; then nothing is remembered, and the functions below
 * accept NULL. */
struct remembered *remembered_new(void);
void remembered_free(struct remembered *remembered);

/* The password matched this hash. The oldest ones are forgotten. */
void remembered_add(struct remembered *remembered, const char *hash, const char *password);
bool remembered_knows(const struct remembered *remembered, const char *hash, const char *password);
