/* Messages that only the client can read. The vectors are those of RFC 8291, section 5 and
 * appendix A. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/push_lines.h"
#include "push/encrypt.h"

#define PLAIN "When I grow up, I want to be a watermelon"
#define CLIENT_PUBLIC                                                                              \
	"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define CLIENT_PRIVATE "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"
#define CLIENT_AUTH "BTBZMqHH6r4Tts7J_aSIgg"
#define SERVER_PUBLIC                                                                              \
	"BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
#define SERVER_PRIVATE "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
#define SHARED_SECRET "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs"
#define SALT "DGv6ra1nlYgDCS1FRnbzlw"
#define SEALED                                                                                     \
	"DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY" \
	"WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexS" \
	"gSxsj_Qulcy4a-fN"

static void decode(const char *text, void *bytes, size_t n_bytes)
{
	assert_true(push_base64_decode(text, strlen(text), bytes, n_bytes));
}

static struct push_keys client_keys(void)
{
	struct push_keys keys;

	assert_true(push_keys_decode(CLIENT_PUBLIC, CLIENT_AUTH, &keys));
	return keys;
}

static struct encrypt_dice server_dice(void)
{
	struct encrypt_dice dice;

	decode(SERVER_PRIVATE, dice.private_key, sizeof(dice.private_key));
	decode(SALT, dice.salt, sizeof(dice.salt));
	return dice;
}

static void a_message_is_sealed_as_in_rfc_8291(void **state)
{
	CLEANUP(buffer_done) struct buffer sealed = { 0 };
	const struct push_keys keys = client_keys();
	const struct encrypt_dice dice = server_dice();
	char text[2 * sizeof(SEALED)];

	(void) state;
	assert_true(encrypt_text(&keys, &dice, PLAIN, strlen(PLAIN), &sealed));
	push_base64_encode(sealed.bytes, sealed.length, text);
	assert_string_equal(text, SEALED);
}

static void both_sides_get_the_same_secret(void **state)
{
	uint8_t client[P256_PRIVATE_BYTES], server[P256_PRIVATE_BYTES];
	uint8_t client_point[PUSH_POINT_BYTES], server_point[PUSH_POINT_BYTES];
	uint8_t one[P256_SECRET_BYTES], other[P256_SECRET_BYTES], expected[P256_SECRET_BYTES];
	EVP_PKEY *client_key, *server_key;
	char text[PUSH_POINT_TEXT_BYTES + 8];

	(void) state;
	decode(CLIENT_PRIVATE, client, sizeof(client));
	decode(SERVER_PRIVATE, server, sizeof(server));
	decode(SHARED_SECRET, expected, sizeof(expected));
	client_key = p256_from_private(client, client_point);
	server_key = p256_from_private(server, server_point);
	assert_non_null(client_key);
	assert_non_null(server_key);
	push_base64_encode(client_point, sizeof(client_point), text);
	assert_string_equal(text, CLIENT_PUBLIC);
	push_base64_encode(server_point, sizeof(server_point), text);
	assert_string_equal(text, SERVER_PUBLIC);
	assert_true(p256_agree(client_key, server_point, one));
	assert_true(p256_agree(server_key, client_point, other));
	assert_memory_equal(one, expected, sizeof(one));
	assert_memory_equal(other, expected, sizeof(other));
	EVP_PKEY_free(client_key);
	EVP_PKEY_free(server_key);
}

static void a_point_beside_the_curve_is_refused(void **state)
{
	CLEANUP(buffer_done) struct buffer sealed = { 0 };
	const struct encrypt_dice dice = server_dice();
	struct push_keys keys = client_keys();

	(void) state;
	keys.point[PUSH_POINT_BYTES - 1] ^= 1;
	assert_false(encrypt_text(&keys, &dice, PLAIN, strlen(PLAIN), &sealed));
	memset(keys.point + 1, 0, PUSH_POINT_BYTES - 1);
	assert_false(encrypt_text(&keys, &dice, PLAIN, strlen(PLAIN), &sealed));
	assert_int_equal(sealed.length, 0);
}

static void dice_that_are_no_private_key_are_refused(void **state)
{
	CLEANUP(buffer_done) struct buffer sealed = { 0 };
	const struct push_keys keys = client_keys();
	struct encrypt_dice dice = server_dice();

	(void) state;
	memset(dice.private_key, 0xff, sizeof(dice.private_key)); /* over the order of the curve */
	assert_false(encrypt_text(&keys, &dice, PLAIN, strlen(PLAIN), &sealed));
	memset(dice.private_key, 0, sizeof(dice.private_key));
	assert_false(encrypt_text(&keys, &dice, PLAIN, strlen(PLAIN), &sealed));
}

static void the_longest_message_fills_a_record(void **state)
{
	CLEANUP(buffer_done) struct buffer sealed = { 0 };
	const struct push_keys keys = client_keys();
	const struct encrypt_dice dice = server_dice();
	char text[PUSH_TEXT_BYTES];

	(void) state;
	memset(text, 'x', sizeof(text));
	assert_true(encrypt_text(&keys, &dice, text, sizeof(text), &sealed));
	assert_int_equal(sealed.length, 4096); /* RFC 8030 7.2: services must take so many */
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_sealed_as_in_rfc_8291),
		cmocka_unit_test(both_sides_get_the_same_secret),
		cmocka_unit_test(a_point_beside_the_curve_is_refused),
		cmocka_unit_test(dice_that_are_no_private_key_are_refused),
		cmocka_unit_test(the_longest_message_fills_a_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
