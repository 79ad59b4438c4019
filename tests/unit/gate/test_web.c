/* Pages that web clients get, with TLS and without, and requests that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "web_house.h"

static void check_page(struct house *house)
{
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	web_house_say(house, "GET / HTTP/1.1\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_INPUT);
	web_house_say(house, "Host: a\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_expect_answer(house, "HTTP/1.1 200 ", "\r\n\r\nabcdefghij");
	assert_non_null(strstr(house->heard.bytes, "\r\nContent-Length: 10\r\n"));
	assert_non_null(strstr(house->heard.bytes, "\r\nContent-Type: text/html"));
	assert_non_null(strstr(house->heard.bytes, "\r\nConnection: close\r\n"));
	assert_non_null(strstr(house->heard.bytes, "\r\nETag: "));
	assert_null(web_failure(house->web));
	assert_int_equal(web_parts(house->web), 1);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	close(TAKE_FD(house->client));
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_ENDED);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_ENDED);
}

static void a_page_is_sent_and_the_connection_ends(void **state)
{
	web_house_for_all_kinds(*state, check_page);
}

static void check_head(struct house *house)
{
	web_house_say(house, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_expect_answer(house, "HTTP/1.1 200 ", "\r\n\r\n");
	assert_non_null(strstr(house->heard.bytes, "\r\nContent-Length: 10\r\n"));
	assert_int_equal(web_parts(house->web), 0);
}

static void head_gets_no_content(void **state)
{
	web_house_for_all_kinds(*state, check_head);
}

static void a_version_that_the_client_has_is_not_sent(void **state)
{
	struct house *house = *state;
	char request[256], *etag;

	web_house_connect(house);
	web_house_say(house, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	web_house_go_on(house);
	web_house_hear(house);
	etag = strstr(house->heard.bytes, "\r\nETag: ") + 8;
	snprintf(request, sizeof(request),
		"GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: %.*s\r\n\r\n",
		(int) strcspn(etag, "\r"), etag);
	web_house_disconnect(house);
	web_house_connect(house);
	web_house_say(house, request);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_expect_answer(house, "HTTP/1.1 304 ", "\r\n\r\n");
	assert_null(strstr(house->heard.bytes, "\r\nContent-Type: "));
}

static void check_long_page(struct house *house)
{
	size_t length, end;
	uint64_t parts, turns = 0;

	web_house_write_file(house->large, LONG_BYTES);
	web_house_say(house, "GET /large.js HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_OUTPUT);
	while (web_house_go_on(house) == HANDSHAKE_STATE_WANTS_OUTPUT &&
		web_parts(house->web) != turns)
		turns = web_parts(house->web);
	parts = web_parts(house->web); /* the client reads nothing */
	assert_true(parts >= 1 && parts < 100);
	do
		web_house_hear(house);
	while (web_house_go_on(house) == HANDSHAKE_STATE_WANTS_OUTPUT);
	web_house_hear(house);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	assert_true(house->is_end);
	length = house->heard.length;
	end = (size_t) (strstr(house->heard.bytes, "\r\n\r\n") - house->heard.bytes) + 4;
	assert_int_equal(length - end, LONG_BYTES);
	for (size_t i = 0; i < LONG_BYTES; i++)
		if (house->heard.bytes[end + i] != 'a' + (int) (i % 23))
			fail();
	assert_int_equal(web_parts(house->web), LONG_BYTES / TLS_PLAIN_MAX + 1);
	assert_int_equal(house->peer.is_ended, house->has_tls);
}

static void a_long_page_is_sent_as_the_client_reads(void **state)
{
	web_house_for_all_kinds(*state, check_long_page);
}

