/* Streams of TLS records: what goes through, what is refused, and what a crash leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "tls/open.h"
#include "tls/seal.h"
#include "wrapped.h"

static void lines_come_and_go(void **state)
{
	struct fixture *fixture = *state;

	for (int is_1_3 = 0; is_1_3 < 2; is_1_3++) {
		begin_records(fixture, is_1_3);
		say(fixture, "ONE\r\nTWO\r\nTHR");
		say(fixture, "EE\r\n");
		clients_turn(fixture->clients);
		assert_happened(fixture->clients, "line:ONE\nline:TWO\nline:THREE\n");
		clients_send(fixture->clients, fixture->id, "hello\r\n");
		clients_send(fixture->clients, fixture->id, "you\r\n");
		clients_turn(fixture->clients);
		assert_plain(fixture, "hello\r\nyou\r\n");
		/* In one record. */
		assert_int_equal(slot_of(fixture)->keys.write.number, is_1_3 ? 1 : 2);
		tls_peer_done(&fixture->peer);
	}
}

static void half_a_record_waits_and_costs_nothing(void **state)
{
	struct fixture *fixture = *state;

	tls_peer_seal(&fixture->peer, "ONE\r\n", 5);
	send_sealed(fixture, 3);
	assert_sleeps(fixture->clients);
	send_sealed(fixture, 10);
	assert_sleeps(fixture->clients);
	assert_happened(fixture->clients, "");
	send_sealed(fixture, SIZE_MAX);
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "line:ONE\n");
}

static void the_end_inside_a_record_is_an_end(void **state)
{
	struct fixture *fixture = *state;

	tls_peer_seal(&fixture->peer, "ONE\r\n", 5);
	send_sealed(fixture, 10);
	clients_turn(fixture->clients);
	clients_hang_up(fixture->clients, peer_number(fixture));
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "closed:Connection closed\n");
}

/* The lines after the pause are in a record that stays in the kernel, and is opened again. */
static void a_pause_inside_a_record_outlives_a_crash(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;

	clients->pauses_on_line = true;
	say(fixture, "ONE\r\nTWO\r\nTHREE\r\n");
	for (const char *const *line =
			(const char *[]){ "line:ONE\n", "line:TWO\n", "line:THREE\n", NULL };
		*line; line++) {
		clients_turn(clients);
		assert_happened(clients, *line);
		save_and_die(fixture);
		assert_sleeps(clients);
		connection_resume(clients->connections, fixture->id);
	}
	assert_sleeps(clients);
	assert_int_equal(slot_of(fixture)->keys.read.number, 1);
	assert_int_equal(slot_of(fixture)->n_skipped, 0);
	say(fixture, "FOUR\r\n");
	clients_turn(clients);
	assert_happened(clients, "line:FOUR\n");
}

/* More plain bytes than a look takes. */
static void the_longest_record_is_taken_in_parts(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(buffer_done) struct buffer text = { 0 }, happened = { 0 };

	for (unsigned int i = 0; text.length + 8 <= TLS_PLAIN_MAX; i++) {
		buffer_format(&text, "%06u\r\n", i);
		buffer_format(&happened, "line:%06u\n", i);
	}
	tls_peer_seal(&fixture->peer, text.bytes, text.length);
	assert_true(fixture->peer.out.length > TLS_PLAIN_MAX);
	for (int i = 0; i < 20; i++) {
		if (fixture->peer.out.length)
			send_sealed(fixture, 4096);
		clients_turn(fixture->clients);
	}
	assert_happened(fixture->clients, buffer_text(&happened));
}

static void a_wrong_record_is_refused_with_an_alert(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(buffer_done) struct buffer wire = { 0 };
	struct tls_opened opened;

	say(fixture, "ONE\r\n");
	tls_peer_seal(&fixture->peer, "TWO\r\n", 5);
	fixture->peer.out.bytes[TLS_HEAD_BYTES] ^= 1;
	send_sealed(fixture, SIZE_MAX);
	clients_turn(fixture->clients);
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "line:ONE\nclosed:Protocol error\n");
	clients_hear(fixture->clients, peer_number(fixture), &wire);
	opened = tls_open(fixture->peer.crypto, &fixture->peer.keys, (uint8_t *) wire.bytes,
		wire.length, NULL);
	assert_int_equal(opened.kind, TLS_OPENED_ALERT);
	assert_int_equal(opened.alert, TLS_ALERT_BAD_RECORD_MAC);
}

