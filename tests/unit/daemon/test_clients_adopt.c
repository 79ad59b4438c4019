/* Clients that a gate offers: their handshake is over, and papod gets the socket and the keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "life.h"
#include "net/resume.h"
#include "world/session.h"

#define SUITE 0x1301 /* of TLS 1.3 */
#define NO_FILES "no file descriptors are left for clients; raise LimitNOFILE="

struct fixture {
	struct small_server server;
	struct settings *settings;
	struct log log;
	struct wrappings *wrappings;
	struct tls_crypto *crypto;
	struct tls_keys keys;
	struct tls_facts facts;
	struct address address;
	int fds[2]; /* the client's end, and the one that is offered */
	char logged[160];
	size_t n_connected; /* events */
	uint64_t session;   /* of the last of them */
	char listener[32];
	struct tls_facts seen;
};

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct fixture *fixture = data;
	size_t length = 0;

	if (entry != LOGBOOK_CLIENT_REFUSED)
		return;
	for (size_t i = 0; fields[i] && length < sizeof(fixture->logged); i += 2)
		length += (size_t) snprintf(fixture->logged + length,
			sizeof(fixture->logged) - length, "%s%s=%s", i ? " " : "", fields[i],
			fields[i + 1]);
}

static void note_event(void *data, const struct event *event)
{
	struct fixture *fixture = data;

	if (event->kind != EVENT_CONNECTED)
		return;
	fixture->n_connected++;
	fixture->session = event->session;
	snprintf(fixture->listener, sizeof(fixture->listener), "%.*s", (int) event->text_length,
		event->text);
	assert_non_null(event->tls);
	fixture->seen = *event->tls;
	assert_memory_equal(&event->address, &fixture->address, sizeof(event->address));
	assert_true(event->uid == UINT32_MAX);
}

static void make_keys(struct fixture *fixture)
{
	uint8_t secret[TLS_SECRET_MAX];

	memset(secret, 7, sizeof(secret));
	fixture->crypto = tls_crypto_new();
	assert_true(
		tls_keys_from_1_3_secrets(fixture->crypto, SUITE, secret, secret, &fixture->keys));
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct small_server *server = &fixture->server;

	*server = small_server_new();
	fixture->log = (struct log){ note_entry, fixture };
	server->log = &fixture->log;
	server->on_event = note_event;
	server->data = fixture;
	small_server_serve(server);
	fixture->settings = small_server_begin(server);
	fixture->wrappings = mmap(NULL, sizeof(*fixture->wrappings), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	assert_true(fixture->wrappings != MAP_FAILED);
	make_keys(fixture);
	fixture->facts = (struct tls_facts){ .version = 0x0304, .suite = SUITE };
	assert_true(address_parse_range("192.0.2.7", &fixture->address));
	life_pair(fixture->fds);
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	small_server_done(&fixture->server);
	settings_unref(fixture->settings);
	munmap(fixture->wrappings, sizeof(*fixture->wrappings));
	tls_crypto_free(fixture->crypto);
	close(fixture->fds[0]);
	free(fixture);
	return 0;
}

static void use_memory(struct fixture *fixture)
{
	assert_true(connections_keep_wrappings(fixture->server.connections, fixture->wrappings));
}

static struct clients_offer offer_of(const struct fixture *fixture)
{
	return (struct clients_offer){
		.fd = fixture->fds[1],
		.listener = "tls",
		.address = &fixture->address,
		.setup = { .origin = { 3, 5 }, .keys = &fixture->keys },
		.facts = &fixture->facts,
	};
}

static size_t count_sessions(const struct fixture *fixture)
{
	return engine_world(fixture->server.engine)->n_sessions;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* Nothing of the client remains, and it was sent nothing that is no record. */
static void assert_refused(struct fixture *fixture)
{
	const struct clients_offer offer = offer_of(fixture);
	char byte;

	assert_int_equal(count_sessions(fixture), 0);
	assert_int_equal(connections_count(fixture->server.connections), 0);
	assert_false(is_open(fixture->fds[1]));
	assert_true(
		connections_find_wrapped(fixture->server.connections, &offer.setup.origin) == 0);
	assert_int_equal(recv(fixture->fds[0], &byte, 1, 0), 0);
}

static void the_client_of_a_gate_gets_a_session(void **state)
{
	struct fixture *fixture = *state;
	const struct clients_offer offer = offer_of(fixture);
	struct connections *connections = fixture->server.connections;

	use_memory(fixture);
	assert_null(clients_adopt(fixture->server.clients, &offer));
	assert_int_equal(fixture->n_connected, 1);
	assert_string_equal(fixture->listener, "tls");
	assert_memory_equal(&fixture->seen, &fixture->facts, sizeof(fixture->facts));
	assert_non_null(session_find(engine_world(fixture->server.engine), fixture->session));
	assert_true(connection_is_wrapped(connections, fixture->session));
	assert_true(connections_find_wrapped(connections, &offer.setup.origin) == fixture->session);
	assert_true(connection_is_open(connections, fixture->session));
	assert_true(is_open(fixture->fds[1]));
}

/* The gate did not hear that it was taken. */
static void a_second_offer_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct clients_offer offer = offer_of(fixture);

	use_memory(fixture);
	offer.is_again = true; /* the process before may have got it */
	assert_null(clients_adopt(fixture->server.clients, &offer));
	assert_int_equal(fixture->n_connected, 1);
	offer.fd = dup(offer.fd);
	assert_null(clients_adopt(fixture->server.clients, &offer));
	assert_false(is_open(offer.fd));
	assert_int_equal(fixture->n_connected, 1);
	assert_int_equal(count_sessions(fixture), 1);
	assert_true(is_open(fixture->fds[1]));
}

static void without_memory_it_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct clients_offer offer = offer_of(fixture);

	assert_string_equal(clients_adopt(fixture->server.clients, &offer),
		"papod has no memory for more clients with TLS");
	assert_refused(fixture);
}

static void without_usable_keys_it_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct clients_offer offer = offer_of(fixture);

	use_memory(fixture);
	fixture->keys.suite = 0;
	assert_string_equal(clients_adopt(fixture->server.clients, &offer), "Invalid argument");
	assert_refused(fixture);
}

static void without_descriptors_it_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct clients_offer offer = offer_of(fixture);

	use_memory(fixture);
	clients_limit_files(fixture->server.clients, 0);
	assert_string_equal(clients_adopt(fixture->server.clients, &offer), NO_FILES);
	assert_string_equal(fixture->logged, "LISTENER=tls CLIENTS=1 REASON=" NO_FILES);
	assert_refused(fixture);
}

static void ignore_events(void *data, uint32_t events)
{
	(void) data;
	(void) events;
}

/* epoll refuses a socket that it has already. */
static void one_that_cannot_be_watched_is_refused(void **state)
{
	struct fixture *fixture = *state;
	const struct clients_offer offer = offer_of(fixture);
	struct loop_watch *watch =
		loop_watch_new(fixture->server.loop, offer.fd, ignore_events, NULL);

	use_memory(fixture);
	assert_int_equal(loop_watch_change(watch, EPOLLIN), 0);
	assert_string_equal(clients_adopt(fixture->server.clients, &offer),
		"papod is full; its log says of what");
	loop_watch_remove(watch);
	assert_refused(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_client_of_a_gate_gets_a_session),
		TEST(a_second_offer_changes_nothing),
		TEST(without_memory_it_is_refused),
		TEST(without_usable_keys_it_is_refused),
		TEST(without_descriptors_it_is_refused),
		TEST(one_that_cannot_be_watched_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
