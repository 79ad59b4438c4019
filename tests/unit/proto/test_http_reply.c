/* Answers to HTTP requests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/http_reply.h"

#define SECURITY                                                                                   \
	"Content-Security-Policy: default-src 'self'; style-src 'self' 'unsafe-inline'; "          \
	"img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "           \
	"frame-ancestors 'none'\r\n"                                                               \
	"Cross-Origin-Opener-Policy: same-origin\r\n"                                              \
	"Cross-Origin-Resource-Policy: same-origin\r\n"                                            \
	"Referrer-Policy: no-referrer\r\n"                                                         \
	"X-Content-Type-Options: nosniff\r\n"                                                      \
	"X-Frame-Options: DENY\r\n"
#define DATE "Date: Thu, 01 Jan 1970 00:00:01 GMT\r\n"

static void assert_head(const struct http_reply *reply, const char *head)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	http_put_head(&out, reply);
	assert_string_equal(out.bytes, head);
}

static void a_file_is_described(void **state)
{
	(void) state;
	assert_head(
		&(struct http_reply){
			.status = HTTP_STATUS_OK,
			.wall_ms = 1999,
			.content_type = http_content_type("index.html"),
			.content_length = 12345678901,
			.encoding = HTTP_ENCODING_BROTLI,
			.varies = true,
			.etag = "\"1\"",
		},
		"HTTP/1.1 200 OK\r\n" DATE
		"Content-Type: text/html; charset=utf-8\r\nContent-Encoding: br\r\n"
		"Content-Length: 12345678901\r\nETag: \"1\"\r\nVary: Accept-Encoding\r\n"
		"Cache-Control: no-cache\r\n" SECURITY "\r\n");
}

static void an_unchanged_file_is_not_described_again(void **state)
{
	(void) state;
	assert_head(
		&(struct http_reply){
			.status = HTTP_STATUS_NOT_MODIFIED,
			.wall_ms = 1000,
			.etag = "\"1\"",
			.cache = "max-age=60",
			.closes = true,
		},
		"HTTP/1.1 304 Not Modified\r\n" DATE
		"ETag: \"1\"\r\nCache-Control: max-age=60\r\n" SECURITY
		"Connection: close\r\n\r\n");
}

static void a_page_may_have_its_own_policy(void **state)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct http_reply reply = { .status = HTTP_STATUS_OK, .content_policy = "img-src *" };

	(void) state;
	http_put_head(&out, &reply);
	assert_non_null(strstr(out.bytes, "\r\nContent-Security-Policy: img-src *\r\n"));
	assert_null(strstr(out.bytes, "default-src"));
}

static void assert_refusal(
	enum http_status status, const struct http_request *request, const char *answer)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };

	http_put_refusal(&out, status, "Because", 1000, request);
	assert_string_equal(out.bytes, answer);
}

#define REFUSAL(line)                                                                              \
	"HTTP/1.1 " line "\r\n" DATE                                                               \
	"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 8\r\n"                         \
	"Cache-Control: no-store\r\n" SECURITY

static void a_refusal_says_why(void **state)
{
	struct http_request request = { .is_head = false }, head = { .is_head = true };

	(void) state;
	assert_refusal(HTTP_STATUS_BAD_REQUEST, NULL,
		REFUSAL("400 Bad Request") "Connection: close\r\n\r\nBecause\n");
	assert_refusal(HTTP_STATUS_NOT_FOUND, &request,
		REFUSAL("404 Not Found") "Connection: close\r\n\r\nBecause\n");
	assert_refusal(
		HTTP_STATUS_NOT_FOUND, &head, REFUSAL("404 Not Found") "Connection: close\r\n\r\n");
}

static void a_refusal_says_what_is_possible(void **state)
{
	(void) state;
	assert_refusal(HTTP_STATUS_METHOD_NOT_ALLOWED, NULL,
		REFUSAL("405 Method Not Allowed") "Connection: close\r\n"
						  "Allow: GET, HEAD\r\n\r\nBecause\n");
	assert_refusal(HTTP_STATUS_UPGRADE_REQUIRED, NULL,
		REFUSAL("426 Upgrade Required") "Connection: Upgrade, close\r\n"
						"Upgrade: websocket\r\n"
						"Sec-WebSocket-Version: 13\r\n\r\nBecause\n");
}

static void every_status_has_its_text(void **state)
{
	static const enum http_status statuses[] = { HTTP_STATUS_SWITCHING_PROTOCOLS,
		HTTP_STATUS_OK, HTTP_STATUS_NOT_MODIFIED, HTTP_STATUS_BAD_REQUEST,
		HTTP_STATUS_FORBIDDEN, HTTP_STATUS_NOT_FOUND, HTTP_STATUS_METHOD_NOT_ALLOWED,
		HTTP_STATUS_TIMEOUT, HTTP_STATUS_CONTENT_TOO_LARGE, HTTP_STATUS_URI_TOO_LONG,
		HTTP_STATUS_UPGRADE_REQUIRED, HTTP_STATUS_HEAD_TOO_LARGE,
		HTTP_STATUS_INTERNAL_ERROR, HTTP_STATUS_NOT_IMPLEMENTED, HTTP_STATUS_UNAVAILABLE,
		HTTP_STATUS_VERSION_NOT_SUPPORTED };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(statuses); i++)
		assert_true(*http_status_text(statuses[i]));
	assert_string_equal(http_status_text(HTTP_STATUS_NOT_FOUND), "Not Found");
	assert_string_equal(http_status_text(HTTP_STATUS_NONE), "");
}

static void the_name_of_a_file_says_its_type(void **state)
{
	static const char other[] = "application/octet-stream";

	(void) state;
	assert_string_equal(http_content_type("a/main.css"), "text/css; charset=utf-8");
	assert_string_equal(http_content_type("A.JS"), "text/javascript; charset=utf-8");
	assert_string_equal(http_content_type("a.min.mjs"), "text/javascript; charset=utf-8");
	assert_string_equal(http_content_type("a.woff2"), "font/woff2");
	assert_string_equal(http_content_type("manifest.webmanifest"), "application/manifest+json");
	assert_string_equal(http_content_type("a.b/c"), other);
	assert_string_equal(http_content_type("a.css/c"), other);
	assert_string_equal(http_content_type("css"), other);
	assert_string_equal(http_content_type("a."), other);
	assert_string_equal(http_content_type("a.cssx"), other);
	assert_string_equal(http_content_type(""), other);
}

static void parse_fields(const char *fields, struct buffer *text, struct http_request *ret_request)
{
	const char *reason;

	buffer_format(text, "GET / HTTP/1.1\r\nHost: a\r\n%s\r\n", fields);
	assert_int_equal(
		http_parse(text->bytes, text->length, ret_request, &reason), HTTP_STATUS_OK);
}

/* The encodings that the file has: b, g. */
static void assert_encoding(const char *accepted, const char *has, const char *suffix)
{
	const bool is_there[HTTP_ENCODINGS] = { true, strchr(has, 'b'), strchr(has, 'g') };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct http_request request;
	char fields[200] = "";

	if (accepted)
		snprintf(fields, sizeof(fields), "Accept-Encoding: %s\r\n", accepted);
	parse_fields(fields, &text, &request);
	assert_string_equal(http_encoding_suffix(http_choose_encoding(&request, is_there)), suffix);
}