static void both_ends_say_that_they_end(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, "ONE\r\n");
	tls_peer_seal_end(&fixture->peer);
	send_sealed(fixture, SIZE_MAX);
	clients_turn(fixture->clients);
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "line:ONE\nclosed:Connection closed\n");
	assert_plain(fixture, "");
	assert_true(fixture->peer.is_ended);
}

static void our_close_comes_after_all_output(void **state)
{
	struct fixture *fixture = *state;

	clients_send(fixture->clients, fixture->id, "ERROR :bye\r\n");
	connection_close(fixture->clients->connections, fixture->id);
	clients_turn(fixture->clients);
	assert_plain(fixture, "ERROR :bye\r\n");
	assert_true(fixture->peer.is_ended);
}

static void a_key_update_is_answered_without_other_output(void **state)
{
	struct fixture *fixture = *state;

	tls_peer_update(&fixture->peer);
	send_sealed(fixture, SIZE_MAX);
	clients_turn(fixture->clients);
	clients_turn(fixture->clients);
	assert_plain(fixture, "");
	assert_int_equal(fixture->peer.keys.read.n_updates, 1);
	say(fixture, "ONE\r\n");
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "line:ONE\n");
}

/* The peer's buffers are full, and the process dies with sealed bytes. */
static void sealed_bytes_outlive_a_crash(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	CLEANUP(buffer_done) struct buffer saved = { 0 }, said = { 0 }, plain = { 0 };
	char line[400];

	for (unsigned int i = 0; i < 200; i++) {
		snprintf(line, sizeof(line), "%0398u\n", i);
		buffer_put_text(&said, line);
		clients_send(clients, fixture->id, line);
		clients_turn(clients);
	}
	assert_true(clients_inside(clients, fixture->id)->is_holding);
	assert_true(slot_of(fixture)->rest_length > 0);
	clients_save(clients, &saved);
	for (int i = 0; i < 1000 && plain.length < said.length; i++) {
		hear(fixture, &plain);
		if (i % 4 == 3)
			save_and_die(fixture);
		clients_turn(clients);
	}
	assert_int_equal(plain.length, said.length);
	assert_memory_equal(plain.bytes, said.bytes, said.length);
	assert_int_equal(slot_of(fixture)->rest_length, 0);
}

static void sealed_bytes_that_nobody_takes_are_a_failure(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	char line[400];

	connection_pause(clients->connections, fixture->id);
	snprintf(line, sizeof(line), "%0398u\n", 1u);
	while (!clients_inside(clients, fixture->id)->is_holding) {
		clients_send(clients, fixture->id, line);
		clients_turn(clients);
	}
	assert_false(clients_inside(clients, fixture->id)->out.is_mute);
	clients_hang_up(clients, peer_number(fixture));
	clients_turn(clients);
	assert_true(clients_inside(clients, fixture->id)->out.is_mute);
	assert_false(clients_inside(clients, fixture->id)->is_holding);
}

static void a_record_that_nobody_takes_is_a_failure(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;

	connection_pause(clients->connections, fixture->id);
	clients_hang_up(clients, peer_number(fixture));
	clients_send(clients, fixture->id, "one\r\n");
	clients_turn(clients);
	clients_send(clients, fixture->id, "two\r\n"); /* TCP has heard it only now */
	clients_turn(clients);
	assert_true(clients_inside(clients, fixture->id)->out.is_mute);
}

/* The process died after it sealed and published, before it sent anything. */
static void what_was_published_is_sent(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	struct wrappings *wrappings = clients->wrappings;
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	const struct iovec piece = { (void *) (uintptr_t) "hello\r\n", 7 };
	size_t length;

	clients_send(clients, fixture->id, "hello\r\n");
	clients_save(clients, &saved);
	wrappings->change = *slot_of(fixture);
	length = tls_seal(
		fixture->peer.crypto, &wrappings->change.keys, &piece, 1, wrappings->output.bytes);
	wrappings->output.from = wrappings->change.wire_written;
	wrappings->output.length = (uint32_t) length;
	wrappings->output.id = fixture->id;
	wrappings->change.wire_written += length;
	wrappings->change.plain_written += 7;
	wrappings->change_id = fixture->id;
	die_and_come_back(fixture, &saved);
	assert_int_equal(slot_of(fixture)->plain_written, 7);
	clients_send(clients, fixture->id, "you\r\n");
	clients_turn(clients);
	clients_turn(clients);
	assert_plain(fixture, "hello\r\nyou\r\n");
}

