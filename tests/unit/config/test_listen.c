/* Listeners that conflict with each other, or cannot be open. */
#include "parse.h"

#include <string.h>

#include "config/listen.h"

#define LISTEN(first, second) "listen: ( { " first " },\n { " second " } );"

#define UDP "kind = \"datagram\"; "
/* Else nobody may send there. */
#define ALL "notifications: ( { name = \"a\"; channels = [ \"#a\" ]; addresses = [ \"::1\" ]; } );"

static void assert_clash(
	const char *config, const char *first, const char *second, const char *what)
{
	CLEANUP(buffer_done) struct buffer expected = { 0 };

	buffer_format(&expected,
		"papod.conf:2: listen: papod.conf:1 listens at %s already, so this one cannot "
		"listen at %s; leave one of them out, or give it another %s\n",
		first, second, what);
	assert_problems(config, NULL, expected.bytes);
}

/* Entries with the same spelling are found as duplicates of the list. */
static void one_address_is_listened_at_once(void **state)
{
	(void) state;
	assert_clash(LISTEN("address = \"2001:db8::1\"; port = 6667;",
			     "address = \"2001:DB8:0::1\"; port = 6667;"),
		"[2001:db8::1]:6667", "[2001:DB8:0::1]:6667", "port");
	assert_clash(LISTEN(UDP "address = \"::1\";", UDP "address = \"::\";") ALL, "[::1]:6659",
		"[::]:6659", "port");
	assert_clash(LISTEN("path = \"/run/a\"; name = \"a\";", UDP "path = \"/run/a\";") ALL,
		"/run/a", "/run/a", "path");
	assert_problems(LISTEN("address = \"*\"; port = 6667;", "address = \"*\"; port = 6667;"),
		NULL,
		"papod.conf:2: listen: line 1 has \"*:6667\" already; leave one of them out, or "
		"give it another port, path or name\n");
	assert_problems(LISTEN("address = \"x\";", "port = 6667;"), NULL,
		"papod.conf:1: listen.address: found \"x\"; expected an address in digits, "
		"without port or brackets, such as \"192.0.2.1\" or \"2001:db8::1\", or \"*\" "
		"for all addresses; getent ahosts shows the addresses of a name\n"
		"papod.conf:2: listen: this one has neither an address nor a path; give it "
		"address = \"127.0.0.1\" for this machine alone, address = \"*\" for everybody, "
		"or the path of a Unix socket\n");
}

static void a_wildcard_covers_its_family(void **state)
{
	(void) state;
	assert_clash(LISTEN("address = \"*\"; port = 6667;", "address = \"::1\"; port = 6667;"),
		"port 6667 of every address", "[::1]:6667", "port");
	assert_clash(LISTEN("address = \"127.0.0.1\"; port = 1;", "address = \"*\"; port = 1;"),
		"127.0.0.1:1", "port 1 of every address", "port");
	assert_clash(LISTEN("address = \"*\"; port = 65535;", "address = \"::\"; port = 65535;"),
		"port 65535 of every address", "[::]:65535", "port");
	assert_clash(
		LISTEN("address = \"0.0.0.0\"; port = 1;", "address = \"127.0.0.1\"; port = 1;"),
		"0.0.0.0:1", "127.0.0.1:1", "port");
	assert_clash(LISTEN("address = \"::1\"; port = 1;", "address = \"::\"; port = 1;"),
		"[::1]:1", "[::]:1", "port");
}

static void others_are_not_in_the_way(void **state)
{
	static const char *const configs[] = {
		LISTEN("address = \"192.0.2.1\"; port = 1;", "address = \"192.0.2.1\"; port = 2;"),
		LISTEN("address = \"192.0.2.1\"; port = 1;", "address = \"192.0.2.2\"; port = 1;"),
		LISTEN("address = \"0.0.0.0\"; port = 1;", "address = \"::1\"; port = 1;"),
		LISTEN("address = \"::\"; port = 1;", "address = \"127.0.0.1\"; port = 1;"),
		LISTEN("address = \"::\"; port = 1;", "address = \"0.0.0.0\"; port = 1;"),
		LISTEN("address = \"*\"; port = 1;", "address = \"127.0.0.1\"; port = 2;"),
		LISTEN("path = \"/run/a\";", "path = \"/run/b\";"),
		LISTEN("path = \"/run/a\";", "address = \"*\"; port = 1;"),
		LISTEN("address = \"::1\"; port = 1;", UDP "address = \"::1\"; port = 1;") ALL,
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(configs); i++)
		assert_problems(configs[i], NULL, "");
}

