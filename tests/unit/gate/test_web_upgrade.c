/* Where papod reads on after a request for WebSocket, with TLS and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sys/socket.h>
#include <unistd.h>

#include "web_house.h"

static void finish(struct house *house, struct web_result *ret_result, int *ret_fd)
{
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_DONE);
	web_finish(TAKE(house->web), ret_result, ret_fd);
	web_house_hear(house);
	assert_int_equal(strncmp(buffer_text(&house->heard), "HTTP/1.1 101 ", 13), 0);
	assert_false(house->is_end);
	assert_int_equal(ret_result->protocol, WEBSOCKET_PROTOCOL_BINARY);
}

static void frames_stay_in_the_kernel(void **state)
{
	struct house *house = *state;
	struct web_result result;
	char rest[32] = { 0 };
	int fd;

	web_house_connect(house);
	web_house_say(house, UPGRADE "frames");
	finish(house, &result, &fd);
	assert_int_equal(recv(fd, rest, sizeof(rest), 0), 6);
	assert_string_equal(rest, "frames");
	assert_int_equal(result.n_skipped, 0);
	close(fd);
}

static void at_the_port_for_issuers_no_client_comes_in(void **state)
{
	struct house *house = *state;

	house->site.has_no_clients = true;
	web_house_connect(house);
	web_house_say(house, UPGRADE);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_expect_answer(
		house, "HTTP/1.1 404 ", "This port is for issuers of certificates only\n");
}

static void an_upgrade_may_come_in_pieces(void **state)
{
	struct house *house = *state;
	struct web_result result;
	char byte[2] = { 0 };
	int fd;

	web_house_connect(house);
	for (const char *at = UPGRADE; *at; at++) {
		byte[0] = *at;
		web_house_say(house, byte);
		if (at[1])
			assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	}
	finish(house, &result, &fd);
	assert_int_equal(web_house_unread(house, fd), 0);
	close(fd);
}

/* Open what is left with the keys that papod gets. */
static void expect_next_record(
	struct house *house, struct web_result *result, int fd, const char *text, size_t n_skipped)
{
	uint8_t wire[1024], plain[TLS_PLAIN_MAX + 1];
	ssize_t n = recv(fd, wire, sizeof(wire), 0);
	struct tls_opened opened =
		tls_open(house->peer.crypto, &result->keys, wire, (size_t) n, plain);

	assert_int_equal(opened.kind, TLS_OPENED_DATA);
	assert_int_equal(opened.taken, n);
	assert_int_equal(result->n_skipped, n_skipped);
	assert_int_equal(opened.length - n_skipped, strlen(text));
	assert_memory_equal(opened.data + n_skipped, text, strlen(text));
	close(fd);
}

static void a_record_with_the_end_of_the_head_stays(void **state)
{
	struct house *house = *state;
	struct web_result result;
	int fd;

	house->has_tls = true;
	for (int i = 0; i < 2; i++) {
		house->is_1_3 = i;
		web_house_connect(house);
		web_house_say(house, UPGRADE "frames");
		finish(house, &result, &fd);
		expect_next_record(house, &result, fd, "frames", strlen(UPGRADE));
		close(TAKE_FD(house->client));
	}
}