static void what_the_next_process_cannot_use_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct wrapping *slot = &clients->wrappings->slots[(uint32_t) fixture->id];
	const struct wrapping good = *slot;

	clients_save(clients, &saved);
	slot->keys.suite = 0;
	clients_load(clients, &saved);
	assert_int_equal(clients_attach(clients, peer_number(fixture), fixture->id), -EBADMSG);
	*slot = good;
	slot->wire_written++;
	assert_int_equal(clients_attach(clients, peer_number(fixture), fixture->id), -EBADMSG);
	*slot = good;
	slot->wire_taken++;
	assert_int_equal(clients_attach(clients, peer_number(fixture), fixture->id), -EBADMSG);
	*slot = good;
	slot->plain_written++;
	assert_int_equal(clients_attach(clients, peer_number(fixture), fixture->id), -EBADMSG);
	*slot = good;
	assert_int_equal(clients_attach(clients, peer_number(fixture), fixture->id), 0);
}

/* As a plain one it would be sent its last line between records. */
static void without_its_keys_a_closing_connection_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	CLEANUP(buffer_done) struct buffer saved = { 0 };

	clients_send(clients, fixture->id, "ERROR :bye\r\n");
	connection_close(clients->connections, fixture->id);
	clients_save(clients, &saved);
	clients->wrappings->slots[(uint32_t) fixture->id].id = 0;
	clients_load(clients, &saved);
	assert_int_equal(clients_attach(clients, peer_number(fixture), fixture->id), -EBADMSG);
	assert_true(connection_is_wrapped(clients->connections, fixture->id));
}

static void expect_layout_not_read(struct fixture *fixture, struct wrappings *other)
{
	struct connections *connections = fixture->clients->connections;

	other->layout = fixture->clients->wrappings->layout + 1;
	other->slots[(uint32_t) fixture->id].id = fixture->id;
	other->slots[WRAPPING_SLOTS - 1].id = fixture->id;
	assert_false(connections_keep_wrappings(connections, other));
	assert_int_equal(other->slots[WRAPPING_SLOTS - 1].id, 0);
	assert_null(wrapping_find(connections, fixture->id));
	assert_true(connections_keep_wrappings(connections, other));
	assert_true(connections_keep_wrappings(connections, fixture->clients->wrappings));
	assert_true(connection_is_wrapped(connections, fixture->id));
	munmap(other, sizeof(*other));
}

static void another_layout_is_not_read(void **state)
{
	expect_layout_not_read(*state, map_wrappings());
}

/* madvise(2): the kernel does not take back pages that are locked. */
static void another_layout_is_not_read_from_pages_that_stay(void **state)
{
	struct wrappings *other = map_wrappings();

	assert_int_equal(mlock(other, 1), 0);
	expect_layout_not_read(*state, other);
}

static void origins_find_their_connection(void **state)
{
	struct fixture *fixture = *state;
	struct connections *connections = fixture->clients->connections;

	assert_true(connections_find_wrapped(connections,
			    &(struct wrapping_origin){ 1, fixture->id }) == fixture->id);
	assert_true(connections_find_wrapped(
			    connections, &(struct wrapping_origin){ 2, fixture->id }) == 0);
	assert_true(connections_find_wrapped(connections, &(struct wrapping_origin){ 1, 99 }) == 0);
	assert_false(connection_is_wrapped(connections, 0));
	assert_true(connection_is_newly_wrapped(connections, fixture->id));
	say(fixture, "ONE\r\n");
	clients_turn(fixture->clients);
	assert_false(connection_is_newly_wrapped(connections, fixture->id));
}

/* Nowhere in the memory. */
static bool has_secret(const struct fixture *fixture)
{
	const struct wrappings *wrappings = fixture->clients->wrappings;

	return memmem(wrappings, offsetof(struct wrappings, slots[64]), fixture->keys.read.key,
		TLS_NONCE_BYTES);
}

static void keys_are_wiped_at_the_end(void **state)
{
	struct fixture *fixture = *state;

	say(fixture, "ONE\r\n");
	clients_turn(fixture->clients);
	clients_send(fixture->clients, fixture->id, "hello\r\n");
	clients_turn(fixture->clients);
	assert_true(has_secret(fixture));
	clients_hang_up(fixture->clients, peer_number(fixture));
	clients_turn(fixture->clients);
	clients_turn(fixture->clients);
	assert_false(has_secret(fixture));
}

static void keys_without_a_connection_are_wiped(void **state)
{
	struct fixture *fixture = *state;

	clients_die(fixture->clients);
	assert_true(has_secret(fixture));
	connections_forget_lost_wrappings(fixture->clients->connections);
	assert_false(has_secret(fixture));
}

