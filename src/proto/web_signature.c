/* Owns the form of signatures. */
#include "proto/web_signature.h"

#include <string.h>

#include "base/digest.h"
#include "base/hex.h"
#include "base/text.h"

#define SCHEME "sha256="

static bool read_signature(const char *text, struct digest *ret_digest)
{
	if (text_starts_with(text, SCHEME))
		text += strlen(SCHEME);
	if (strlen(text) != 2 * sizeof(ret_digest->bytes))
		return false;
	for (size_t i = 0; i < sizeof(ret_digest->bytes); i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		ret_digest->bytes[i] = (uint8_t) (high * 16 + low);
	}
	return true;
}

bool web_signature_is_right(
	const char *signature, const char *secret, const char *body, size_t length)
{
	struct digest given, right;

	if (!read_signature(signature, &given))
		return false;
	right = digest_hmac((struct digest_input){ secret, strlen(secret) },
		(struct digest_input){ body, length });
	return digest_equals(&given, &right);
}