static void whole_records_of_the_head_are_taken(void **state)
{
	struct house *house = *state;
	struct web_result result;
	int fd;

	house->has_tls = house->is_1_3 = true;
	web_house_connect(house);
	web_house_say(house,
		"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
	web_house_say(house, "Sec-WebSocket-Key: a2tra2tra2tra2tra2traw==\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	assert_int_equal(web_house_unread(house, house->client), 0);
	web_house_say(house,
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: binary.ircv3.net\r\n\r\n");
	web_house_say(house, "frames");
	finish(house, &result, &fd);
	expect_next_record(house, &result, fd, "frames", 0);
}

static void a_part_of_the_last_record_is_skipped(void **state)
{
	struct house *house = *state;
	struct web_result result;
	int fd;

	house->has_tls = house->is_1_3 = true;
	web_house_connect(house);
	web_house_say(house,
		"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
		"Sec-WebSocket-Key: a2tra2tra2tra2tra2traw==\r\nSec-WebSocket-Version: 13\r\n"
		"Sec-WebSocket-Protocol: binary.ircv3.net\r\n");
	web_house_say(house, "\r\nframes");
	finish(house, &result, &fd);
	expect_next_record(house, &result, fd, "frames", 2);
}

static void check_foreign_page(struct house *house)
{
	web_house_say(house, "GET / HTTP/1.1\r\nHost: a\r\nOrigin: https://evil.example\r\n"
			     "Upgrade: websocket\r\nConnection: Upgrade\r\n"
			     "Sec-WebSocket-Key: a2tra2tra2tra2tra2traw==\r\n"
			     "Sec-WebSocket-Version: 13\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_hear(house);
	assert_int_equal(strncmp(buffer_text(&house->heard), "HTTP/1.1 403 ", 13), 0);
	assert_non_null(web_failure(house->web));
}

static void pages_of_others_may_not_connect(void **state)
{
	web_house_for_all_kinds(*state, check_foreign_page);
}

static void too_many_records_are_refused(void **state)
{
	struct house *house = *state;

	house->has_tls = house->is_1_3 = true;
	web_house_connect(house);
	web_house_say(house, "GET / HTTP/1.1\r\nHost: a\r\nx: ");
	for (int i = 1; i < 512; i++) {
		web_house_say(house, "y");
		assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	}
	web_house_say(house, "y");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_hear(house);
	assert_int_equal(strncmp(buffer_text(&house->heard), "HTTP/1.1 400 ", 13), 0);
	assert_string_equal(web_failure(house->web), "The request has too many pieces");
}

static void without_tls_pieces_are_not_counted(void **state)
{
	struct house *house = *state;

	web_house_connect(house);
	web_house_say(house, "GET / HTTP/1.1\r\nHost: a\r\nx: ");
	for (int i = 0; i < 600; i++) {
		web_house_say(house, "y");
		assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	}
}

static void half_a_record_waits(void **state)
{
	struct house *house = *state;
	struct buffer *out = &house->peer.out;
	static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

	house->has_tls = true;
	web_house_connect(house);
	tls_peer_seal(&house->peer, request, sizeof(request) - 1);
	assert_int_equal(send(house->client, out->bytes, out->length - 1, 0), out->length - 1);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	assert_int_equal(send(house->client, out->bytes + out->length - 1, 1, 0), 1);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_expect_answer(house, "HTTP/1.1 200 ", "abcdefghij");
}

static void broken_tls_gets_an_alert(void **state)
{
	struct house *house = *state;
	CLEANUP(buffer_done) struct buffer plain = { 0 };
	char bytes[64];
	ssize_t n;

	house->has_tls = true;
	web_house_connect(house);
	assert_int_equal(send(house->client,
				 "\x17\x03\x03\x00\x20"
				 "0123456789abcdef0123456789abcdef",
				 37, 0),
		37);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	assert_string_equal(web_failure(house->web), "the client has broken or ended its TLS");
	n = recv(house->client, bytes, sizeof(bytes), 0);
	assert_true(n > 0);
	assert_false(tls_peer_open(&house->peer, bytes, (size_t) n, &plain));
	assert_int_equal(recv(house->client, bytes, sizeof(bytes), 0), 0);
}

static void the_end_of_tls_is_answered(void **state)
{
	struct house *house = *state;
	struct buffer *out = &house->peer.out;

	house->has_tls = house->is_1_3 = true;
	web_house_connect(house);
	tls_peer_seal_end(&house->peer);
	assert_int_equal(send(house->client, out->bytes, out->length, 0), out->length);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_hear(house);
	assert_true(house->is_end);
	assert_true(house->peer.is_ended);
	assert_int_equal(house->heard.length, 0);
}

/* Padding has no text, and goes out of the way. */
static void records_without_data_are_taken(void **state)
{
	struct house *house = *state;
	struct buffer *out = &house->peer.out;
	struct web_result result;
	int fd;

	house->has_tls = house->is_1_3 = true;
	web_house_connect(house);
	tls_peer_seal_padding(&house->peer);
	assert_int_equal(send(house->client, out->bytes, out->length, 0), out->length);
	buffer_clear(out);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	web_house_say(house, UPGRADE);
	finish(house, &result, &fd);
	web_house_say(house, "frames");
	expect_next_record(house, &result, fd, "frames", 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, web_house_setup, web_house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_the_port_for_issuers_no_client_comes_in),
		TEST(frames_stay_in_the_kernel),
		TEST(an_upgrade_may_come_in_pieces),
		TEST(a_record_with_the_end_of_the_head_stays),
		TEST(whole_records_of_the_head_are_taken),
		TEST(a_part_of_the_last_record_is_skipped),
		TEST(pages_of_others_may_not_connect),
		TEST(too_many_records_are_refused),
		TEST(without_tls_pieces_are_not_counted),
		TEST(half_a_record_waits),
		TEST(broken_tls_gets_an_alert),
		TEST(the_end_of_tls_is_answered),
		TEST(records_without_data_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
