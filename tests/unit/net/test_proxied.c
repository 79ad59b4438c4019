/* Connections that wait for their PROXY header. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "net/proxied.h"

#define MOST 3
#define LINE "PROXY TCP4 192.0.2.9 192.0.2.1 5000 6667\r\n"
#define ENTRIES 60 /* of the log at once */

struct hall {
	struct loop *loop;
	struct proxied *proxied;
	struct log log;
	size_t n_entries;
	char logged[256];
	uint64_t now_ms;
	uint64_t gone; /* the id that ended last */
	size_t n_headers;
	char client[ADDRESS_TEXT_BYTES], listener[16];
	uint64_t id;
	size_t length;	     /* of the header */
	int fd;		     /* that was handed on */
	int peers[MOST + 1]; /* the other ends */
	size_t n_peers;
};

uint64_t __wrap_loop_now_ms(const struct loop *loop);

static struct hall *hall_of_clock;

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return hall_of_clock->now_ms;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct hall *hall = data;
	size_t length = 0;

	assert_int_equal(entry, LOGBOOK_PROXY_REFUSED);
	hall->n_entries++;
	for (size_t i = 0; fields[i]; i += 2)
		length += (size_t) snprintf(hall->logged + length, sizeof(hall->logged) - length,
			"%s%s=%s", i ? " " : "", fields[i], fields[i + 1] ? fields[i + 1] : "-");
}

static void note_header(
	void *data, const struct proxied_client *client, const struct proxy_header *header)
{
	struct hall *hall = data;

	hall->n_headers++;
	hall->id = client->id;
	hall->fd = client->fd;
	hall->length = header->length;
	snprintf(hall->listener, sizeof(hall->listener), "%s", client->listener);
	address_format_port(proxied_address(client, header), hall->client);
}

static void note_gone(void *data, uint64_t id)
{
	((struct hall *) data)->gone = id;
}

static int open_hall(void **state)
{
	struct hall *hall = calloc(1, sizeof(*hall));
	struct proxied_needs needs = {
		.most = MOST, .on_header = note_header, .on_gone = note_gone, .data = hall
	};

	hall_of_clock = hall;
	hall->now_ms = 1000000;
	hall->fd = -1;
	hall->log = (struct log){ note_entry, hall };
	assert_int_equal(loop_new(&hall->loop), 0);
	needs.loop = hall->loop;
	needs.log = &hall->log;
	hall->proxied = proxied_new(&needs);
	*state = hall;
	return 0;
}

static int close_hall(void **state)
{
	struct hall *hall = *state;

	proxied_free(hall->proxied);
	loop_free(hall->loop);
	for (size_t i = 0; i < hall->n_peers; i++)
		close(hall->peers[i]);
	if (hall->fd >= 0)
		close(hall->fd);
	free(hall);
	return 0;
}

static int connect_proxy(int *ret_peer)
{
	int ends[2];

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	*ret_peer = ends[1];
	return ends[0];
}

/* The id is the number of the connection, from 1. */
static void add_proxy(struct hall *hall)
{
	const struct address proxy = { ADDRESS_FAMILY_IPV4, 32, 7, { 127, 0, 0, 1 } };
	struct proxied_client client = { .listener = "irc", .proxy = &proxy };

	client.fd = connect_proxy(&hall->peers[hall->n_peers]);
	client.id = ++hall->n_peers;
	proxied_add(hall->proxied, &client);
}

static void say(struct hall *hall, const char *bytes, size_t length)
{
	assert_int_equal(send(hall->peers[hall->n_peers - 1], bytes, length, 0), (ssize_t) length);
	assert_int_equal(loop_turn(hall->loop, 0), 0);
}

/* What the first proxy was sent before the end. */
static void assert_sent(const struct hall *hall, const char *text)
{
	char bytes[512];
	ssize_t n = recv(hall->peers[0], bytes, sizeof(bytes) - 1, MSG_DONTWAIT);

	bytes[n > 0 ? n : 0] = '\0';
	assert_string_equal(bytes, text);
	assert_int_equal(recv(hall->peers[0], bytes, sizeof(bytes), MSG_DONTWAIT), 0);
}

