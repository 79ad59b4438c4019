/* Clients that pass the door, with TLS and of the web, and what is logged of those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "forge.h"
#include "gate/door.h"
#include "proto/websocket.h"

#define LONG_BYTES (4 * 1024 * 1024)
#define UPGRADE                                                                                    \
	"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"               \
	"Sec-WebSocket-Key: a2tra2tra2tra2tra2traw==\r\nSec-WebSocket-Version: 13\r\n"             \
	"Sec-WebSocket-Protocol: binary.ircv3.net\r\n\r\n"

struct house {
	struct loop *loop;
	struct door *door;
	struct log log;
	struct buffer logged; /* a line for each entry: values that are set */
	struct buffer passed; /* the same for each client */
	uint64_t now_ms;
	struct web_site site;
	struct web_space *space;
	struct tls_crypto *crypto;
	SSL_CTX *contexts[2]; /* of the gate, and of the client */
	SSL *ssl;
	struct forged forged;
	const char *challenges;
	char directory[32], page[64];
	int client;
};

uint64_t __wrap_loop_now_ms(const struct loop *loop);
ssize_t __real_recv(int fd, void *bytes, size_t length, int flags);
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags);

static struct house *house_of_clock;

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return house_of_clock->now_ms;
}

/* Without a place for them, TCP drops bytes, and Unix sockets do not. */
ssize_t __wrap_recv(int fd, void *bytes, size_t length, int flags)
{
	static char dropped[65536];

	if (bytes)
		return __real_recv(fd, bytes, length, flags);
	return __real_recv(
		fd, dropped, length < sizeof(dropped) ? length : sizeof(dropped), MSG_DONTWAIT);
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct house *house = data;

	assert_int_equal(entry, LOGBOOK_HANDSHAKE_FAILED);
	for (size_t i = 0; fields[i]; i += 2)
		if (fields[i + 1])
			buffer_format(&house->logged, "%s=%s ", fields[i], fields[i + 1]);
	buffer_put_byte(&house->logged, '\n');
}

static void note_client(void *data, const struct door_client *client)
{
	struct house *house = data;
	char address[ADDRESS_TEXT_BYTES];

	address_format(client->address, address);
	buffer_format(&house->passed, "%s %s tls=%d keys=%d web=%d protocol=%d skipped=%u\n",
		client->listener, address, client->facts->version != 0, client->keys != NULL,
		client->is_web, client->protocol, client->n_skipped);
	close(client->fd);
}

