/* Between a look at wrapped input and its removal, at the edges of a look, and after a crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "frames.h"
#include "tls/open.h"
#include "wrapped.h"

/* The queue has no room for the second answer, so the first is written at once. */
static void output_during_a_look_uses_no_number_twice(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;

	for (int is_1_3 = 0; is_1_3 < 2; is_1_3++) {
		begin_records(fixture, is_1_3);
		connection_set_limits(clients->connections, fixture->id, 10, 10000);
		clients->answer = "answer\r\n";
		say(fixture, "ONE\r\nTWO\r\nTHREE\r\n");
		clients_turn(clients);
		assert_happened(clients, "line:ONE\nline:TWO\nline:THREE\n");
		save_and_die(fixture);
		say(fixture, "FOUR\r\nFIVE\r\n");
		clients_turn(clients);
		assert_happened(clients, "line:FOUR\nline:FIVE\n");
		assert_plain(fixture, "answer\r\nanswer\r\nanswer\r\nanswer\r\nanswer\r\n");
		tls_peer_done(&fixture->peer);
	}
}

/* What a look reads ends inside a record, and the rest of that is in the kernel already. */
static void padding_hides_no_line(void **state)
{
	struct fixture *fixture = *state;

	tls_peer_seal_padding(&fixture->peer);
	tls_peer_seal_padding(&fixture->peer);
	tls_peer_seal(&fixture->peer, "ONE\r\n", 5);
	while (fixture->peer.out.length)
		send_sealed(fixture, 4096);
	for (int i = 0; i < 4; i++)
		clients_turn(fixture->clients);
	assert_happened(fixture->clients, "line:ONE\n");
}

static void padding_hides_no_line_before_the_end(void **state)
{
	struct fixture *fixture = *state;

	tls_peer_seal_padding(&fixture->peer);
	tls_peer_seal_padding(&fixture->peer);
	tls_peer_seal(&fixture->peer, "ONE\r\n", 5);
	while (fixture->peer.out.length)
		send_sealed(fixture, 4096);
	clients_hang_up(fixture->clients, peer_number(fixture));
	for (int i = 0; i < 4; i++)
		clients_turn(fixture->clients);
	assert_happened(fixture->clients, "line:ONE\nclosed:Connection closed\n");
}

/* The connection may sleep, while others overwrite the output. */
static void published_output_gets_a_place_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct wrappings *wrappings = fixture->clients->wrappings;
	struct wrapping *slot = &wrappings->slots[(uint32_t) fixture->id];

	wrappings->output.id = fixture->id;
	wrappings->output.from = slot->wire_written;
	wrappings->output.length = 7;
	memcpy(wrappings->output.bytes, "records", 7);
	slot->wire_written += 7;
	clients_die(fixture->clients);
	assert_int_equal(slot->rest_length, 7);
	assert_memory_equal(wrappings->places[(uint32_t) fixture->id].rest, "records", 7);
	assert_true(wrappings->output.id == 0);
}

/* More than the buffers of both ends have room for. */
static void fill_output(struct fixture *fixture)
{
	char line[400];

	for (unsigned int i = 0; i < 400; i++) {
		snprintf(line, sizeof(line), "%0398u\n", i);
		clients_send(fixture->clients, fixture->id, line);
		clients_turn(fixture->clients);
	}
	assert_true(clients_inside(fixture->clients, fixture->id)->is_holding);
}

static void hear_all(struct fixture *fixture, struct buffer *heard)
{
	for (int i = 0; i < 100; i++) {
		clients_hear(fixture->clients, peer_number(fixture), heard);
		clients_turn(fixture->clients);
	}
}

/* The second Ping is between two lines. The first of them pauses, so the Ping stays in the kernel.
 */
