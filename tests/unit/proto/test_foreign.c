/* Recognising other protocols by their first bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/foreign.h"

#define ASSERT_FOREIGN(bytes, protocol)                                                            \
	assert_string_equal(foreign_protocol((bytes), sizeof(bytes) - 1), (protocol))
#define ASSERT_IRC(bytes) assert_null(foreign_protocol((bytes), sizeof(bytes) - 1))

static void a_browser_is_told(void **state)
{
	(void) state;
	ASSERT_FOREIGN("GET / HTTP/1.1\r\n", "HTTP");
	ASSERT_FOREIGN("POST /submit HTTP/1.0\r\n", "HTTP");
	ASSERT_FOREIGN("CONNECT example.net:443 HTTP/1.1\r\n", "HTTP");
	ASSERT_FOREIGN("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP");
}

static void a_request_is_known_by_its_shape(void **state)
{
	static const char *const requests[] = { "get /", "POST  /", "Post\t/", "\r\nPOST /",
		"\n\nGET /", "MKCOL /", "mkcol /", "GET http://a/", "GET HTTPS://a/", "OPTIONS *",
		"BASELINE-CONTROL /x HTTP/1.1\r\n", "M-SEARCH * HTTP/1.1\r\n", "TRACE / HTTP/1.1\n",
		"connect a:1 http/1.0\r\n", "FOO  bar   HTTP/2 \r\n",
		"\r\n\r\nREPORT /x HTTP/1.1\r\n", "WHOIS /x HTTP/1.1\r\n" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(requests); i++)
		assert_string_equal(foreign_protocol(requests[i], strlen(requests[i])), "HTTP");
}

/* What stands behind the bytes is not read. */
static void a_request_must_be_there(void **state)
{
	static const char *const requests[] = { "GET   /", "OPTIONS  *", "FOO bar HTTP/1.1\r" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
		size_t length = strlen(requests[i]);

		assert_string_equal(foreign_protocol(requests[i], length), "HTTP");
		while (length-- > 0)
			assert_null(foreign_protocol(requests[i], length));
	}
}

static void kin_of_http_are_told(void **state)
{
	(void) state;
	ASSERT_FOREIGN("OPTIONS sip:a@example.net SIP/2.0\r\n", "SIP");
	ASSERT_FOREIGN("REGISTER sip:example.net SIP/2.0\r\n", "SIP");
	ASSERT_FOREIGN("OPTIONS rtsp://a/ RTSP/1.0\r\n", "RTSP");
	ASSERT_FOREIGN("DESCRIBE rtsp://a/ RTSP/1.0\r\n", "RTSP");
}

static void a_tls_hello_is_told(void **state)
{
	(void) state;
	ASSERT_FOREIGN("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS");
}

static void a_proxy_header_is_told(void **state)
{
	(void) state;
	ASSERT_FOREIGN("PROXY TCP4 192.0.2.1 192.0.2.2 4000 6667\r\n", "PROXY");
	ASSERT_FOREIGN("PROXY UNKNOWN\r\n", "PROXY");
	ASSERT_FOREIGN("\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c", "PROXY");
}

static void others_are_told(void **state)
{
	(void) state;
	ASSERT_FOREIGN("SSH-2.0-OpenSSH_9.2p1\r\n", "SSH");
	ASSERT_FOREIGN("EHLO mail.example\r\n", "SMTP");
	ASSERT_FOREIGN("helo mail.example\r\n", "SMTP");
	ASSERT_FOREIGN("\x05\x01\x00", "SOCKS");
	ASSERT_FOREIGN("\x04\x01\x1a\x0b", "SOCKS");
}

static void irc_is_let_through(void **state)
{
	(void) state;
	ASSERT_IRC("CAP LS 302\r\n");
	ASSERT_IRC("NICK ana\r\n");
	ASSERT_IRC("PASS :GET / HTTP/1.1\r\n");
	ASSERT_IRC("CONNECT irc.example.net\r\nPRIVMSG a : HTTP/1.1\r\n");
	ASSERT_IRC("TRACE ana\r\n");
	ASSERT_IRC("PROXY\r\n");
	ASSERT_IRC("\r\n\r\nNICK ana\r\n");
	ASSERT_IRC("Hello, servidor!");
}

