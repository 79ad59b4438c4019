/* Owns the search for accounts by the certificates of clients. */
#include "base/cleanup.h"
#include "proto/certfp.h"
#include "world/world.h"

const struct account_certificate *account_certificate_by_tls(
	const struct world *world, const struct tls_facts *facts, const struct account *account)
{
	const struct {
		const uint8_t *bytes;
		size_t length;
	} hashes[] = {
		{ facts ? facts->certificate_sha256 : NULL, TLS_SHA256_BYTES },
		{ facts ? facts->key_sha256 : NULL, TLS_SHA256_BYTES },
		{ facts ? facts->certificate_sha512 : NULL, TLS_SHA512_BYTES },
		{ facts ? facts->key_sha512 : NULL, TLS_SHA512_BYTES },
	};
	CLEANUP(buffer_done) struct buffer text = { 0 };
	const struct account_certificate *found, *named = NULL;

	for (size_t i = 0; facts && facts->has_certificate && i < ARRAY_LENGTH(hashes); i++) {
		buffer_clear(&text);
		certfp_format(hashes[i].bytes, hashes[i].length, &text);
		found = account_find_any_certificate(world, text.bytes);
		if (!found || (account && found->account != account))
			continue;
		if (!(found->flags & CERTIFICATE_FLAG_UNPROVEN))
			return found;
		named = named ? named : found;
	}
	return named;
}