static void a_page_that_becomes_shorter_ends_the_connection(void **state)
{
	struct house *house = *state;
	enum handshake_state now;

	web_house_write_file(house->large, LONG_BYTES);
	web_house_connect(house);
	web_house_say(house, "GET /large.js HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_OUTPUT);
	assert_int_equal(truncate(house->large, 10), 0);
	do {
		web_house_hear(house);
		now = web_house_go_on(house);
	} while (now == HANDSHAKE_STATE_WANTS_OUTPUT);
	assert_int_equal(now, HANDSHAKE_STATE_ENDED);
}

static void a_reader_that_goes_ends_the_answer(void **state)
{
	struct house *house = *state;

	web_house_write_file(house->large, LONG_BYTES);
	web_house_connect(house);
	web_house_say(house, "GET /large.js HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_OUTPUT);
	close(TAKE_FD(house->client));
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_ENDED);
}

static void check_missing(struct house *house)
{
	web_house_say(house, "GET /none HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_hear(house);
	assert_int_equal(strncmp(buffer_text(&house->heard), "HTTP/1.1 404 ", 13), 0);
	assert_true(house->is_end);
	assert_null(web_failure(house->web)); /* nothing for the log */
}

static void a_missing_page_is_no_failure(void **state)
{
	web_house_for_all_kinds(*state, check_missing);
}

static void check_mistake(struct house *house)
{
	web_house_say(house, "GET / HTTP/1.1\r\nHost: a\r\n bad\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_hear(house);
	assert_int_equal(strncmp(buffer_text(&house->heard), "HTTP/1.1 400 ", 13), 0);
	assert_true(house->is_end);
	assert_non_null(web_failure(house->web));
}

static void a_malformed_request_is_refused(void **state)
{
	web_house_for_all_kinds(*state, check_mistake);
}

static void check_too_long(struct house *house)
{
	char head[HTTP_HEAD_BYTES + 100] = "GET / HTTP/1.1\r\nHost: a\r\nx: ";
	size_t length = strlen(head);

	memset(head + length, 'y', sizeof(head) - 1 - length);
	web_house_say(house, head);
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_LINGERS);
	web_house_hear(house);
	assert_int_equal(strncmp(buffer_text(&house->heard), "HTTP/1.1 431 ", 13), 0);
}

static void a_head_over_8_kib_is_refused(void **state)
{
	web_house_for_all_kinds(*state, check_too_long);
}

static void check_time_out(struct house *house)
{
	web_house_say(house, "GET / HTTP/1.1\r\n");
	web_house_go_on(house);
	web_time_out(house->web);
	web_house_expect_answer(house, "HTTP/1.1 408 ", "The request took too long\n");
	assert_string_equal(web_failure(house->web), "The request took too long");
}

static void a_slow_request_is_told_so(void **state)
{
	web_house_for_all_kinds(*state, check_time_out);
}

static void a_slow_reader_is_told_nothing(void **state)
{
	struct house *house = *state;
	size_t before;

	web_house_write_file(house->large, LONG_BYTES);
	web_house_connect(house);
	web_house_say(house, "GET /large.js HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_WANTS_OUTPUT);
	while (web_house_unread(house, house->client) != (int) (before = house->heard.length)) {
		house->heard.length = (size_t) web_house_unread(house, house->client);
		web_house_go_on(house);
	}
	house->heard.length = 0;
	web_time_out(house->web);
	assert_int_equal(web_house_unread(house, house->client), before);
	assert_null(web_failure(house->web));
}

static void check_hang_up(struct house *house)
{
	web_house_say(house, "GET / HTTP/1.1\r\n");
	close(TAKE_FD(house->client));
	assert_int_equal(web_house_go_on(house), HANDSHAKE_STATE_ENDED);
	assert_null(web_failure(house->web));
}

static void a_client_that_goes_is_forgotten(void **state)
{
	web_house_for_all_kinds(*state, check_hang_up);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, web_house_setup, web_house_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_is_sent_and_the_connection_ends),
		TEST(head_gets_no_content),
		TEST(a_version_that_the_client_has_is_not_sent),
		TEST(a_long_page_is_sent_as_the_client_reads),
		TEST(a_page_that_becomes_shorter_ends_the_connection),
		TEST(a_reader_that_goes_ends_the_answer),
		TEST(a_missing_page_is_no_failure),
		TEST(a_malformed_request_is_refused),
		TEST(a_head_over_8_kib_is_refused),
		TEST(a_slow_request_is_told_so),
		TEST(a_slow_reader_is_told_nothing),
		TEST(a_client_that_goes_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