static void an_owed_pong_is_whole(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	CLEANUP(buffer_done) struct buffer heard = { 0 }, lines = { 0 };
	uint32_t n_pongs = 0;
	bool has_close = false;

	begin_frames(fixture);
	fill_output(fixture);
	/* What the client sends opens its window once more. */
	SAY_FRAMES(fixture, "\x8a\x80" NO_MASK);
	SAY_FRAMES(fixture, "\x89\x82" NO_MASK "hi");
	assert_int_equal(slot_of(fixture)->pong_length, 4);
	clients->pauses_on_line = true;
	SAY_FRAMES(fixture,
		"\x81\x83" NO_MASK "ONE\x89\x8a" NO_MASK "0123456789\x81\x83" NO_MASK "TWO");
	assert_happened(clients, "line:ONE\n");
	save_and_die(fixture);
	hear_all(fixture, &heard);
	assert_non_null(memmem(heard.bytes, heard.length, "\x8a\x02hi", 4));
	assert_true(frames_take(&heard, &lines, &n_pongs, &has_close));
	assert_int_equal(n_pongs, 1);
	connection_resume(clients->connections, fixture->id);
	clients_turn(clients);
	clients_turn(clients);
	assert_heard(clients, peer_number(fixture),
		"\x8a\x0a"
		"0123456789",
		false);
}

/* The line closes the connection, so the look is not removed. */
static void the_place_of_an_unsent_pong_is_released(void **state)
{
	static const char zeros[2 * 128];
	struct fixture *fixture = *state;
	const struct wrapping_place *place;

	begin_frames(fixture);
	place = &fixture->clients->wrappings->places[(uint32_t) fixture->id];
	fixture->clients->closes_on_line = true;
	SAY_FRAMES(fixture, "\x81\x83" NO_MASK "ONE\x89\x82" NO_MASK "hi");
	clients_hang_up(fixture->clients, peer_number(fixture));
	clients_turn(fixture->clients);
	clients_turn(fixture->clients);
	assert_int_equal(slot_of(fixture)->id, 0);
	assert_memory_equal(place->pongs, zeros, sizeof(zeros));
}

static void a_wrong_close_code_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	CLEANUP(buffer_done) struct buffer saved = { 0 };

	begin_frames(fixture);
	clients_save(clients, &saved);
	clients->wrappings->slots[(uint32_t) fixture->id].close_code = 1;
	clients_load(clients, &saved);
	assert_int_equal(clients_attach(clients, peer_number(fixture), fixture->id), -EBADMSG);
}

static void a_wrong_record_behind_half_a_message_gets_its_alert(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(buffer_done) struct buffer wire = { 0 };
	struct tls_opened opened;

	fixture->clients->has_frames = true;
	begin_records(fixture, true);
	tls_peer_seal(&fixture->peer, "\x01\x82" NO_MASK "TH", 8);
	tls_peer_seal(&fixture->peer, "\x80\x82" NO_MASK "RE", 8);
	fixture->peer.out.bytes[fixture->peer.out.length - 1] ^= 1;
	send_sealed(fixture, SIZE_MAX);
	clients_turn(fixture->clients);
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "closed:Protocol error\n");
	clients_hear(fixture->clients, peer_number(fixture), &wire);
	opened = tls_open(fixture->peer.crypto, &fixture->peer.keys, (uint8_t *) wire.bytes,
		wire.length, NULL);
	assert_int_equal(opened.kind, TLS_OPENED_ALERT);
	assert_int_equal(opened.alert, TLS_ALERT_BAD_RECORD_MAC);
}

static void frames_leave_no_password(void **state)
{
	struct fixture *fixture = *state;

	begin_frames(fixture);
	SAY_FRAMES(fixture, "\x81\x8b" NO_MASK "PASS secret");
	assert_happened(fixture->clients, "line:PASS secret\n");
	assert_null(memmem(fixture->clients->connections, sizeof(struct connections), "secret", 6));
}

/* The gate shares its flags. */
static void a_blocking_socket_does_not_block(void **state)
{
	struct fixture *fixture = *state;
	int fd = clients_inside(fixture->clients, fixture->id)->fd;

	alarm(10);
	assert_int_equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK), 0);
	fill_output(fixture);
	clients_turn(fixture->clients);
	alarm(0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wrapped_setup, wrapped_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_during_a_look_uses_no_number_twice),
		TEST(padding_hides_no_line),
		TEST(padding_hides_no_line_before_the_end),
		TEST(published_output_gets_a_place_at_once),
		TEST(an_owed_pong_is_whole),
		TEST(the_place_of_an_unsent_pong_is_released),
		TEST(a_wrong_close_code_is_refused),
		TEST(a_wrong_record_behind_half_a_message_gets_its_alert),
		TEST(frames_leave_no_password),
		TEST(a_blocking_socket_does_not_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
