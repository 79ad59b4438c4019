/* Owns the fixture of a gate without papod. */
#include "link_house.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/passed_fds.h"

uint64_t __wrap_loop_now_ms(const struct loop *loop);

static struct house *house_of_clock;

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return house_of_clock->now_ms;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct house *house = data;

	buffer_put_text(&house->logged, entry == LOGBOOK_PAPOD_LOST	    ? "lost"
					: entry == LOGBOOK_PAPOD_FOUND	    ? "found"
					: entry == LOGBOOK_CLIENT_NOT_TAKEN ? "not taken"
									    : "?");
	for (size_t i = 0; fields[i]; i += 2)
		if (fields[i + 1] && strcmp(fields[i], "FILE") != 0)
			buffer_format(&house->logged, ", %s", fields[i + 1]);
	buffer_put_byte(&house->logged, '\n');
}

void link_expect_logged(struct house *house, const char *lines)
{
	assert_string_equal(buffer_text(&house->logged), lines);
	buffer_clear(&house->logged);
}

static void note_gone(void *data)
{
	((struct house *) data)->n_gone++;
}

static void note_bans(void *data, const struct gate_message *message)
{
	struct house *house = data;

	assert_int_equal(message->kind, GATE_MESSAGE_KIND_BANS);
	buffer_format(&house->bans, "%s%zu%s\n", message->is_first ? "first " : "",
		message->ranges.length / ADDRESS_PACKED_BYTES, message->is_last ? " last" : "");
}

static void note_level(void *data, uint8_t level)
{
	buffer_put_byte(&((struct house *) data)->levels, (char) ('0' + level));
}

void link_listen(struct house *house)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	house->listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	strcpy(address.sun_path, house->path);
	assert_int_equal(
		bind(house->listener, (const struct sockaddr *) &address, sizeof(address)), 0);
	assert_int_equal(listen(house->listener, 8), 0);
}

static void stop_listening(struct house *house)
{
	close(TAKE_FD(house->listener));
	unlink(house->path);
}

void link_begin(struct house *house, const char *path, int fd)
{
	const struct papod_link_needs needs = {
		.loop = house->loop,
		.log = &house->log,
		.crypto = house->peer.crypto,
		.path = path,
		.fd = fd,
		.on_papod_gone = note_gone,
		.on_bans = note_bans,
		.on_level = note_level,
		.data = house,
	};

	house->link = papod_link_new(&needs);
}

int link_setup(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	house_of_clock = house;
	house->now_ms = 50000;
	house->log = (struct log){ note_entry, house };
	house->listener = house->papod = house->taken_fd = -1;
	house->peer.crypto = tls_crypto_new();
	strcpy(house->directory, "/tmp/papod-link-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->path, sizeof(house->path), "%s/handover.sock", house->directory);
	assert_int_equal(loop_new(&house->loop), 0);
	*state = house;
	return 0;
}

void link_forget_fd(struct house *house)
{
	if (house->taken_fd >= 0)
		close(TAKE_FD(house->taken_fd));
}

int link_teardown(void **state)
{
	struct house *house = *state;

	papod_link_free(house->link);
	loop_free(house->loop);
	link_forget_fd(house);
	if (house->papod >= 0)
		close(house->papod);
	if (house->listener >= 0)
		stop_listening(house);
	tls_peer_done(&house->peer);
	buffer_done(&house->logged);
	buffer_done(&house->bans);
	buffer_done(&house->levels);
	assert_int_equal(rmdir(house->directory), 0);
	free(house);
	return 0;
}

void link_turn(struct house *house)
{
	assert_int_equal(loop_turn(house->loop, 0), 0);
	papod_link_tick(house->link);
}

void link_accept_gate(struct house *house)
{
	house->papod = accept4(house->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(house->papod >= 0);
}

void link_begin_with_papod(struct house *house)
{
	link_listen(house);
	link_begin(house, house->path, -1);
	link_accept_gate(house);
}

struct gate_message link_next_message(struct house *house)
{
	static char packet[GATE_MESSAGE_BYTES + 1];
	PASSED_FDS(1) passed;
	struct iovec part = { packet, sizeof(packet) };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &passed,
		.msg_controllen = sizeof(passed) };
	ssize_t n = recvmsg(house->papod, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct gate_message loaded = { 0 };

	link_forget_fd(house);
	if (n <= 0)
		return loaded;
	passed_fds_take(&message, &house->taken_fd, 1);
	assert_true(gate_message_load(packet, (size_t) n, &loaded));
	return loaded;
}

uint64_t link_expect_hello(struct house *house)
{
	struct gate_message hello = link_next_message(house);

	assert_int_equal(hello.kind, GATE_MESSAGE_KIND_HELLO);
	assert_int_equal(hello.version, GATE_MESSAGE_VERSION);
	assert_true(hello.gate != 0);
	assert_int_equal(house->taken_fd, -1);
	return hello.gate;
}

void link_expect_client(struct house *house, uint64_t gate, uint64_t number, bool is_again)
{
	struct gate_message client = link_next_message(house);

	assert_int_equal(client.kind, GATE_MESSAGE_KIND_CLIENT);
	assert_int_equal(client.gate, gate);
	assert_int_equal(client.number, number);
	assert_int_equal(client.is_again, is_again);
	assert_string_equal(client.listener, "secure");
	assert_true(house->taken_fd >= 0);
}

void link_expect_no_message(struct house *house)
{
	assert_int_equal(link_next_message(house).kind, 0);
}

void link_answer(struct house *house, enum gate_message_kind kind, uint64_t number)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	struct gate_message message = { .kind = kind, .number = number };

	if (kind == GATE_MESSAGE_KIND_REFUSED)
		strcpy(message.text, "no room");
	gate_message_save(&packet, &message);
	assert_true(send(house->papod, packet.bytes, packet.length, MSG_NOSIGNAL) > 0);
}

struct gate_message link_plain_client(void)
{
	return (struct gate_message){
		.listener = "secure",
		.address = { ADDRESS_FAMILY_IPV4, 32, 1234, { 192, 0, 2, 1 } },
		.is_websocket = true,
	};
}

int link_offer_client_with(struct house *house, bool is_websocket)
{
	CLEANUP(buffer_done) struct buffer packed = { .is_secret = true };
	struct gate_message message = link_plain_client();
	struct tls_keys keys;
	int ends[2];

	message.tls = (struct tls_facts){ .version = 0x0304, .suite = 0x1301 };
	message.is_websocket = is_websocket;
	tls_peer_begin(&house->peer, true, 1, &keys);
	tls_keys_save(&packed, &keys);
	message.keys = (struct gate_bytes){ (const uint8_t *) packed.bytes, packed.length };
	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
	papod_link_offer(house->link, ends[0], &message);
	return ends[1];
}

int link_offer_client(struct house *house)
{
	return link_offer_client_with(house, false);
}

void link_expect_last_words(struct house *house, int client, const char *words, bool has_close)
{
	CLEANUP(buffer_done) struct buffer plain = { 0 };
	char bytes[512];
	ssize_t n = recv(client, bytes, sizeof(bytes), 0);

	if (n > 0) {
		assert_true(tls_peer_open(&house->peer, bytes, (size_t) n, &plain));
		n = recv(client, bytes, sizeof(bytes), 0);
	}
	assert_int_equal(n, 0);
	assert_string_equal(buffer_text(&plain), words);
	assert_int_equal(house->peer.is_ended, has_close);
	close(client);
}

void link_expect_open(int client)
{
	char byte;

	assert_int_equal(recv(client, &byte, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
}
