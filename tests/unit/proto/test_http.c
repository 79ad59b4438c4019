/* Heads of HTTP requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "proto/http.h"

#define GET "GET / HTTP/1.1\r\nHost: a\r\n"
#define HOST "Host: a\r\n\r\n"

/* Bytes that arrive one by one are refused no later than the whole, and with the same status. */
static enum http_status parse(const char *text, size_t length, struct http_request *ret_request)
{
	const char *reason = NULL;
	enum http_status status = http_parse(text, length, ret_request, &reason);
	struct http_request request;

	for (size_t n = 0; n < length; n++) {
		enum http_status before = http_parse(text, n, &request, &reason);

		assert_true(before == HTTP_STATUS_NONE || before == status);
	}
	if (status != HTTP_STATUS_NONE && status != HTTP_STATUS_OK)
		assert_true(*reason);
	return status;
}

static void assert_status(const char *text, enum http_status status)
{
	struct http_request request;

	assert_int_equal(parse(text, strlen(text), &request), status);
}

static void assert_bytes_are(const char *bytes, size_t length, enum http_status status)
{
	struct http_request request;

	assert_int_equal(parse(bytes, length, &request), status);
}

static void parse_good(const char *text, struct http_request *ret_request)
{
	assert_int_equal(parse(text, strlen(text), ret_request), HTTP_STATUS_OK);
}

#define ASSERT_TEXT(text, expected) assert_true(http_text_is(&(text), (expected)))

static void a_browsers_request_is_read(void **state)
{
	static const char text[] = "GET /a/b?c HTTP/1.1\r\nHost: irc.example.org:8067\r\n"
				   "Accept: */*\r\nX-Empty:\r\nuser-agent:\tMozilla (\xff) \t\r\n"
				   "\r\nGET /next";
	struct http_request request;

	(void) state;
	parse_good(text, &request);
	assert_false(request.is_head);
	assert_false(request.is_http10);
	assert_true(request.may_persist);
	assert_int_equal(request.head_bytes, strlen(text) - strlen("GET /next"));
	ASSERT_TEXT(request.target, "/a/b?c");
	ASSERT_TEXT(request.host, "irc.example.org:8067");
}

static void head_and_http_1_0_are_known(void **state)
{
	struct http_request request;

	(void) state;
	parse_good("HEAD / HTTP/1.0\r\n\r\n", &request);
	assert_true(request.is_head);
	assert_true(request.is_http10);
	assert_false(request.may_persist);
	assert_int_equal(request.host.length, 0);
	parse_good("GET / HTTP/1.9\r\nHost:\r\nConnection: x, Close\r\n\r\n", &request);
	assert_false(request.is_http10);
	assert_false(request.may_persist);
}