static void assert_refused(const struct hall *hall, const char *reason)
{
	CLEANUP(buffer_done) struct buffer entry = { 0 };
	CLEANUP(buffer_done) struct buffer text = { 0 };

	buffer_format(&entry, "ADDRESS=127.0.0.1 LISTENER=irc REASON=%s UNLOGGED=-", reason);
	buffer_format(&text, "ERROR :Closing link: 127.0.0.1 (%s)\r\n", reason);
	assert_int_equal(hall->n_entries, 1);
	assert_string_equal(hall->logged, entry.bytes);
	assert_sent(hall, text.bytes);
	assert_int_equal(hall->n_headers, 0);
	assert_int_equal(hall->gone, 1);
}

static void the_header_stays_in_front_of_the_input(void **state)
{
	struct hall *hall = *state;
	struct proxy_header header;
	char rest[64];

	add_proxy(hall);
	say(hall, LINE "NICK ana\r\n", strlen(LINE) + 10);
	assert_int_equal(hall->n_headers, 1);
	assert_string_equal(hall->client, "192.0.2.9:5000");
	assert_string_equal(hall->listener, "irc");
	assert_int_equal(hall->id, 1);
	assert_int_equal(proxied_count(hall->proxied), 0);
	header.length = hall->length;
	assert_true(proxied_drop_header(hall->fd, &header));
	assert_int_equal(recv(hall->fd, rest, sizeof(rest), 0), 10);
	assert_memory_equal(rest, "NICK ana\r\n", 10);
	assert_int_equal(hall->gone, 0);
}

static void a_header_may_come_byte_by_byte(void **state)
{
	struct hall *hall = *state;

	add_proxy(hall);
	for (size_t i = 0; i < strlen(LINE); i++) {
		assert_int_equal(hall->n_headers, 0);
		say(hall, &LINE[i], 1);
	}
	assert_int_equal(hall->n_headers, 1);
	assert_int_equal(hall->length, strlen(LINE));
}

/* The proxy does not know, or the connection is its own. */
static void without_an_address_that_of_the_connection_counts(void **state)
{
	static const char local[] = "\r\n\r\n\0\r\nQUIT\n\x20\0\0\0";
	struct hall *hall = *state;

	add_proxy(hall);
	say(hall, "PROXY UNKNOWN\r\n", 15);
	assert_string_equal(hall->client, "127.0.0.1:7");
	close(hall->fd);
	add_proxy(hall);
	say(hall, local, sizeof(local) - 1);
	assert_int_equal(hall->n_headers, 2);
	assert_string_equal(hall->client, "127.0.0.1:7");
}

static void garbage_is_refused(void **state)
{
	struct hall *hall = *state;

	add_proxy(hall);
	say(hall, "NICK ana\r\n", 10);
	assert_refused(hall, "The connection begins with no PROXY header");
}

static void an_endless_header_is_refused(void **state)
{
	struct hall *hall = *state;
	char line[PROXY_VERSION_1_BYTES];

	memset(line, ' ', sizeof(line));
	memcpy(line, "PROXY UNKNOWN", 13);
	add_proxy(hall);
	say(hall, line, sizeof(line));
	assert_refused(hall, "The PROXY line is too long");
}

static void a_late_header_is_refused(void **state)
{
	struct hall *hall = *state;

	add_proxy(hall);
	say(hall, LINE, 20);
	assert_true(proxied_next_deadline(hall->proxied) == hall->now_ms + 5000);
	hall->now_ms += 4999;
	proxied_tick(hall->proxied);
	assert_int_equal(hall->n_entries, 0);
	hall->now_ms++;
	proxied_tick(hall->proxied);
	assert_refused(hall, "The PROXY header was not complete after 5 seconds");
	assert_true(proxied_next_deadline(hall->proxied) == UINT64_MAX);
}

static void keep_copy(void *data, const struct proxied_client *client)
{
	assert_string_equal(client->listener, "irc");
	assert_int_equal(client->id, 1);
	*(int *) data = dup(client->fd);
}

