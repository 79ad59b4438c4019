/* Which secrets OpenSSL's key log is asked for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "gate/session_keys.h"
#include "tls_house.h"

bool __real_traffic_secrets_note(struct traffic_secrets *secrets, const char *line);
bool __wrap_traffic_secrets_note(struct traffic_secrets *secrets, const char *line);

static size_t n_logged; /* lines of the key log */

bool __wrap_traffic_secrets_note(struct traffic_secrets *secrets, const char *line)
{
	n_logged++;
	return __real_traffic_secrets_note(secrets, line);
}

/* OpenSSL logs that of an exporter together with one of the two. */
static void secrets_of_the_handshake_are_not_logged(void **state)
{
	n_logged = 0;
	tls_house_expect_version(*state, TLS1_3_VERSION);
	assert_in_range(n_logged, 2, 3);
}

/* They would be of no use: the gate has the master secret, see session_keys_export(). */
static void tls_1_2_logs_nothing(void **state)
{
	n_logged = 0;
	tls_house_expect_version(*state, TLS1_2_VERSION);
	assert_int_equal(n_logged, 0);
}

static size_t fill(int fd)
{
	static const char junk[4096];
	size_t filled = 0;
	ssize_t n;

	while ((n = send(fd, junk, sizeof(junk), MSG_DONTWAIT)) > 0)
		filled += (size_t) n;
	return filled;
}

static void drain(int fd, size_t filled)
{
	char junk[4096];
	ssize_t n;

	for (; filled; filled -= (size_t) n) {
		n = recv(fd, junk, filled < sizeof(junk) ? filled : sizeof(junk), MSG_DONTWAIT);
		assert_true(n > 0);
	}
}

/* The server's Finished cannot be sent at once, and its secret comes after that. Another client,
 * with the same context, has got both of its secrets then. */
static void secrets_of_others_are_not_in_the_way(void **state)
{
	struct house *first = *state, second = *first;
	struct handshake_result result;
	size_t filled;
	int fd;

	tls_house_use_version(first, TLS1_3_VERSION);
	tls_house_connect(first, false);
	(void) SSL_do_handshake(first->ssl);
	filled = fill(first->server_fd);
	assert_int_equal(tls_house_go_on(first), HANDSHAKE_STATE_WANTS_OUTPUT);

	tls_house_connect(&second, false);
	result = tls_house_finish(&second, &fd);
	tls_house_expect_to_talk(&second, &result, fd);
	SSL_free(second.ssl);
	close(second.fd);

	drain(first->fd, filled);
	assert_int_equal(tls_house_go_on(first), HANDSHAKE_STATE_WANTS_INPUT);
	result = tls_house_finish(first, &fd);
	tls_house_expect_to_talk(first, &result, fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, tls_house_setup, tls_house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(secrets_of_the_handshake_are_not_logged),
		TEST(tls_1_2_logs_nothing),
		TEST(secrets_of_others_are_not_in_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