static void the_client_chooses_the_encoding(void **state)
{
	(void) state;
	assert_encoding("gzip, deflate, br", "bg", ".br");
	assert_encoding("gzip, deflate, br", "g", ".gz");
	assert_encoding("gzip, deflate, br", "", "");
	assert_encoding("GZIP", "bg", ".gz");
	assert_encoding("x-gzip", "bg", ".gz");
	assert_encoding("deflate", "bg", "");
	assert_encoding(NULL, "bg", "");
	assert_encoding("", "bg", "");
	assert_encoding("*", "bg", ".br");
	assert_encoding("*", "g", ".gz");
}

static void weights_are_respected(void **state)
{
	(void) state;
	assert_encoding("br;q=0, gzip", "bg", ".gz");
	assert_encoding("br;q=0.0, gzip;q=0.000", "bg", "");
	assert_encoding("br;q=0, *", "bg", ".gz");
	assert_encoding("*;q=0, gzip;q=0.001", "bg", ".gz");
	assert_encoding("br;q=0.5, gzip;q=0.6", "bg", ".gz");
	assert_encoding("br;q=0.25, gzip;q=0.3", "bg", ".gz");
	assert_encoding("br;q=0.5, gzip;q=0.5", "bg", ".br");
	assert_encoding("br;q=1.000, gzip ; Q=0.999", "bg", ".br");
	assert_encoding("br;q=0.5, identity", "bg", "");
	assert_encoding("br;q=0.5, identity;q=0.4", "bg", ".br");
	assert_encoding("gzip;q=0.5\r\nAccept-Encoding: br;q=0.7", "bg", ".br");
}

