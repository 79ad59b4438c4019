/* The key of the server, and its tokens. RFC 8292, and its example in section 2.4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "push/vapid.h"

#define EXAMPLE_KEY                                                                                \
	"BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs"
#define EXAMPLE_TOKEN                                                                              \
	"eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9."                                                    \
	"eyJhdWQiOiJodHRwczovL3B1c2guZXhhbXBsZS5uZXQiLCJleHAi"                                     \
	"OjE0NTM1MjM3NjgsInN1YiI6Im1haWx0bzpwdXNoQGV4YW1wbGUuY29tIn0.i3CYb7t4xfxCDquptFOepC9GAu_"  \
	"HL"                                                                                       \
	"GkMlMuCGSK2rpiUfnK9ojFwDXb1JrErtmysazNjjvW2L9OkSSHzvoD1oA"
/* That of RFC 8291: any will do. */
#define PRIVATE "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
#define PUBLIC                                                                                     \
	"BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"

/* A second way to check a signature, for what is signed here. RFC 7518 3.4. */
static bool is_signed(const char *token, const char *key_text)
{
	const char *dot = strrchr(token, '.');
	uint8_t point[PUSH_POINT_BYTES], numbers[P256_SIGNATURE_BYTES], *der = NULL;
	ECDSA_SIG *signature = ECDSA_SIG_new();
	EVP_MD_CTX *digest = EVP_MD_CTX_new();
	EVP_PKEY *key;
	int length;
	bool is_good;

	assert_true(push_base64_decode(key_text, strlen(key_text), point, sizeof(point)));
	assert_true(push_base64_decode(dot + 1, strlen(dot + 1), numbers, sizeof(numbers)));
	key = p256_from_point(point);
	assert_non_null(key);
	ECDSA_SIG_set0(signature, BN_bin2bn(numbers, 32, NULL), BN_bin2bn(numbers + 32, 32, NULL));
	length = i2d_ECDSA_SIG(signature, &der);
	is_good = EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, key) > 0 &&
		  EVP_DigestVerify(digest, der, (size_t) length, (const uint8_t *) token,
			  (size_t) (dot - token)) > 0;
	EVP_MD_CTX_free(digest);
	ECDSA_SIG_free(signature);
	OPENSSL_free(der);
	EVP_PKEY_free(key);
	return is_good;
}

static void the_example_of_rfc_8292_is_signed(void **state)
{
	CLEANUP(mem_freep) char *other = mem_text(EXAMPLE_TOKEN);

	(void) state;
	assert_true(is_signed(EXAMPLE_TOKEN, EXAMPLE_KEY));
	other[60] ^= 1;
	assert_false(is_signed(other, EXAMPLE_KEY));
}

static struct vapid *new_vapid(void)
{
	uint8_t private_key[P256_PRIVATE_BYTES];
	struct vapid *vapid;

	assert_true(push_base64_decode(PRIVATE, strlen(PRIVATE), private_key, sizeof(private_key)));
	vapid = vapid_new(private_key);
	assert_non_null(vapid);
	return vapid;
}

/* The part of a token between its dots, decoded in a way of its own. */
static char *claims_of(const char *token)
{
	const char *start = strchr(token, '.') + 1;
	size_t length = strcspn(start, ".");
	CLEANUP(mem_freep) char *text = mem_space(length + 4);
	char *claims = mem_new(length + 4);

	memcpy(text, start, length);
	for (size_t i = 0; i < length; i++)
		text[i] = (char) (text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
	while (length % 4)
		text[length++] = '=';
	assert_true(EVP_DecodeBlock((uint8_t *) claims, (const uint8_t *) text, (int) length) > 0);
	return claims;
}

static void a_token_names_service_time_and_contact(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	CLEANUP(mem_freep) char *claims = NULL, *token = NULL;
	struct vapid *vapid = new_vapid();
	const char *end;

	(void) state;
	assert_string_equal(vapid_key(vapid), PUBLIC);
	assert_true(vapid_authorize(
		vapid, "https://push.example.net", "mailto:a@example.org", 1000000, &out));
	assert_memory_equal(out.bytes, "vapid t=", 8);
	end = strstr(out.bytes, ", k=");
	assert_string_equal(end, ", k=" PUBLIC);
	token = mem_text_n(out.bytes + 8, (size_t) (end - out.bytes - 8));
	assert_true(is_signed(token, PUBLIC));
	claims = claims_of(token);
	assert_string_equal(claims, "{\"aud\":\"https://push.example.net\",\"exp\":1043200,"
				    "\"sub\":\"mailto:a@example.org\"}");
	vapid_free(vapid);
}

static void without_a_contact_there_is_no_sub(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	CLEANUP(mem_freep) char *claims = NULL;
	struct vapid *vapid = new_vapid();

	(void) state;
	assert_true(vapid_authorize(vapid, "https://push.example.net", NULL, 0, &out));
	claims = claims_of(out.bytes);
	assert_string_equal(claims, "{\"aud\":\"https://push.example.net\",\"exp\":43200}");
	vapid_free(vapid);
}

static void a_key_is_made_once_and_only_its_owner_reads_it(void **state)
{
	char directory[] = "/tmp/test_vapid.XXXXXX", path[64], key[PUSH_POINT_TEXT_BYTES];
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	struct vapid *vapid;
	struct stat status;

	(void) state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/vapid.key", directory);
	vapid = vapid_load(path, &reason);
	assert_non_null(vapid);
	memcpy(key, vapid_key(vapid), sizeof(key));
	vapid_free(vapid);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	vapid = vapid_load(path, &reason);
	assert_non_null(vapid);
	assert_string_equal(vapid_key(vapid), key);
	vapid_free(vapid);
	assert_int_equal(truncate(path, 20), 0);
	assert_null(vapid_load(path, &reason));
	assert_non_null(strstr(reason.bytes, "contains no key"));
	unlink(path);
	rmdir(directory);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_rfc_8292_is_signed),
		cmocka_unit_test(a_token_names_service_time_and_contact),
		cmocka_unit_test(without_a_contact_there_is_no_sub),
		cmocka_unit_test(a_key_is_made_once_and_only_its_owner_reads_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
