/* The opening handshake of WebSocket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "proto/http_upgrade.h"

#define START "GET / HTTP/1.1\r\nHost: a.example:8067\r\n"
#define UPGRADE "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION_13 "Sec-WebSocket-Version: 13\r\n"
#define GOOD START UPGRADE KEY VERSION_13

static const char *const no_origins[] = { NULL };

/* The empty line is added. */
static enum http_status check(
	const char *head, const char *const *origins, struct http_upgrade *ret_upgrade)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct http_request request;
	enum http_status status;
	const char *reason = NULL;

	buffer_format(&text, "%s\r\n", head);
	assert_int_equal(http_parse(text.bytes, text.length, &request, &reason), HTTP_STATUS_OK);
	assert_true(http_wants_websocket(&request));
	status = http_check_upgrade(&request, origins, ret_upgrade, &reason);
	if (status != HTTP_STATUS_SWITCHING_PROTOCOLS)
		assert_true(*reason);
	return status;
}

static void assert_status(const char *head, enum http_status status)
{
	struct http_upgrade upgrade;

	assert_int_equal(check(head, no_origins, &upgrade), status);
}

static void assert_answer(const char *head, const char *answer)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct http_upgrade upgrade;

	assert_int_equal(check(head, no_origins, &upgrade), HTTP_STATUS_SWITCHING_PROTOCOLS);
	http_put_upgrade(&out, &upgrade);
	assert_string_equal(out.bytes, answer);
}

#define ANSWER                                                                                     \
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"        \
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

/* RFC 6455 1.3. */
static void the_example_of_the_specification_is_answered(void **state)
{
	(void) state;
	assert_answer(GOOD, ANSWER "\r\n");
}

static void the_first_known_subprotocol_is_chosen(void **state)
{
	(void) state;
	assert_answer(GOOD "Sec-WebSocket-Protocol: text.ircv3.net, binary.ircv3.net\r\n",
		ANSWER "Sec-WebSocket-Protocol: text.ircv3.net\r\n\r\n");
	assert_answer(GOOD "Sec-WebSocket-Protocol: binary.ircv3.net, text.ircv3.net\r\n",
		ANSWER "Sec-WebSocket-Protocol: binary.ircv3.net\r\n\r\n");
	assert_answer(GOOD "Sec-WebSocket-Protocol: irc\r\nSec-WebSocket-Protocol: "
			   "x,binary.ircv3.net\r\n",
		ANSWER "Sec-WebSocket-Protocol: binary.ircv3.net\r\n\r\n");
	assert_answer(GOOD "Sec-WebSocket-Protocol: irc, Text.ircv3.net\r\n", ANSWER "\r\n");
}

static void other_spellings_are_accepted(void **state)
{
	(void) state;
	assert_status(START KEY VERSION_13 "upgrade: h2c, WebSocket\r\nconnection: UPGRADE\r\n",
		HTTP_STATUS_SWITCHING_PROTOCOLS);
}

static void an_ordinary_request_wants_no_websocket(void **state)
{
	static const char text[] = START KEY VERSION_13 "Upgrade: websockets, h2c\r\n\r\n";
	struct http_request request;
	const char *reason;

	(void) state;
	assert_int_equal(http_parse(text, strlen(text), &request, &reason), HTTP_STATUS_OK);
	assert_false(http_wants_websocket(&request));
}