/* Each listener is reported once, with the first one that it conflicts with. */
static void each_listener_is_reported_once(void **state)
{
	(void) state;
	assert_problems("listen: ( { address = \"*\"; port = 1; },\n"
			"{ address = \"127.0.0.1\"; port = 1; },\n"
			"{ address = \"127.0.0.2\"; port = 1; } );",
		NULL,
		"papod.conf:2: listen: papod.conf:1 listens at port 1 of every address already, so "
		"this one cannot listen at 127.0.0.1:1; leave one of them out, or give it another "
		"port\n"
		"papod.conf:3: listen: papod.conf:1 listens at port 1 of every address already, so "
		"this one cannot listen at 127.0.0.2:1; leave one of them out, or give it another "
		"port\n");
}

static void tls_and_websocket_have_ports_of_their_own(void **state)
{
	struct settings *settings =
		parse_good("listen: ( { address = \"::1\"; tls = true; },\n"
			   "{ address = \"::1\"; websocket = true; },\n"
			   "{ address = \"::1\"; websocket = true; tls = true; },\n"
			   "{ address = \"::1\"; tls = true; port = 6668; },\n"
			   "{ address = \"::1\"; } );",
			NULL);
	static const uint32_t ports[] = { 6697, 8067, 443, 6668, 6667 };

	(void) state;
	assert_int_equal(settings->n_listeners, ARRAY_LENGTH(ports));
	for (size_t i = 0; i < ARRAY_LENGTH(ports); i++) {
		assert_int_equal(settings->listeners[i].port, ports[i]);
		assert_int_equal(listener_is_for_gate(&settings->listeners[i]), i < 4);
	}
	settings_unref(settings);
}

static void a_port_speaks_one_protocol(void **state)
{
	(void) state;
	assert_clash(LISTEN("address = \"*\";", "address = \"::1\"; port = 6667; tls = true;"),
		"port 6667 of every address", "[::1]:6667", "port");
	assert_clash(LISTEN("address = \"*\"; tls = true;",
			     "address = \"127.0.0.1\"; port = 6697; websocket = true;"),
		"port 6697 of every address", "127.0.0.1:6697", "port");
}

static void tls_is_for_streams_of_tcp(void **state)
{
	(void) state;
	assert_problems("listen: ( { path = \"/run/a\"; name = \"a\";\ntls = true; },\n"
			"{ path = \"/run/b\";\nwebsocket = true; } );",
		NULL,
		"papod.conf:2: listen.tls: no Unix socket can have it; give this listener an "
		"address instead of a path, or leave it out\n"
		"papod.conf:4: listen.websocket: no Unix socket can have it; give this listener an "
		"address instead of a path, or leave it out\n");
	assert_problems("listen: ( { " UDP
			"address = \"::1\";\nwebsocket = true; tls = true; } );" ALL,
		NULL,
		"papod.conf:2: listen.tls: only clients use it, and this listener is for "
		"notifications; leave it out, or kind = \"datagram\"\n");
}

static void assert_described(const char *config, const char *expected)
{
	struct settings *settings = parse_good(config, NULL);
	CLEANUP(buffer_done) struct buffer out = { 0 };

	listen_describe(settings, &out);
	assert_string_equal(buffer_text(&out), expected);
	settings_unref(settings);
}

static void each_kind_of_listener_is_described_on_a_line(void **state)
{
	(void) state;
	assert_described(NULL, "clients connect at 127.0.0.1:6667, [::1]:6667\n");
	assert_described("listen = ();", "");
	assert_described("listen: ( { address = \"*\"; tls = true; }, { path = \"/run/a\"; },\n"
			 "{ address = \"::1\"; websocket = true; },\n"
			 "{ address = \"::1\"; websocket = true; tls = true; },\n"
			 "{ " UDP "address = \"::1\"; }, { address = \"192.0.2.1\"; } );" ALL,
		"clients connect at /run/a, 192.0.2.1:6667\n"
		"clients connect with TLS at port 6697 of every address\n"
		"web clients connect at [::1]:8067\n"
		"web clients connect with TLS at [::1]:443\n"
		"notifications arrive at [::1]:6659\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_address_is_listened_at_once),
		cmocka_unit_test(a_wildcard_covers_its_family),
		cmocka_unit_test(others_are_not_in_the_way),
		cmocka_unit_test(each_listener_is_reported_once),
		cmocka_unit_test(tls_and_websocket_have_ports_of_their_own),
		cmocka_unit_test(a_port_speaks_one_protocol),
		cmocka_unit_test(tls_is_for_streams_of_tcp),
		cmocka_unit_test(each_kind_of_listener_is_described_on_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
