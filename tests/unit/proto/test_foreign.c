/* Telling other protocols by their first bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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

static void the_start_alone_is_not_enough(void **state)
{
	static const char *const starts[] = { "", "G", "GET", "\x16", "\x16\x03", "PROXY ", "\r\n",
		"\r\n\r\n", "SSH", "CONNECT a:1 HTTP" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(starts); i++)
		assert_null(foreign_protocol(starts[i], strlen(starts[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_browser_is_told),
		cmocka_unit_test(a_tls_hello_is_told),
		cmocka_unit_test(a_proxy_header_is_told),
		cmocka_unit_test(others_are_told),
		cmocka_unit_test(irc_is_let_through),
		cmocka_unit_test(the_start_alone_is_not_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