/* Everything that an IRC client, server or gateway may send first, in the form of a request. */
static void words_of_irc_are_no_methods(void **state)
{
	static const char *const words[] = { "PASS", "NICK", "USER", "CAP", "AUTHENTICATE",
		"WEBIRC", "PING", "PONG", "QUIT", "ERROR", "VERSION", "METADATA", "SERVER",
		"SERVICE", "PROTOCTL", "STARTTLS", "user", "Pass" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		char line[64];

		snprintf(line, sizeof(line), "%s /x HTTP/1.1\r\n", words[i]);
		assert_null(foreign_protocol(line, strlen(line)));
		snprintf(line, sizeof(line), "\r\n%s  http://x  HTTP/1.1\r\n", words[i]);
		assert_null(foreign_protocol(line, strlen(line)));
	}
}

static void what_is_no_request_may_be_irc(void **state)
{
	(void) state;
	ASSERT_IRC("USER /x 0 * :HTTP/1.1\r\n");
	ASSERT_IRC("CONNECT irc.example.net 6667 HTTP/1.1\r\n");
	ASSERT_IRC("JOIN /x\r\nNICK HTTP/1.1\r\n");
	ASSERT_IRC("JOIN /x :HTTP/1.1\r\n");
	ASSERT_IRC("WHOIS /x HTTP/a\r\n");
	ASSERT_IRC("WHOIS /x HTTP\r\n");
	ASSERT_IRC("WHOIS /x HTTPS/1.1\r\n");
	ASSERT_IRC("WHOIS HTTP/1.1\r\n");
	ASSERT_IRC("WHOIS /x HTTP/1.1 more\r\n");
	ASSERT_IRC(":a GET / HTTP/1.1\r\n");
	ASSERT_IRC("@a=b GET / HTTP/1.1\r\n");
	ASSERT_IRC(" GET / HTTP/1.1\r\n");
	ASSERT_IRC("GET\r\n/ HTTP/1.1\r\n");
	ASSERT_IRC("GETS / HTTP/1.1");
	ASSERT_IRC("GET a\r\n");
	ASSERT_IRC("PUT http\r\n");
}

/* The complete text, because it must not be cut for the human who reads it. */
static void the_answer_says_what_to_do(void **state)
{
	static const char *const answers[][2] = {
		{ "HTTP", "ERROR :This port speaks IRC without TLS, but was sent HTTP: connect "
			  "with an"
			  " IRC client\r\n" },
		{ "TLS",
			"ERROR :This port speaks IRC without TLS, but was sent TLS: turn TLS off in"
			" the client, or use the port for TLS if this network has one\r\n" },
		{ "PROXY", "ERROR :This port speaks IRC without TLS, but was sent PROXY: turn the "
			   "PROXY"
			   " header off in the proxy, or list the proxy in proxy_protocol of this "
			   "listener\r\n" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(answers); i++) {
		char text[FOREIGN_ANSWER_BYTES];

		foreign_answer(answers[i][0], text);
		assert_string_equal(text, answers[i][1]);
	}
}

static void the_start_alone_is_not_enough(void **state)
{
	static const char *const starts[] = { "", "G", "GET", "\x16", "\x16\x03", "PROXY ", "\r\n",
		"\r\n\r\n", "SSH", "CONNECT a:1 HTTP", "POST ", "GET htt", "TRACE / HTTP/1.1" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(starts); i++)
		assert_null(foreign_protocol(starts[i], strlen(starts[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_browser_is_told),
		cmocka_unit_test(a_request_is_known_by_its_shape),
		cmocka_unit_test(a_request_must_be_there),
		cmocka_unit_test(kin_of_http_are_told),
		cmocka_unit_test(a_tls_hello_is_told),
		cmocka_unit_test(a_proxy_header_is_told),
		cmocka_unit_test(others_are_told),
		cmocka_unit_test(irc_is_let_through),
		cmocka_unit_test(words_of_irc_are_no_methods),
		cmocka_unit_test(what_is_no_request_may_be_irc),
		cmocka_unit_test(the_answer_says_what_to_do),
		cmocka_unit_test(the_start_alone_is_not_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
