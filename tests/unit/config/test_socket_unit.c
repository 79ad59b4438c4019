#include "parse.h"

#include <stdlib.h>
#include <string.h>

#include "config/listen_text.h"
#include "config/unit_sources.h"

/* The addresses of the unit, or "default"; then the problems. */
static void assert_unit(const char *first, const char *second, const char *expected)
{
	struct source sources[] = { { SOURCE_KIND_CONFIG, "papod.conf", first },
		{ SOURCE_KIND_CONFIG, "conf.d/a.conf", second } };
	struct problems problems = { 0 };
	struct socket_unit unit;
	struct gate_unit gate;
	struct buffer out = { 0 };
	char text[ADDRESS_TEXT_BYTES];

	unit_sources_parse(sources, second ? 2 : 1, &problems, &unit, &gate);
	gate_unit_done(&gate);
	buffer_put_text(&out, unit.is_default ? "default\n" : "");
	for (size_t i = 0; i < unit.tcp.count; i++) {
		address_format_port(&unit.tcp.items[i], text);
		buffer_format(&out, "%s\n", text);
	}
	for (size_t i = 0; i < unit.udp.count; i++) {
		address_format_port(&unit.udp.items[i], text);
		buffer_format(&out, "%s/udp\n", text);
	}
	for (size_t i = 0; i < unit.n_paths; i++)
		buffer_format(&out, "%s\n", unit.paths[i]);
	for (size_t i = 0; i < problems.count; i++) {
		struct buffer problem = { 0 };

		problem_format(&problems.items[i], &problem);
		buffer_format(&out, "%.*s\n", 40, problem.bytes);
		buffer_done(&problem);
	}
	assert_string_equal(out.bytes, expected);
	buffer_done(&out);
	problems_done(&problems);
	socket_unit_done(&unit);
}

static void without_a_list_the_unit_decides(void **state)
{
	(void) state;
	assert_unit("", NULL, "default\n");
	assert_unit("server: { name = \"irc.example.org\"; };", NULL, "default\n");
	assert_unit("# listen = ( { address = \"*\"; } );", NULL, "default\n");
	assert_unit("/* listen = ( { address = \"*\"; } ); */", NULL, "default\n");
	assert_unit("server: { name = \"listen = ()\"; };", NULL, "default\n");
	assert_unit("my_listen = ( { address = \"*\"; } );", NULL, "default\n");
}

static void each_address_is_a_line(void **state)
{
	(void) state;
	assert_unit("listen = ( { address = \"192.0.2.1\"; port = 6697; },\n"
		    "{ address = \"2001:db8::1\"; } );",
		NULL, "192.0.2.1:6697\n[2001:db8::1]:6667\n");
	assert_unit("listen = ();", NULL, "");
}

static void everywhere_is_both_families(void **state)
{
	(void) state;
	assert_unit(
		"listen: ( { address = \"*\"; port = 6697; } )", NULL, "0.0.0.0:6697\n[::]:6697\n");
}

static void a_unix_socket_is_for_papod_to_open(void **state)
{
	(void) state;
	assert_unit("listen = ( { path = \"/var/lib/papod/a.sock\"; } );", NULL, "");
}

/* Otherwise the second could not be bound, and papod.socket would not start at all. */
/* Checking the file reports an error; the generator uses what is valid. */
#define IN_THE_WAY "papod.conf:1: listen: papod.conf:1 liste\n"

static void no_address_is_there_twice(void **state)
{
	(void) state;
	assert_unit("listen = ( { name = \"a\"; address = \"127.0.0.1\"; },"
		    "{ name = \"b\"; address = \"127.0.0.1\"; } );",
		NULL, "127.0.0.1:6667\n" IN_THE_WAY);
	assert_unit("listen = ( { address = \"127.0.0.1\"; }, { address = \"*\"; },"
		    "{ address = \"::1\"; }, { address = \"::1\"; port = 6668; } );",
		NULL, "0.0.0.0:6667\n[::]:6667\n[::1]:6668\n" IN_THE_WAY IN_THE_WAY);
}

static void drop_ins_count(void **state)
{
	(void) state;
	assert_unit("listen = ( { address = \"127.0.0.1\"; } );",
		"listen = ( { address = \"127.0.0.2\"; } );", "127.0.0.1:6667\n127.0.0.2:6667\n");
	assert_unit("listen = ( { address = \"127.0.0.1\"; } );", "listen = ();\nx", "");
}

