/* HMAC with the vectors of RFC 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hex.h"
#include "tls/crypto.h"

#define WITH_SHA256 0x1301
#define WITH_SHA384 0x1302

struct vector {
	const char *key;
	const char *text;
	const char *sha256;
	const char *sha384;
};

static const struct vector vectors[] = {
	{
		"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		"4869205468657265",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
		"afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
		"faea9ea9076ede7f4af152e8b2fa9cb6",
	},
	{
		"4a656665",
		"7768617420646f2079612077616e7420666f72206e6f7468696e673f",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		"af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
		"8e2240ca5e69e2c78b3239ecfab21649",
	},
	{
		"0102030405060708090a0b0c0d0e0f10111213141516171819",
		"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
		"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
		"3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e"
		"6801dd23c4a7d679ccf8a386c674cffb",
	},
};

static void expect_digest(
	struct tls_hmac *hmac, uint16_t suite, const struct vector *vector, const char *digest_text)
{
	uint8_t key[64], text[64], digest[TLS_HASH_MAX];
	size_t n_key = hex_parse(vector->key, key, sizeof(key));
	size_t n_text = hex_parse(vector->text, text, sizeof(text));
	const struct tls_suite *row = tls_suite_find(suite);

	for (size_t cut = 0; cut <= n_text; cut++) { /* in any pieces */
		tls_hmac_begin(hmac, row, key, n_key);
		tls_hmac_put(hmac, text, cut);
		tls_hmac_put(hmac, text + cut, n_text - cut);
		tls_hmac_end(hmac, digest);
		assert_hex(digest, row->hash_bytes, digest_text);
	}
}

/* One after the other, so each begins with nothing of the one before. */
static void the_digests_are_those_of_rfc_4231(void **state)
{
	struct tls_crypto *crypto = tls_crypto_new();
	struct tls_hmac *hmac = tls_crypto_hmac(crypto);

	(void) state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		expect_digest(hmac, WITH_SHA256, &vectors[i], vectors[i].sha256);
		expect_digest(hmac, WITH_SHA384, &vectors[i], vectors[i].sha384);
	}
	tls_crypto_free(crypto);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digests_are_those_of_rfc_4231),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