static void unusable_keys_and_slots_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct connections *connections = fixture->clients->connections;
	struct tls_keys keys = fixture->keys;
	struct wrapping_setup setup = { .origin = { 1, 1 }, .keys = &keys };
	int fd = clients_inside(fixture->clients, fixture->id)->fd;
	uint64_t id = connections_reserve(connections);

	assert_int_equal(
		connection_wrap(connections, 1ull << 32 | WRAPPING_SLOTS, fd, &setup), -ENOSPC);
	keys.suite = 0;
	assert_int_equal(connection_wrap(connections, id, fd, &setup), -EINVAL);
	keys = fixture->keys;
	assert_int_equal(connection_wrap(connections, id, STDIN_FILENO, &setup), -ENOTSOCK);
	setup.keys = NULL;
	assert_int_equal(connection_wrap(connections, id, fd, &setup), -EINVAL);
	assert_false(connection_is_wrapped(connections, id));
	connection_abandon(connections, id);
}

static void a_message_is_a_line(void **state)
{
	struct fixture *fixture = *state;

	begin_frames(fixture);
	SAY_FRAMES(fixture,
		"\x81\x83" NO_MASK "ONE\x81\x87" NO_MASK "TW\nO\r\r\n\x01\x82" NO_MASK "TH");
	assert_happened(fixture->clients, "line:ONE\nline:TW\rO\n");
	assert_sleeps(fixture->clients);
	save_and_die(fixture);
	SAY_FRAMES(fixture, "\x89\x82" NO_MASK "hi\x80\x83" NO_MASK "REE");
	assert_happened(fixture->clients, "line:THREE\n");
	clients_send(fixture->clients, fixture->id, "hello\r\n");
	clients_turn(fixture->clients);
	assert_heard(fixture->clients, peer_number(fixture), "\x8a\x02hi\x81\x05hello", false);
}

static void a_text_frame_is_valid_utf8(void **state)
{
	struct fixture *fixture = *state;

	begin_frames(fixture);
	clients_send(fixture->clients, fixture->id, "caf\xe9\r\n");
	clients_turn(fixture->clients);
	assert_heard(fixture->clients, peer_number(fixture),
		"\x81\x04"
		"caf?",
		false);
}

static void a_close_is_answered_after_all_output(void **state)
{
	struct fixture *fixture = *state;

	begin_frames(fixture);
	clients_send(fixture->clients, fixture->id, "hello\r\n");
	SAY_FRAMES(fixture, "\x81\x83" NO_MASK "ONE\x88\x82" NO_MASK "\x03\xe9");
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "line:ONE\nclosed:Connection closed\n");
	assert_heard(fixture->clients, peer_number(fixture), "\x81\x05hello\x88\x02\x03\xe9", true);
}

static void a_wrong_frame_is_refused_with_its_code(void **state)
{
	struct fixture *fixture = *state;

	begin_frames(fixture);
	SAY_FRAMES(fixture, "\x81\x83" NO_MASK "ONE\x81\x03TWO");
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "line:ONE\nclosed:Protocol error\n");
	assert_heard(fixture->clients, peer_number(fixture), "\x88\x02\x03\xea", true);
}

/* They would be looked at again for ever. */
/* Behind the output, and before the end: unread input would turn that into a reset. */
static void a_code_arrives_behind_output_and_before_more_input(void **state)
{
	struct fixture *fixture = *state;
	int peer;

	begin_frames(fixture);
	peer = peer_number(fixture);
	clients_send(fixture->clients, fixture->id, "hello\r\n");
	SAY_FRAMES(fixture, "\x81\x03TWO");
	clients_turn(fixture->clients);
	assert_happened(fixture->clients, "closed:Protocol error\n");
	for (int i = 0; i < 3; i++) {
		clients_say(fixture->clients, peer, "more");
		clients_turn(fixture->clients);
	}
	assert_heard(fixture->clients, peer, "\x81\x05hello\x88\x02\x03\xea", true);
	assert_heard(fixture->clients, peer, "", true);
	assert_sleeps(fixture->clients);
}