static void incomplete_handshakes_are_refused(void **state)
{
	(void) state;
	assert_status(START KEY VERSION_13 "Upgrade: websocket\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(START KEY VERSION_13 "Upgrade: websocket\r\nConnection: upgrades\r\n",
		HTTP_STATUS_BAD_REQUEST);
	assert_status(START UPGRADE VERSION_13, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.0\r\n" UPGRADE KEY VERSION_13, HTTP_STATUS_BAD_REQUEST);
	assert_status(
		"HEAD / HTTP/1.1\r\nHost: a\r\n" UPGRADE KEY VERSION_13, HTTP_STATUS_BAD_REQUEST);
}

static void other_versions_are_told_which_one(void **state)
{
	(void) state;
	assert_status(START UPGRADE KEY, HTTP_STATUS_UPGRADE_REQUIRED);
	assert_status(
		START UPGRADE KEY "Sec-WebSocket-Version: 8\r\n", HTTP_STATUS_UPGRADE_REQUIRED);
	assert_status(
		START UPGRADE KEY "Sec-WebSocket-Version: 13, 8\r\n", HTTP_STATUS_UPGRADE_REQUIRED);
	assert_status(START UPGRADE "Sec-WebSocket-Version: 0\r\n", HTTP_STATUS_UPGRADE_REQUIRED);
}

static void a_key_is_16_bytes_in_base64(void **state)
{
	static const char *const keys[] = { "", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ=",
		"dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZR==", "dGhlIHNhbXBsZSBub25jZQ=A",
		"dGhlIHNhbXBsZSBub25jZQA=", "dGhl=HNhbXBsZSBub25jZQ==",
		"dGhl-HNhbXBsZSBub25jZQ==" };
	char head[300];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(keys); i++) {
		snprintf(head, sizeof(head), START UPGRADE VERSION_13 "Sec-WebSocket-Key: %s\r\n",
			keys[i]);
		assert_status(head, HTTP_STATUS_BAD_REQUEST);
	}
	assert_status(START UPGRADE VERSION_13 "Sec-WebSocket-Key: +/09azAZAAAAAAAAAAAAAg==\r\n",
		HTTP_STATUS_SWITCHING_PROTOCOLS);
}

/* A page of that origin, where these may connect. */
static void assert_origin(const char *origin, const char *const *origins, bool may_connect)
{
	struct http_upgrade upgrade;
	char head[400];

	snprintf(head, sizeof(head), GOOD "Origin: %s\r\n", origin);
	assert_int_equal(check(head, origins, &upgrade),
		may_connect ? HTTP_STATUS_SWITCHING_PROTOCOLS : HTTP_STATUS_FORBIDDEN);
}

static void without_a_list_pages_of_the_same_host_may_connect(void **state)
{
	(void) state;
	assert_origin("http://a.example:8067", no_origins, true);
	assert_origin("https://A.Example:8067", no_origins, true);
	assert_origin("http://a.example", no_origins, false);
	assert_origin("http://b.example:8067", no_origins, false);
	assert_origin("http://xa.example:8067", no_origins, false);
	assert_origin("http://a.example:80670", no_origins, false);
	assert_origin("a.example:8067", no_origins, false);
	assert_origin("null", no_origins, false);
	assert_origin("", no_origins, false);
}

static void with_a_list_only_its_pages_may_connect(void **state)
{
	static const char *const origins[] = { "https://b.example", "null", NULL };
	static const char *const all[] = { "https://b.example", "*", NULL };

	(void) state;
	assert_origin("https://b.example", origins, true);
	assert_origin("HTTPS://B.example", origins, true);
	assert_origin("null", origins, true);
	assert_origin("http://b.example", origins, false);
	assert_origin("https://b.example.evil", origins, false);
	assert_origin("http://a.example:8067", origins, false);
	assert_origin("https://evil", all, true);
}

static void without_a_host_no_page_is_of_the_same_one(void **state)
{
	struct http_upgrade upgrade;

	(void) state;
	assert_int_equal(check("GET / HTTP/1.1\r\nHost:\r\n" UPGRADE KEY VERSION_13 "Origin: "
			       "http://\r\n",
				 no_origins, &upgrade),
		HTTP_STATUS_FORBIDDEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_of_the_specification_is_answered),
		cmocka_unit_test(the_first_known_subprotocol_is_chosen),
		cmocka_unit_test(other_spellings_are_accepted),
		cmocka_unit_test(an_ordinary_request_wants_no_websocket),
		cmocka_unit_test(incomplete_handshakes_are_refused),
		cmocka_unit_test(other_versions_are_told_which_one),
		cmocka_unit_test(a_key_is_16_bytes_in_base64),
		cmocka_unit_test(without_a_list_pages_of_the_same_host_may_connect),
		cmocka_unit_test(with_a_list_only_its_pages_may_connect),
		cmocka_unit_test(without_a_host_no_page_is_of_the_same_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
