/* Lines of OpenSSL's key log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gate/session_keys.h"

#define RANDOM "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SECRET "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1eFF"

static void the_first_traffic_secrets_are_noted(void **state)
{
	struct traffic_secrets secrets = { 0 };

	(void) state;
	assert_true(traffic_secrets_note(&secrets, "CLIENT_TRAFFIC_SECRET_0 " RANDOM " " SECRET));
	assert_int_equal(secrets.n_client, 32);
	assert_int_equal(secrets.n_server, 0);
	for (uint8_t i = 0; i < 31; i++)
		assert_int_equal(secrets.client[i], i);
	assert_int_equal(secrets.client[31], 0xff);
	assert_true(traffic_secrets_note(&secrets,
		"SERVER_TRAFFIC_SECRET_0 " RANDOM " " SECRET "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"));
	assert_int_equal(secrets.n_server, 48);
	assert_int_equal(secrets.server[47], 0xaf);
}

static void other_lines_are_ignored(void **state)
{
	struct traffic_secrets secrets = { 0 }, none = { 0 };

	(void) state;
	assert_false(traffic_secrets_note(
		&secrets, "CLIENT_HANDSHAKE_TRAFFIC_SECRET " RANDOM " " SECRET));
	assert_false(traffic_secrets_note(
		&secrets, "SERVER_HANDSHAKE_TRAFFIC_SECRET " RANDOM " " SECRET));
	assert_false(traffic_secrets_note(&secrets, "EXPORTER_SECRET " RANDOM " " SECRET));
	assert_false(traffic_secrets_note(&secrets, "CLIENT_RANDOM " RANDOM " " SECRET));
	assert_false(traffic_secrets_note(&secrets, "CLIENT_TRAFFIC_SECRET_1 " RANDOM " " SECRET));
	assert_false(traffic_secrets_note(&secrets, "nonsense"));
	assert_false(traffic_secrets_note(&secrets, ""));
	assert_memory_equal(&secrets, &none, sizeof(none));
}

static void a_malformed_secret_is_none(void **state)
{
	struct traffic_secrets secrets = { 0 };

	(void) state;
	traffic_secrets_note(&secrets, "CLIENT_TRAFFIC_SECRET_0 " RANDOM " 0");
	assert_int_equal(secrets.n_client, 0);
	traffic_secrets_note(&secrets, "CLIENT_TRAFFIC_SECRET_0 " RANDOM " xx");
	assert_int_equal(secrets.n_client, 0);
	traffic_secrets_note(&secrets, "CLIENT_TRAFFIC_SECRET_0 " RANDOM " ");
	assert_int_equal(secrets.n_client, 0);
	traffic_secrets_note(&secrets, "CLIENT_TRAFFIC_SECRET_0 " RANDOM " " SECRET SECRET);
	assert_int_equal(secrets.n_client, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_traffic_secrets_are_noted),
		cmocka_unit_test(other_lines_are_ignored),
		cmocka_unit_test(a_malformed_secret_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
