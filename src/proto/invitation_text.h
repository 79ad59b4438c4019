/* Invitations to register an account, as texts: base32 letters that stand where a client gives an
 * e-mail address. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

#define INVITATION_LEAST_BYTES 16
#define INVITATION_HASH_BYTES 65 /* hexadecimal digits and a NUL */

/* Is the word in the place of an e-mail address an invitation? Then its mask is one, too; and the
 * mask of a word that is none is none, unless the word is an address. */
bool invitation_is(const char *word);
/* Under which it is stored, whatever the case of its letters. */
void invitation_hash(const char *invitation, char ret_hash[INVITATION_HASH_BYTES]);
bool invitation_hash_is_valid(const char *hash);

/* An invitation and a password on their way to the helper that derives the verifier. */
void invitation_join(struct buffer *out, const char *invitation, const char *password);
/* The password in such a text, or in one without an invitation; its hash is empty then. */
const char *invitation_split(const char *text, char ret_hash[INVITATION_HASH_BYTES]);