static void make_door(struct house *house)
{
	const struct door_needs needs = {
		.loop = house->loop,
		.log = &house->log,
		.handshakes = { .context = house->contexts[0],
			.crypto = house->crypto,
			.challenges = &house->challenges },
		.requests = { .crypto = house->crypto,
			.space = house->space,
			.site = &house->site },
		.most = 10,
		.most_from_source = 10,
		.on_client = note_client,
		.data = house,
	};

	house->door = door_new(&needs);
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	house_of_clock = house;
	house->now_ms = 1000000;
	house->client = -1;
	house->log = (struct log){ note_entry, house };
	strcpy(house->directory, "/tmp/papod-door-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->page, sizeof(house->page), "%s/page.js", house->directory);
	house->site.pages.directory = house->directory;
	house->forged = forge("irc.example", NULL, 86400, false);
	house->contexts[0] = handshake_context_new();
	SSL_CTX_use_cert_and_key(
		house->contexts[0], house->forged.x509, house->forged.key, NULL, 1);
	house->contexts[1] = SSL_CTX_new(TLS_client_method());
	house->crypto = tls_crypto_new();
	house->space = web_space_new();
	assert_int_equal(loop_new(&house->loop), 0);
	make_door(house);
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	SSL_free(house->ssl);
	door_free(house->door);
	loop_free(house->loop);
	web_space_free(house->space);
	tls_crypto_free(house->crypto);
	SSL_CTX_free(house->contexts[0]);
	SSL_CTX_free(house->contexts[1]);
	forged_done(&house->forged);
	if (house->client >= 0)
		close(house->client);
	unlink(house->page);
	assert_int_equal(rmdir(house->directory), 0);
	buffer_done(&house->logged);
	buffer_done(&house->passed);
	free(house);
	return 0;
}

static void enter(struct house *house, bool has_tls, bool is_web)
{
	const struct door_listener listener = {
		.name = "here", .has_tls = has_tls, .is_web = is_web
	};
	const struct address address = { ADDRESS_FAMILY_IPV4, 32, 1, { 192, 0, 2, 7 } };
	int ends[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	house->client = ends[1];
	door_accept(house->door, ends[0], &listener, &address);
}

/* A turn that is late leaves other clients for the next one. */
static void turn(struct house *house)
{
	for (int i = 0; i < 4; i++)
		assert_int_equal(loop_turn(house->loop, 0), 0);
}

static void say(struct house *house, const char *text)
{
	if (house->ssl)
		assert_int_equal(SSL_write(house->ssl, text, (int) strlen(text)), strlen(text));
	else
		assert_int_equal(send(house->client, text, strlen(text), 0), strlen(text));
	turn(house);
}

static void shake_hands(struct house *house)
{
	house->ssl = SSL_new(house->contexts[1]);
	SSL_set_fd(house->ssl, house->client);
	SSL_set_connect_state(house->ssl);
	for (int i = 0; i < 4 && SSL_do_handshake(house->ssl) != 1; i++)
		turn(house);
	turn(house);
	ERR_clear_error();
}

static void expect(struct buffer *lines, const char *wanted)
{
	assert_string_equal(buffer_text(lines), wanted);
	buffer_clear(lines);
}

/* What the client has received, begins like this. */
static void expect_answer(struct house *house, const char *begin)
{
	char text[1024] = "";

	assert_true(recv(house->client, text, sizeof(text) - 1, 0) > 0);
	assert_int_equal(strncmp(text, begin, strlen(begin)), 0);
}

static void irc_with_tls_is_passed_on(void **state)
{
	struct house *house = *state;

	enter(house, true, false);
	assert_int_equal(door_count(house->door), 1);
	shake_hands(house);
	expect(&house->passed, "here 192.0.2.7 tls=1 keys=1 web=0 protocol=0 skipped=0\n");
	expect(&house->logged, "");
	assert_int_equal(door_count(house->door), 0);
	assert_int_equal(door_next_deadline(house->door), UINT64_MAX);
}

static void web_without_tls_is_passed_on(void **state)
{
	struct house *house = *state;

	enter(house, false, true);
	say(house, UPGRADE);
	expect_answer(house, "HTTP/1.1 101 ");
	expect(&house->passed, "here 192.0.2.7 tls=0 keys=0 web=1 protocol=2 skipped=0\n");
	assert_int_equal(door_count(house->door), 0);
}

/* The time for the request starts after the handshake. */
static void web_with_tls_is_passed_on(void **state)
{
	struct house *house = *state;

	enter(house, true, true);
	house->now_ms += 9000;
	shake_hands(house);
	expect(&house->passed, "");
	assert_int_equal(door_count(house->door), 1);
	assert_int_equal(door_next_deadline(house->door), house->now_ms + 10000);
	say(house, UPGRADE "frames");
	expect(&house->passed, "here 192.0.2.7 tls=1 keys=1 web=1 protocol=2 skipped=182\n");
	assert_int_equal(door_count(house->door), 0);
	expect(&house->logged, "");
}

static void write_page(const struct house *house, size_t length)
{
	FILE *file = fopen(house->page, "we");

	assert_non_null(file);
	while (length--)
		fputc('x', file);
	assert_int_equal(fclose(file), 0);
}

static void pages_are_answered_and_linger(void **state)
{
	struct house *house = *state;

	write_page(house, 10);
	enter(house, false, true);
	say(house, "GET /page.js HTTP/1.1\r\nHost: a\r\n\r\n");
	expect_answer(house, "HTTP/1.1 200 ");
	expect(&house->logged, "");
	expect(&house->passed, "");
	assert_int_equal(door_count(house->door), 0);
	assert_int_equal(door_next_deadline(house->door), house->now_ms + 2000);
	close(TAKE_FD(house->client));
	turn(house);
	assert_int_equal(door_next_deadline(house->door), UINT64_MAX);
}

static void refused_requests_are_logged(void **state)
{
	struct house *house = *state;

	enter(house, false, true);
	say(house, "GET / HTTP/1.1\r\nHost: a\r\n bad\r\n\r\n");
	expect_answer(house, "HTTP/1.1 400 ");
	assert_non_null(
		strstr(buffer_text(&house->logged), "ADDRESS=192.0.2.7 LISTENER=here REASON="));
	buffer_clear(&house->logged);
	close(TAKE_FD(house->client));
	turn(house);
	enter(house, true, false);
	say(house, "GET / HTTP/1.1\r\n\r\n");
	expect(&house->logged, "ADDRESS=192.0.2.7 LISTENER=here PROTOCOL=HTTP \n");
}

static void a_slow_request_is_told_so(void **state)
{
	struct house *house = *state;

	enter(house, false, true);
	say(house, "GET / HTTP/1.1\r\n");
	house->now_ms += 9999;
	door_tick(house->door);
	expect(&house->logged, "");
	house->now_ms++;
	door_tick(house->door);
	expect_answer(house, "HTTP/1.1 408 ");
	expect(&house->logged,
		"ADDRESS=192.0.2.7 LISTENER=here REASON=not finished after 10 seconds \n");
	assert_int_equal(door_count(house->door), 0);
}

/* Who reads has time, who does not read has 10 seconds. */
static void a_reader_is_given_time(void **state)
{
	struct house *house = *state;
	char bytes[65536];
	uint64_t begun_ms;

	write_page(house, LONG_BYTES);
	enter(house, false, true);
	say(house, "GET /page.js HTTP/1.1\r\nHost: a\r\n\r\n");
	for (int i = 0; i < 20; i++)
		turn(house); /* until the kernel has no room */
	begun_ms = door_next_deadline(house->door);
	house->now_ms += 7000;
	turn(house);
	assert_int_equal(door_next_deadline(house->door), begun_ms);
	while (recv(house->client, bytes, sizeof(bytes), 0) > 0)
		;
	turn(house);
	assert_int_equal(door_next_deadline(house->door), house->now_ms + 10000);
	house->now_ms += 9999;
	door_tick(house->door);
	assert_int_equal(door_count(house->door), 1);
	house->now_ms++;
	door_tick(house->door);
	assert_int_equal(door_count(house->door), 0);
}

static void what_goes_unlogged_is_counted(void **state)
{
	struct house *house = *state;
	int clients[63];

	for (size_t i = 0; i < 63; i++) {
		enter(house, true, false);
		clients[i] = TAKE_FD(house->client);
		house->now_ms += 10000;
		buffer_clear(&house->logged);
		house->now_ms -= i < 62 ? 10000 : 0;
		assert_int_equal(send(clients[i], "NICK a\r\n", 8, 0), 8);
		turn(house);
	}
	assert_non_null(strstr(buffer_text(&house->logged), "UNLOGGED=2 "));
	for (size_t i = 0; i < 63; i++)
		close(clients[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(irc_with_tls_is_passed_on),
		TEST(web_without_tls_is_passed_on),
		TEST(web_with_tls_is_passed_on),
		TEST(pages_are_answered_and_linger),
		TEST(refused_requests_are_logged),
		TEST(a_slow_request_is_told_so),
		TEST(a_reader_is_given_time),
		TEST(what_goes_unlogged_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