static void mistakes_elsewhere_do_not_matter(void **state)
{
	static const char *const before[] = { "server: { name = ", "limits: { nick_length = -1; };",
		"x = \"no end\n", "/* no end\n", "@include \"x\"\n", "))", "limits = 3;", "\x01" };
	struct buffer text = { 0 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(before); i++) {
		buffer_clear(&text);
		buffer_format(
			&text, "%s listen = ( { address = \"127.0.0.1\"; } ); { what?", before[i]);
		assert_unit(text.bytes, NULL, "127.0.0.1:6667\n");
	}
	buffer_done(&text);
}

static void mistakes_in_the_list_cost_only_their_entry(void **state)
{
	(void) state;
	assert_unit("\n\nlisten = ( { address = \"127.0.0.1\"; },\n"
		    "{ address = \"::1\"; port = 70000; } );",
		NULL, "127.0.0.1:6667\npapod.conf:4: listen.port: found 70000; \n");
	assert_unit("listen = ( { address = \"127.0.0.1\"; port = 0; },"
		    "{ address = \"::1\"; } );",
		NULL, "[::1]:6667\npapod.conf:1: listen.port: systemd canno\n");
}

/* Listening on loopback is better than not at all. */
static void a_list_of_mistakes_is_no_list(void **state)
{
	(void) state;
	assert_unit("listen = 6667;", NULL, "default\npapod.conf:1: listen: expected a list of\n");
	assert_unit("listen = ( { address = \"127.0.0.1\"", NULL,
		"default\npapod.conf:1: found the end of the file;\n");
}

static void names_need_digits(void **state)
{
	(void) state;
	assert_problems("listen = ( { path = \"/run/x\"; address = \"localhost\"; } );", NULL,
		"papod.conf:1: listen.address: found \"localhost\"; expected an address in "
		"digits, without port or brackets, such as \"192.0.2.1\" or \"2001:db8::1\", or "
		"\"*\" for all addresses; getent ahosts shows the addresses of a name\n");
}

static void the_drop_in_replaces_what_the_unit_has(void **state)
{
	struct address address;
	struct socket_unit unit = { .tcp = { &address, 1 } };
	struct buffer out = { 0 };
	const char *text;

	(void) state;
	assert_true(address_parse_range("::1", &address));
	address.port = 6697;
	socket_unit_format(&unit, &out);
	text = strstr(out.bytes, "[Socket]");
	assert_non_null(text);
	assert_string_equal(text, "[Socket]\nListenStream=\nListenStream=[::1]:6697\n"
				  "ListenStream=/run/papod/irc.sock\n");
	buffer_clear(&out);
	unit.is_default = true;
	socket_unit_format(&unit, &out);
	assert_int_equal(out.length, 0);
	unit.udp = unit.tcp;
	socket_unit_format(&unit, &out);
	assert_string_equal(strstr(out.bytes, "[Socket]"), "[Socket]\nListenDatagram=[::1]:6697\n");
	buffer_clear(&out);
	unit = (struct socket_unit){ .instance = "den" };
	socket_unit_format(&unit, &out);
	assert_string_equal(strstr(out.bytes, "[Socket]"),
		"[Socket]\nListenStream=\nListenStream=/run/papod/den/irc.sock\n");
	buffer_done(&out);
}

/* papod.socket must not listen there without TLS. */
static void tls_and_websocket_are_not_for_papod(void **state)
{
	(void) state;
	assert_unit("listen = ( { address = \"*\"; tls = true; },"
		    "{ address = \"::1\"; websocket = true; } );",
		NULL, "");
	assert_unit("listen = ( { address = \"*\"; tls = true; }, { address = \"::1\"; } );", NULL,
		"[::1]:6667\n");
	assert_unit("listen = ( { address = \"*\"; tls = \"yes\"; } );", NULL,
		"default\npapod.conf:1: listen.tls: found \"yes\"; e\n");
}

/* Without the group sts, it would be refused. */
static void a_listener_for_sts_alone_is_one_of_papod(void **state)
{
	(void) state;
	assert_unit("sts: { port = 6697; };\nlisten = ( { address = \"::1\"; tls = true; },"
		    "{ address = \"::1\"; sts_only = true; } );",
		NULL, "[::1]:6667\n");
}

