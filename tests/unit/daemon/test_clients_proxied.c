/* Clients behind a proxy, and a crash between any two steps of their arrival. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "life.h"
#include "net/resume.h"
#include "world/session.h"

#define CONFIG                                                                                     \
	"listen = ( { name = \"proxied\"; address = \"127.0.0.1\";"                                \
	" proxy_protocol = [ \"127.0.0.1\", \"192.0.2.1\" ]; } );"
#define HEADER "PROXY TCP4 192.0.2.9 192.0.2.1 5000 6667\r\n"
#define HALF 20

struct fixture {
	struct log log;
	struct life first, second, third;
	struct descriptors left; /* by the last server that crashed */
	struct buffer logged;	 /* by the servers after the first */
	int client_fd, server_fd;
};

/* The first process crashes before it does these. */
static bool is_before_skip, is_before_unpark;

void __real_connection_skip(struct connections *connections, uint64_t id, uint32_t bytes);
void __wrap_connection_skip(struct connections *connections, uint64_t id, uint32_t bytes);
void __real_survival_unpark(const struct survival *survival, uint64_t id);
void __wrap_survival_unpark(const struct survival *survival, uint64_t id);

void __wrap_connection_skip(struct connections *connections, uint64_t id, uint32_t bytes)
{
	if (is_before_skip)
		connection_pause(connections, id); /* it would read the header as lines */
	else
		__real_connection_skip(connections, id, bytes);
}

void __wrap_survival_unpark(const struct survival *survival, uint64_t id)
{
	if (!is_before_unpark)
		__real_survival_unpark(survival, id);
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;

	if (entry == LOGBOOK_RECOVERED)
		buffer_format(&fixture->logged, "recovered %s ", fields[1]);
	if (entry == LOGBOOK_CLIENTS_LOST)
		buffer_format(&fixture->logged, "lost %s: %s ", fields[1], fields[3]);
}

/* A proxy has connected to the first process. */
static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	static const struct log no_log = { 0 };
	struct address address;
	int fds[2];

	fixture->log = (struct log){ note_entry, fixture };
	fixture->first.config = fixture->second.config = fixture->third.config = CONFIG;
	*state = fixture;
	if (!life_start(&fixture->first, &no_log))
		return -1;
	life_pair(fds);
	fixture->client_fd = fds[0];
	fixture->server_fd = fds[1];
	assert_true(listeners_peer(fds[1], &address));
	clients_accept(fixture->first.server.clients, fds[1], "proxied", &address, false);
	life_turn(&fixture->first);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	life_end(&fixture->first);
	life_end(&fixture->second);
	life_end(&fixture->third);
	descriptors_done(&fixture->left);
	buffer_done(&fixture->logged);
	close(fixture->client_fd);
	free(fixture);
	return 0;
}

static void say(const struct fixture *fixture, const char *text, size_t length)
{
	assert_int_equal(send(fixture->client_fd, text, length, 0), (ssize_t) length);
}

static const char *hear(const struct fixture *fixture)
{
	static char text[8192];
	ssize_t length = recv(fixture->client_fd, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[length > 0 ? length : 0] = '\0';
	return text;
}

static size_t count_sessions(const struct life *life)
{
	return engine_world(life->server.engine)->n_sessions;
}

static void follow(struct fixture *fixture, struct life *life, struct life *next)
{
	life_die(life, &fixture->left);
	is_before_skip = is_before_unpark = false;
	assert_true(life_recover(next, &fixture->log, &fixture->left));
	descriptors_done(&fixture->left);
	life_turn(next);
}

static void crash_and_recover(struct fixture *fixture)
{
	follow(fixture, &fixture->first, &fixture->second);
}

static void crash_again(struct fixture *fixture)
{
	follow(fixture, &fixture->second, &fixture->third);
}

static const struct session *only_session(const struct life *life)
{
	const struct world *world = engine_world(life->server.engine);

	assert_int_equal(world->n_sessions, 1);
	return LIST_FIRST(&world->sessions, struct session, in_world);
}

/* The client has its own address, nothing of the header is taken for a line, and it gets an
 * answer. */
static void assert_served(struct fixture *fixture, const struct life *life)
{
	char address[ADDRESS_TEXT_BYTES];

	address_format(&only_session(life)->address, address);
	assert_string_equal(address, "192.0.2.9");
	assert_string_equal(only_session(life)->listener, "proxied");
	assert_int_equal(connections_count(life->server.connections), 1);
	assert_int_equal(proxied_count(clients_proxied(life->server.clients)), 0);
	assert_string_equal(hear(fixture), "");
	say(fixture, "CAP LS\r\n", 8);
	life_turn(life);
	assert_non_null(strstr(hear(fixture), " CAP * LS "));
}

static void only_the_header_makes_it_a_client(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, HEADER, HALF);
	life_turn(&fixture->first);
	assert_int_equal(count_sessions(&fixture->first), 0);
	assert_int_equal(proxied_count(clients_proxied(fixture->first.server.clients)), 1);
	say(fixture, &HEADER[HALF], strlen(HEADER) - HALF);
	life_turn(&fixture->first);
	assert_served(fixture, &fixture->first);
}

