/* Owns the texts of invitations. */
#include "proto/invitation_text.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/name_syntax.h"

#define DIVIDER '\n' /* no line of IRC has it */

bool invitation_is(const char *word)
{
	return strlen(word) >= INVITATION_LEAST_BYTES && !strchr(word, ' ') &&
	       !mail_address_is_valid(word);
}

void invitation_hash(const char *invitation, char ret_hash[INVITATION_HASH_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	char *upper = mem_text(invitation);
	struct digest digest;

	for (char *at = upper; *at; at++)
		*at = text_upper(*at);
	digest = digest_sha256((struct digest_input){ upper, strlen(upper) });
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		ret_hash[2 * i] = digits[digest.bytes[i] >> 4];
		ret_hash[2 * i + 1] = digits[digest.bytes[i] & 15];
	}
	ret_hash[INVITATION_HASH_BYTES - 1] = '\0';
	mem_free_secret(upper);
}

bool invitation_hash_is_valid(const char *hash)
{
	size_t length = strlen(hash);

	return length == INVITATION_HASH_BYTES - 1 && strspn(hash, "0123456789abcdef") == length;
}

void invitation_join(struct buffer *out, const char *invitation, const char *password)
{
	buffer_format(out, "%s%c%s", invitation, DIVIDER, password);
}

const char *invitation_split(const char *text, char ret_hash[INVITATION_HASH_BYTES])
{
	const char *divider = strchr(text, DIVIDER);
	char *invitation;

	ret_hash[0] = '\0';
	if (!divider)
		return text;
	invitation = mem_text_n(text, (size_t) (divider - text));
	invitation_hash(invitation, ret_hash);
	mem_free_secret(invitation);
	return divider + 1;
}