#define NOTIFY(place) "{ name = \"n\"; kind = \"datagram\"; " place " }"

/* Whoever adds a place for notifications does not close that for clients. */
static void datagrams_leave_the_default_of_clients(void **state)
{
	(void) state;
	assert_unit("listen = ( " NOTIFY("address = \"127.0.0.1\";") " );", NULL,
		"default\n127.0.0.1:6659/udp\n");
	assert_unit("listen = ( { address = \"::1\"; } );",
		"listen = ( " NOTIFY("address = \"*\"; port = 6667;") " );",
		"[::1]:6667\n0.0.0.0:6667/udp\n[::]:6667/udp\n");
	assert_unit("listen = ();", "listen = ( " NOTIFY("address = \"::1\";") " );",
		"[::1]:6659/udp\n");
	assert_unit("listen = ( { address = \"::1\"; port = 70000; }, " NOTIFY(
			    "address = \"::1\";") " );",
		NULL, "default\n[::1]:6659/udp\npapod.conf:1: listen.port: found 70000; \n");
}

static void datagrams_in_its_directory_are_for_systemd(void **state)
{
	(void) state;
	assert_unit("listen = ( " NOTIFY("path = \"/run/papod/notify.sock\";") " );", NULL,
		"default\n/run/papod/notify.sock\n");
	assert_unit("listen = ( " NOTIFY("path = \"/var/lib/papod/notify.sock\";") " );", NULL,
		"default\n");
	assert_unit("listen = ( " NOTIFY("path = \"/run/papod/den/notify.sock\";") " );", NULL,
		"default\n/run/papod/den/notify.sock\n");
	assert_unit("listen = ( " NOTIFY("path = \"/run/papod/a/b/notify.sock\";") " );", NULL,
		"default\n");
	assert_unit("listen = ( " NOTIFY("path = \"/run/papod/irc.sock\";") " );", NULL,
		"default\npapod.conf:1: listen.path: papod.socket \n");
	assert_unit("listen = ( " NOTIFY("path = \"/run/papod/a%n\";") " );", NULL,
		"default\npapod.conf:1: listen.path: papod.socket \n");
	assert_unit("listen = ( " NOTIFY("path = \"/run/papod/..\";") " );", NULL,
		"default\npapod.conf:1: listen.path: papod.socket \n");
	assert_unit("listen = ( " NOTIFY("path = \"/run/papod/a\"; mode = \"0600\";") " );", NULL,
		"default\n/run/papod/a\npapod.conf:1: listen.path: papod.socket \n");
}

static void the_list_stays_on_its_line(void **state)
{
	char *text = listen_text("a\n/* \n */ listen /* x */ = ( \")\" # )\n ) ; b = 1;\n");

	(void) state;
	assert_string_equal(text, "\n\nlisten /* x */ = ( \")\" # )\n );\n");
	free(text);
	text = listen_text("a = { tls = 1; };\ntls = { x = \"}\"; }\nb; certificates = ( { ) { }\n"
			   "certificates = [ ];\ntls = true; certificates_a = ( );");
	assert_string_equal(text, "\ntls = { x = \"}\"; };\ncertificates = ( { );\n\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_list_the_unit_decides),
		cmocka_unit_test(each_address_is_a_line),
		cmocka_unit_test(everywhere_is_both_families),
		cmocka_unit_test(a_unix_socket_is_for_papod_to_open),
		cmocka_unit_test(no_address_is_there_twice),
		cmocka_unit_test(drop_ins_count),
		cmocka_unit_test(mistakes_elsewhere_do_not_matter),
		cmocka_unit_test(mistakes_in_the_list_cost_only_their_entry),
		cmocka_unit_test(a_list_of_mistakes_is_no_list),
		cmocka_unit_test(names_need_digits),
		cmocka_unit_test(the_drop_in_replaces_what_the_unit_has),
		cmocka_unit_test(tls_and_websocket_are_not_for_papod),
		cmocka_unit_test(a_listener_for_sts_alone_is_one_of_papod),
		cmocka_unit_test(datagrams_leave_the_default_of_clients),
		cmocka_unit_test(datagrams_in_its_directory_are_for_systemd),
		cmocka_unit_test(the_list_stays_on_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