/* RFC 6455 5.4. */
static void a_ping_inside_a_message_is_answered_at_once_and_once(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	int peer, yes = 1;

	begin_frames(fixture);
	peer = peer_number(fixture);
	/* tcp(7): what was only looked at is acknowledged late. */
	setsockopt(clients->peers[peer], IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	SAY_FRAMES(fixture, "\x81\x83" NO_MASK "ONE\x01\x82" NO_MASK "TH\x89\x82" NO_MASK "hi");
	clients_turn(clients);
	assert_happened(clients, "line:ONE\n");
	assert_heard(clients, peer, "\x8a\x02hi", false);
	save_and_die(fixture);
	clients_turn(clients);
	SAY_FRAMES(fixture, "\x00\x81" NO_MASK "R");
	clients_turn(clients);
	assert_heard(clients, peer, "", false);
	SAY_FRAMES(fixture, "\x89\x82" NO_MASK "yo");
	clients_turn(clients);
	assert_heard(clients, peer, "\x8a\x02yo", false);
	SAY_FRAMES(fixture, "\x80\x82" NO_MASK "EE\x01\x81" NO_MASK "F\x89\x82" NO_MASK "he");
	clients_turn(clients);
	assert_happened(clients, "line:THREE\n");
	assert_heard(clients, peer, "\x8a\x02he", false);
	assert_sleeps(clients);
}

static void assert_pong(const struct fixture *fixture)
{
	int peer = fixture->clients->peers[peer_number(fixture)];
	char bytes[16];

	assert_int_equal(read(peer, bytes, sizeof(bytes)), 2);
	assert_memory_equal(bytes, "\x8a\0", 2);
}

static void endless_pieces_are_refused(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(buffer_done) struct buffer frames = { 0 };

	begin_frames(fixture);
	buffer_put(&frames, "\x01\x80" NO_MASK, 6);
	while (frames.length < 3 * WEBSOCKET_INPUT_BYTES)
		buffer_put(&frames, "\x00\x80" NO_MASK "\x89\x80" NO_MASK, 12);
	say_frames(fixture, frames.bytes, WEBSOCKET_INPUT_BYTES - 1);
	assert_sleeps(fixture->clients);
	assert_happened(fixture->clients, "");
	assert_pong(fixture);
	say_frames(fixture, frames.bytes + WEBSOCKET_INPUT_BYTES - 1, WEBSOCKET_INPUT_BYTES);
	assert_happened(fixture->clients, "closed:Protocol error\n");
	assert_heard(fixture->clients, peer_number(fixture), "\x88\x02\x03\xf1", true);
	assert_sleeps(fixture->clients);
}

/* Lines that a pause leaves are read again, from the middle of the frames. */
static void a_pause_between_messages_outlives_a_crash(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;
	static const char *const lines[] = { "line:ONE\n", "line:TWO\n", "line:TRE\n" };

	begin_frames(fixture);
	clients->pauses_on_line = true;
	SAY_FRAMES(fixture, "\x81\x83" NO_MASK "ONE\x81\x83" NO_MASK "TWO\x81\x83" NO_MASK "TRE");
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		assert_happened(clients, lines[i]);
		save_and_die(fixture);
		assert_sleeps(clients);
		connection_resume(clients->connections, fixture->id);
		clients_turn(clients);
	}
	assert_happened(clients, "");
	assert_true(slot_of(fixture)->plain_taken == 15);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wrapped_setup, wrapped_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_come_and_go),
		TEST(half_a_record_waits_and_costs_nothing),
		TEST(the_end_inside_a_record_is_an_end),
		TEST(a_pause_inside_a_record_outlives_a_crash),
		TEST(the_longest_record_is_taken_in_parts),
		TEST(a_wrong_record_is_refused_with_an_alert),
		TEST(both_ends_say_that_they_end),
		TEST(our_close_comes_after_all_output),
		TEST(a_key_update_is_answered_without_other_output),
		TEST(sealed_bytes_outlive_a_crash),
		TEST(sealed_bytes_that_nobody_takes_are_a_failure),
		TEST(a_record_that_nobody_takes_is_a_failure),
		TEST(what_was_published_is_sent),
		TEST(what_the_next_process_cannot_use_is_refused),
		TEST(without_its_keys_a_closing_connection_is_refused),
		TEST(another_layout_is_not_read),
		TEST(another_layout_is_not_read_from_pages_that_stay),
		TEST(origins_find_their_connection),
		TEST(keys_are_wiped_at_the_end),
		TEST(keys_without_a_connection_are_wiped),
		TEST(unusable_keys_and_slots_are_refused),
		TEST(a_message_is_a_line),
		TEST(a_text_frame_is_valid_utf8),
		TEST(a_close_is_answered_after_all_output),
		TEST(a_wrong_frame_is_refused_with_its_code),
		TEST(a_code_arrives_behind_output_and_before_more_input),
		TEST(a_ping_inside_a_message_is_answered_at_once_and_once),
		TEST(endless_pieces_are_refused),
		TEST(a_pause_between_messages_outlives_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