/* The client at 192.0.2.9 uses TLS to its proxy. */
static const char secure_header[] = "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x1e"
				    "\xc0\0\2\x09\xc0\0\2\1\x13\x88\x1a\x0b"
				    "\x20\0\x0f\1\0\0\0\1\x21\0\7TLSv1.3";

static void tls_to_a_proxy_of_this_machine_counts(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, secure_header, sizeof(secure_header) - 1);
	life_turn(&fixture->first);
	assert_int_equal(only_session(&fixture->first)->tls_version, 0x0304);
	crash_and_recover(fixture);
	assert_int_equal(only_session(&fixture->second)->tls_version, 0x0304);
}

/* The connection between that proxy and this server is in clear. */
static void tls_to_a_proxy_elsewhere_does_not_count(void **state)
{
	struct fixture *fixture = *state;
	struct address proxy;
	int fds[2];

	life_pair(fds);
	assert_true(address_parse_range("192.0.2.1", &proxy));
	clients_accept(fixture->first.server.clients, fds[1], "proxied", &proxy, false);
	close(fixture->client_fd);
	fixture->client_fd = fds[0];
	say(fixture, secure_header, sizeof(secure_header) - 1);
	life_turn(&fixture->first);
	assert_int_equal(only_session(&fixture->first)->tls_version, 0);
	assert_served(fixture, &fixture->first);
}

static void half_a_header_outlives_a_crash(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, HEADER, HALF);
	life_turn(&fixture->first);
	crash_and_recover(fixture);
	assert_int_equal(count_sessions(&fixture->second), 0);
	say(fixture, &HEADER[HALF], strlen(HEADER) - HALF);
	life_turn(&fixture->second);
	assert_served(fixture, &fixture->second);
	assert_string_equal(buffer_text(&fixture->logged), "recovered 0 ");
}

static void the_client_outlives_a_crash(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, HEADER, strlen(HEADER));
	life_turn(&fixture->first);
	assert_int_equal(count_sessions(&fixture->first), 1);
	crash_and_recover(fixture);
	assert_served(fixture, &fixture->second);
	assert_string_equal(buffer_text(&fixture->logged), "recovered 1 ");
}

/* Returns the id under which it was parked as a client too. */
static uint64_t crash_before_event(struct fixture *fixture)
{
	uint64_t id = connections_reserve(fixture->first.server.connections);

	say(fixture, HEADER, HALF);
	life_turn(&fixture->first);
	assert_int_equal(
		survival_park(fixture->first.wiring.survival, fixture->server_fd, id, "proxied"),
		0);
	say(fixture, &HEADER[HALF], strlen(HEADER) - HALF);
	crash_and_recover(fixture);
	return id;
}

/* Nobody can be parked under the same id again before the lots are tidied. */
static void a_crash_before_the_event(void **state)
{
	struct fixture *fixture = *state;
	uint64_t id = crash_before_event(fixture);

	assert_served(fixture, &fixture->second);
	assert_string_equal(buffer_text(&fixture->logged), "recovered 0 ");
	assert_int_not_equal(only_session(&fixture->second)->id, id);
}

/* The third process finds that copy too, under an id that no event has. */
static void two_crashes_of_which_one_is_before_the_event(void **state)
{
	struct fixture *fixture = *state;

	crash_before_event(fixture);
	crash_again(fixture);
	assert_served(fixture, &fixture->third);
	assert_string_equal(buffer_text(&fixture->logged), "recovered 0 recovered 1 ");
}

static void a_crash_before_the_header_is_taken(void **state)
{
	struct fixture *fixture = *state;

	is_before_skip = is_before_unpark = true;
	say(fixture, HEADER, strlen(HEADER));
	life_turn(&fixture->first);
	crash_and_recover(fixture);
	assert_served(fixture, &fixture->second);
	assert_string_equal(buffer_text(&fixture->logged), "recovered 1 ");
}

static void a_crash_before_the_first_copy_is_dropped(void **state)
{
	struct fixture *fixture = *state;

	is_before_unpark = true;
	say(fixture, HEADER, strlen(HEADER));
	life_turn(&fixture->first);
	crash_and_recover(fixture);
	assert_served(fixture, &fixture->second);
	assert_string_equal(buffer_text(&fixture->logged), "recovered 1 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_the_header_makes_it_a_client),
		TEST(tls_to_a_proxy_of_this_machine_counts),
		TEST(tls_to_a_proxy_elsewhere_does_not_count),
		TEST(half_a_header_outlives_a_crash),
		TEST(the_client_outlives_a_crash),
		TEST(a_crash_before_the_event),
		TEST(two_crashes_of_which_one_is_before_the_event),
		TEST(a_crash_before_the_header_is_taken),
		TEST(a_crash_before_the_first_copy_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
