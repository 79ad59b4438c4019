/* Owns the text of fingerprints, and comparing them. */
#include "proto/certfp.h"

#include <string.h>

#include "base/hex.h"

bool certfp_parse(const char *text, struct certfp *ret_certfp)
{
	struct certfp certfp = { 0 };

	while (*text) {
		int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);

		if (low < 0 || certfp.length == sizeof(certfp.bytes))
			return false;
		certfp.bytes[certfp.length++] = (uint8_t) (high << 4 | low);
		text += 2;
		text += text[0] == ':' && text[1];
	}
	if (certfp.length != TLS_SHA256_BYTES && certfp.length != TLS_SHA512_BYTES)
		return false;

	*ret_certfp = certfp;
	return true;
}

void certfp_format(const uint8_t *bytes, size_t length, struct buffer *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < length; i++) {
		buffer_put_byte(out, digits[bytes[i] >> 4]);
		buffer_put_byte(out, digits[bytes[i] & 15]);
	}
}

static bool certfp_is(const struct certfp *certfp, const uint8_t *hash)
{
	static const uint8_t unknown[TLS_SHA512_BYTES];

	return memcmp(hash, certfp->bytes, certfp->length) == 0 &&
	       memcmp(hash, unknown, certfp->length) != 0;
}

bool certfp_matches(const struct certfp *certfp, const struct tls_facts *facts)
{
	if (!facts || !facts->has_certificate)
		return false;
	if (certfp->length == TLS_SHA256_BYTES)
		return certfp_is(certfp, facts->certificate_sha256) ||
		       certfp_is(certfp, facts->key_sha256);
	return certfp_is(certfp, facts->certificate_sha512) || certfp_is(certfp, facts->key_sha512);
}