static void malformed_weights_refuse(void **state)
{
	static const char *const weights[] = { "q=", "q", "", "q=x", "q=2", "q=1.1", "q=1.001",
		"q=.5", "q=0,5", "q=00.5", "q=0.0001", "q=0.9999", "q=-1", "q=1x", "x=1", "q=0x5",
		"q:0.5" };
	char accepted[100];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(weights); i++) {
		snprintf(accepted, sizeof(accepted), "br;%s, gzip;q=0.001", weights[i]);
		assert_encoding(accepted, "bg", ".gz");
	}
	assert_encoding("br;q=1.", "bg", ".br");
}

static void an_etag_says_size_time_and_encoding(void **state)
{
	char text[HTTP_ETAG_BYTES];

	(void) state;
	http_format_etag(255, 4096, HTTP_ENCODING_NONE, text);
	assert_string_equal(text, "\"ff-1000-identity\"");
	http_format_etag(UINT64_MAX, UINT64_MAX, HTTP_ENCODING_NONE, text);
	assert_string_equal(text, "\"ffffffffffffffff-ffffffffffffffff-identity\"");
	http_format_etag(1, 0, HTTP_ENCODING_BROTLI, text);
	assert_string_equal(text, "\"1-0-br\"");
}

static void assert_version(const char *known, bool has_version)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct http_request request;
	char fields[200];

	snprintf(fields, sizeof(fields), "If-None-Match: %s\r\n", known);
	parse_fields(fields, &text, &request);
	assert_int_equal(http_has_version(&request, "\"1-0-br\""), has_version);
}

static void a_known_version_is_recognised(void **state)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct http_request request;

	(void) state;
	assert_version("\"1-0-br\"", true);
	assert_version("W/\"1-0-br\"", true);
	assert_version("\"x\", W/\"y\",\"1-0-br\"", true);
	assert_version("*", true);
	assert_version("1-0-br", false);
	assert_version("\"1-0-BR\"", false);
	assert_version("w/\"1-0-br\"", false);
	assert_version("\"1-0-br", false);
	assert_version("", false);
	parse_fields("", &text, &request);
	assert_false(http_has_version(&request, "\"1\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_described),
		cmocka_unit_test(an_unchanged_file_is_not_described_again),
		cmocka_unit_test(a_page_may_have_its_own_policy),
		cmocka_unit_test(a_refusal_says_why),
		cmocka_unit_test(a_refusal_says_what_is_possible),
		cmocka_unit_test(every_status_has_its_text),
		cmocka_unit_test(the_name_of_a_file_says_its_type),
		cmocka_unit_test(the_client_chooses_the_encoding),
		cmocka_unit_test(weights_are_respected),
		cmocka_unit_test(malformed_weights_refuse),
		cmocka_unit_test(an_etag_says_size_time_and_encoding),
		cmocka_unit_test(a_known_version_is_recognised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