/* The copy is parked, and epoll would report it. */
static void a_copy_of_what_was_refused_is_not_watched(void **state)
{
	struct hall *hall = *state;
	int copy = -1;

	add_proxy(hall);
	proxied_each(hall->proxied, keep_copy, &copy);
	say(hall, "NICK ana\r\n", 10);
	assert_int_equal(loop_turn(hall->loop, 0), 0);
	assert_int_equal(loop_turn(hall->loop, 0), 0);
	close(copy);
	assert_refused(hall, "The connection begins with no PROXY header");
}

static void a_header_that_ends_is_refused(void **state)
{
	struct hall *hall = *state;

	add_proxy(hall);
	say(hall, LINE, 20);
	assert_int_equal(shutdown(hall->peers[0], SHUT_WR), 0);
	assert_int_equal(loop_turn(hall->loop, 0), 0);
	assert_refused(hall, "The connection ended in its PROXY header");
}

/* Proxies check like this whether the server is there. */
static void a_connection_without_a_byte_is_no_news(void **state)
{
	struct hall *hall = *state;

	add_proxy(hall);
	assert_int_equal(shutdown(hall->peers[0], SHUT_WR), 0);
	assert_int_equal(loop_turn(hall->loop, 0), 0);
	assert_int_equal(proxied_count(hall->proxied), 0);
	assert_int_equal(hall->n_entries, 0);
	assert_int_equal(hall->gone, 1);
	assert_sent(hall, "");
}

static void in_a_crowd_the_oldest_gives_way(void **state)
{
	struct hall *hall = *state;

	for (size_t i = 0; i < MOST + 1; i++)
		add_proxy(hall);
	assert_int_equal(proxied_count(hall->proxied), MOST);
	assert_refused(hall, "Too many connections wait for their PROXY header");
}

static void strangers_are_refused_and_do_not_fill_the_log(void **state)
{
	struct hall *hall = *state;
	const struct address stranger = { ADDRESS_FAMILY_IPV4, 32, 7, { 192, 0, 2, 66 } };
	struct proxied_client client = { .listener = "irc", .proxy = &stranger };

	for (size_t i = 0; i < ENTRIES + 10; i++) {
		int peer;

		client.fd = connect_proxy(&peer);
		proxied_refuse(hall->proxied, &client);
		if (!i)
			hall->peers[hall->n_peers++] = peer;
		else
			close(peer);
	}
	assert_sent(hall, "ERROR :Closing link: 192.0.2.66 (Only the proxies that proxy_protocol "
			  "lists may connect here)\r\n");
	assert_int_equal(hall->n_entries, ENTRIES);
	hall->now_ms += 60000;
	client.fd = connect_proxy(&hall->peers[hall->n_peers++]);
	proxied_refuse(hall->proxied, &client);
	assert_string_equal(hall->logged,
		"ADDRESS=192.0.2.66 LISTENER=irc REASON=Only the proxies that proxy_protocol lists "
		"may connect here UNLOGGED=10");
	assert_int_equal(hall->n_headers, 0);
}

static void a_copy_of_the_socket_outlives_the_process(void **state)
{
	struct hall *hall = *state;
	int copy = -1;
	char byte;

	add_proxy(hall);
	proxied_each(hall->proxied, keep_copy, &copy);
	proxied_free(hall->proxied);
	hall->proxied = NULL;
	assert_int_equal(hall->gone, 0);
	assert_int_equal(send(hall->peers[0], "P", 1, 0), 1);
	assert_int_equal(recv(copy, &byte, 1, MSG_DONTWAIT), 1);
	close(copy);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_hall, close_hall)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_header_stays_in_front_of_the_input),
		TEST(a_header_may_come_byte_by_byte),
		TEST(without_an_address_that_of_the_connection_counts),
		TEST(garbage_is_refused),
		TEST(an_endless_header_is_refused),
		TEST(a_late_header_is_refused),
		TEST(a_copy_of_what_was_refused_is_not_watched),
		TEST(a_header_that_ends_is_refused),
		TEST(a_connection_without_a_byte_is_no_news),
		TEST(in_a_crowd_the_oldest_gives_way),
		TEST(strangers_are_refused_and_do_not_fill_the_log),
		TEST(a_copy_of_the_socket_outlives_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
