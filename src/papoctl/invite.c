/* Owns new invitations to register an account. */
#include "papoctl/invite.h"

#include <stdio.h>
#include <sys/random.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "proto/invitation_text.h"
#include "proto/totp.h"

#define HASH "hash"

int invite_prepare(const char *program, const struct words *call, struct buffer *invitation)
{
	struct totp_secret secret = { .length = TOTP_NEW_BYTES };
	char hash[INVITATION_HASH_BYTES];

	if (json_object_get(call->parameters, HASH))
		return 0;
	if (getrandom(secret.bytes, secret.length, 0) != TOTP_NEW_BYTES) {
		fprintf(stderr, "%s: there are no random numbers\n", program);
		return EX_OSERR;
	}
	totp_secret_format(&secret, invitation);
	invitation_hash(invitation->bytes, hash);
	json_object_set_new(call->parameters, HASH, json_string(hash));
	return 0;
}

json_t *invite_describe(const struct buffer *invitation, const json_t *sentence)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	buffer_format(&text,
		"%s The invitation is %s, for REGISTER * %s <password>, or NS REGISTER <password> "
		"%s",
		json_string_value(sentence), invitation->bytes, invitation->bytes,
		invitation->bytes);
	return json_string(text.bytes);
}