static void a_head_is_read_when_it_is_complete(void **state)
{
	(void) state;
	assert_status("", HTTP_STATUS_NONE);
	assert_status("GET / HTTP/1.1\r\nHost: a\r\n", HTTP_STATUS_NONE);
	assert_status("GET / HTTP/1.1\r\nHost: a\r\n\r", HTTP_STATUS_NONE);
	assert_status("GET / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_STATUS_OK);
	assert_status("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_STATUS_OK);
}

static void other_methods_are_refused(void **state)
{
	static const char *const known[] = { "PUT", "CONNECT", "TRACE", "PATCH" };
	char text[100];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
		snprintf(text, sizeof(text), "%s * HTTP/1.1\r\nHost: a\r\n\r\n", known[i]);
		assert_status(text, HTTP_STATUS_METHOD_NOT_ALLOWED);
	}
	assert_status("get / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_STATUS_NOT_IMPLEMENTED);
	assert_status("PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_STATUS_NOT_IMPLEMENTED);
	assert_status("GETS / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_STATUS_NOT_IMPLEMENTED);
	assert_status(
		"PUT / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello", HTTP_STATUS_METHOD_NOT_ALLOWED);
}

static void methods_for_uploads_are_known(void **state)
{
	struct http_request request;

	(void) state;
	parse_good("POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", &request);
	assert_int_equal(request.method, HTTP_METHOD_POST);
	assert_true(request.has_length);
	assert_int_equal(request.content_length, 5);
	assert_false(request.is_chunked);
	parse_good("DELETE /up/a HTTP/1.1\r\n" HOST, &request);
	assert_int_equal(request.method, HTTP_METHOD_DELETE);
	assert_false(request.has_length);
	parse_good("OPTIONS /up HTTP/1.1\r\nContent-Length: 0\r\n" HOST, &request);
	assert_int_equal(request.method, HTTP_METHOD_OPTIONS);
	parse_good("POST /up HTTP/1.1\r\n" HOST, &request);
	assert_false(request.has_length);
	parse_good("HEAD / HTTP/1.1\r\n" HOST, &request);
	assert_int_equal(request.method, HTTP_METHOD_GET);
}

#define POST "POST / HTTP/1.1\r\nHost: a\r\n"

static void a_body_has_one_length(void **state)
{
	struct http_request request;

	(void) state;
	parse_good(POST "Transfer-Encoding: chunked\r\n\r\n", &request);
	assert_true(request.is_chunked);
	assert_status(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
		HTTP_STATUS_BAD_REQUEST);
	assert_status(
		POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(POST "Content-Length: 5, 5\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(POST "Content-Length: -5\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(POST "Content-Length: +5\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(POST "Content-Length: 0x5\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(POST "Content-Length: 5 5\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(POST "Content-Length:\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	parse_good(POST "Content-Length: 00000000000000000000000005\r\n\r\n", &request);
	assert_int_equal(request.content_length, 5);
	parse_good(POST "Content-Length: 18446744073709551621\r\n\r\n", &request);
	assert_true(request.content_length == UINT64_MAX);
	parse_good(POST "Content-Length: 99999999999999999999999999999999999999\r\n\r\n", &request);
	assert_true(request.content_length == UINT64_MAX);
}

static void other_versions_are_refused(void **state)
{
	(void) state;
	assert_status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", HTTP_STATUS_VERSION_NOT_SUPPORTED);
	assert_status("GET / HTTP/0.9\r\n\r\n", HTTP_STATUS_VERSION_NOT_SUPPORTED);
	assert_status("GET / HTTP/3.1\r\n\r\n", HTTP_STATUS_VERSION_NOT_SUPPORTED);
	assert_status("GET /\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / http/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.10\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1,1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/x.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.x\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTQ/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
}

static void a_request_line_has_single_spaces(void **state)
{
	(void) state;
	assert_status("GET  / HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET /  HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.1 \r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET  HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status(" GET / HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET\t/ HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET /a\tb HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET /a b HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("G(T / HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET /\xc3\xa4 HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
	assert_status("GET /#a HTTP/1.1\r\n" HOST, HTTP_STATUS_BAD_REQUEST);
}

static void only_crlf_ends_lines(void **state)
{
	(void) state;
	assert_status("GET / HTTP/1.1\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: b\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: b\n\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: b\rC: d\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: b\rxC: d\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: \x01\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: b\r\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status("\nGET / HTTP/1.1\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: \x01\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: \x7f\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_bytes_are(GET "A: \0\r\n", sizeof(GET "A: \0\r\n") - 1, HTTP_STATUS_BAD_REQUEST);
	assert_bytes_are("GET /\0", 6, HTTP_STATUS_BAD_REQUEST);
	assert_bytes_are("\x16\x03\x01\x02\x00\x01", 6, HTTP_STATUS_BAD_REQUEST);
}

static void malformed_fields_are_refused(void **state)
{
	(void) state;
	assert_status(GET " folded\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A: b\r\n\tfolded\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.1\r\n Host: a\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A : b\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET ": b\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "A B: c\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "\xc3\xa4: c\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "!#$%&'*+-.^_`|~09AZaz: c\r\n\r\n", HTTP_STATUS_OK);
}

static void fields_with_one_value_stand_once(void **state)
{
	static const char *const once[] = { "Host", "Content-Length", "Transfer-Encoding",
		"Sec-WebSocket-Key", "Sec-WebSocket-Version", "Origin" };
	static const char *const lists[] = { "Connection", "Upgrade", "Sec-WebSocket-Protocol",
		"If-None-Match", "Accept-Encoding", "X-Other" };
	char text[100];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(once); i++) {
		snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s: 0\r\n%s: 0\r\n", once[i],
			once[i]);
		assert_status(text, HTTP_STATUS_BAD_REQUEST);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(lists); i++) {
		snprintf(text, sizeof(text), GET "%s: x\r\n%s: x\r\n\r\n", lists[i], lists[i]);
		assert_status(text, HTTP_STATUS_OK);
	}
	assert_status(GET "hOST: b\r\n", HTTP_STATUS_BAD_REQUEST);
}

static void a_host_is_needed_and_checked(void **state)
{
	(void) state;
	assert_status("GET / HTTP/1.1\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.0\r\nHost: a/b\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.1\r\nHost: a\"\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status("GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", HTTP_STATUS_OK);
	assert_status("GET / HTTP/1.1\r\nHost: \r\n\r\n", HTTP_STATUS_OK);
}

static void a_target_may_have_a_host(void **state)
{
	struct http_request request;

	(void) state;
	parse_good("GET http://b:1/c?d HTTP/1.1\r\nHost: a\r\n\r\n", &request);
	ASSERT_TEXT(request.target, "/c?d");
	ASSERT_TEXT(request.host, "b:1");
	parse_good("GET HTTPS://b HTTP/1.0\r\n\r\n", &request);
	ASSERT_TEXT(request.target, "/");
	ASSERT_TEXT(request.host, "b");
}

static void other_targets_are_refused(void **state)
{
	static const char *const targets[] = { "*", "a", "a:80", "http:/a", "http://", "http:///a",
		"http://u@a/", "http://a?b/", "ftp://a/", "http:", "?a" };
	char text[100];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(targets); i++) {
		snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", targets[i]);
		assert_status(text, HTTP_STATUS_BAD_REQUEST);
	}
}

static void a_body_is_refused(void **state)
{
	(void) state;
	assert_status(GET "Content-Length: 1\r\n\r\n", HTTP_STATUS_CONTENT_TOO_LARGE);
	assert_status(GET "Content-Length: 0\r\n\r\n", HTTP_STATUS_OK);
	assert_status(GET "Content-Length:\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "Content-Length: -1\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "Content-Length: 0, 0\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(
		GET "Content-Length: 99999999999999999999\r\n\r\n", HTTP_STATUS_CONTENT_TOO_LARGE);
	assert_status(GET "Transfer-Encoding: chunked\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
	assert_status(GET "Transfer-Encoding:\r\n\r\n", HTTP_STATUS_BAD_REQUEST);
}

/* before, then x until the head has that many bytes with what follows. */
static void assert_long(
	const char *before, size_t length, const char *after, enum http_status status)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct http_request request;
	const char *reason;

	buffer_put_text(&text, before);
	while (text.length + strlen(after) < length)
		buffer_put_byte(&text, 'x');
	buffer_put_text(&text, after);
	assert_int_equal(http_parse(text.bytes, text.length, &request, &reason), status);
	buffer_put_text(&text, "GET / HTTP/1.1\r\n\r\n");
	if (length >= HTTP_HEAD_BYTES)
		assert_int_equal(http_parse(text.bytes, text.length, &request, &reason), status);
}

static void a_head_has_at_most_8_kib(void **state)
{
	static const char line_end[] = " HTTP/1.1\r\nHost: a\r\n\r\n";

	(void) state;
	assert_long("GET /", HTTP_HEAD_BYTES, line_end, HTTP_STATUS_OK);
	assert_long("GET /", HTTP_HEAD_BYTES + 1, line_end, HTTP_STATUS_HEAD_TOO_LARGE);
	assert_long("GET /", HTTP_HEAD_BYTES - 1, "", HTTP_STATUS_NONE);
	assert_long("GET /", HTTP_HEAD_BYTES, "", HTTP_STATUS_URI_TOO_LONG);
	assert_long(GET "A: ", HTTP_HEAD_BYTES, "\r\n\r\n", HTTP_STATUS_OK);
	assert_long(GET "A: ", HTTP_HEAD_BYTES + 1, "\r\n\r\n", HTTP_STATUS_HEAD_TOO_LARGE);
	assert_long(GET "A: ", HTTP_HEAD_BYTES - 1, "", HTTP_STATUS_NONE);
	assert_long(GET "A: ", HTTP_HEAD_BYTES, "", HTTP_STATUS_HEAD_TOO_LARGE);
}

static void a_field_is_found_by_its_name(void **state)
{
	struct http_request request;
	struct http_text value;

	(void) state;
	parse_good(GET "X-Origin: no\r\nORIGIN: \t https://a \r\nX: Origin: no\r\n\r\n"
		       "Upgrade: websocket\r\n",
		&request);
	assert_true(http_get(&request, HTTP_FIELD_ORIGIN, &value));
	ASSERT_TEXT(value, "https://a");
	assert_false(http_get(&request, HTTP_FIELD_UPGRADE, &value));
	parse_good("GET / HTTP/1.0\r\n\r\n", &request);
	assert_false(http_get(&request, HTTP_FIELD_HOST, &value));
}

static void a_list_may_have_several_lines(void **state)
{
	CLEANUP(buffer_done) struct buffer members = { 0 };
	struct http_request request;
	struct http_text member;
	struct http_walk walk;

	(void) state;
	parse_good(GET "Upgrade: ,a ,, b\r\nX: no\r\nUpgrade:\r\nupgrade:c/1;d=e,\t\r\n\r\n",
		&request);
	walk = http_walk_begin(&request);
	while (http_walk_next(&walk, HTTP_FIELD_UPGRADE, &member)) {
		buffer_put(&members, member.bytes, member.length);
		buffer_put_byte(&members, '|');
	}
	assert_string_equal(buffer_text(&members), "a|b|c/1;d=e|");
	assert_true(http_has_member(&request, HTTP_FIELD_UPGRADE, "B"));
	assert_false(http_has_member(&request, HTTP_FIELD_UPGRADE, "c"));
	assert_false(http_has_member(&request, HTTP_FIELD_CONNECTION, "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_browsers_request_is_read),
		cmocka_unit_test(head_and_http_1_0_are_known),
		cmocka_unit_test(a_head_is_read_when_it_is_complete),
		cmocka_unit_test(other_methods_are_refused),
		cmocka_unit_test(methods_for_uploads_are_known),
		cmocka_unit_test(a_body_has_one_length),
		cmocka_unit_test(other_versions_are_refused),
		cmocka_unit_test(a_request_line_has_single_spaces),
		cmocka_unit_test(only_crlf_ends_lines),
		cmocka_unit_test(malformed_fields_are_refused),
		cmocka_unit_test(fields_with_one_value_stand_once),
		cmocka_unit_test(a_host_is_needed_and_checked),
		cmocka_unit_test(a_target_may_have_a_host),
		cmocka_unit_test(other_targets_are_refused),
		cmocka_unit_test(a_body_is_refused),
		cmocka_unit_test(a_head_has_at_most_8_kib),
		cmocka_unit_test(a_field_is_found_by_its_name),
		cmocka_unit_test(a_list_may_have_several_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
