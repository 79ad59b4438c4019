/* The drop-ins of papod-gate's units. */
#include "parse.h"

#include <string.h>

#include "config/unit_sources.h"

#define TLS "{ address = \"::1\"; tls = true; }"
#define PAIR(name) "certificate = \"/tls/" name ".crt\"; key = \"/tls/" name ".key\"; "

static bool has_all_but_b_key(const char *path)
{
	return strcmp(path, "/tls/b.key") != 0;
}

/* A drop-in without its comments. */
static void put_dropin(const char *title, const struct buffer *text, struct buffer *out)
{
	const char *line = buffer_text(text);

	buffer_format(out, "%s:", title);
	for (; *line; line += strcspn(line, "\n") + 1)
		if (*line != '#')
			buffer_format(out, " %.*s", (int) strcspn(line, "\n"), line);
	buffer_put_byte(out, '\n');
}

static void assert_units(const char *config, const char *expected)
{
	const struct source source = { .name = "papod.conf", .text = config };
	struct problems problems = { 0 };
	struct socket_unit unit;
	struct gate_unit gate;
	struct buffer texts[4] = { 0 }, out = { 0 };
	static const char *const titles[] = { "socket", "service", "path", "timers" };

	unit_sources_parse(&source, 1, &problems, &unit, &gate);
	gate_unit_format_socket(&gate, &texts[0]);
	gate_unit_format_service(&gate, has_all_but_b_key, &texts[1]);
	gate_unit_format_path(&gate, &texts[2]);
	gate_unit_format_timers(&gate, &texts[3]);
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		if (texts[i].length)
			put_dropin(titles[i], &texts[i], &out);
		buffer_done(&texts[i]);
	}
	assert_string_equal(buffer_text(&out), expected);
	buffer_done(&out);
	gate_unit_done(&gate);
	socket_unit_done(&unit);
	problems_done(&problems);
}

static void without_a_list_the_unit_decides(void **state)
{
	(void) state;
	assert_units("", "");
	assert_units("listen = ( { address = \"::1\"; kind = \"datagram\"; } );", "");
}

#define OFF "[Unit] ConditionPathExists=!/\n"

static void other_listeners_leave_nothing_to_do(void **state)
{
	(void) state;
	assert_units("listen = ( { address = \"*\"; } );", "socket: " OFF "service: " OFF);
	assert_units("listen = (); tls = { " PAIR("a") "};", "socket: " OFF "service: " OFF);
}

static void each_address_is_listened_at(void **state)
{
	(void) state;
	assert_units("listen = ( " TLS ", { address = \"*\"; websocket = true; },"
		     "{ address = \"*\"; } );",
		"socket: [Socket] ListenStream= ListenStream=[::1]:6697 "
		"ListenStream=0.0.0.0:8067 ListenStream=[::]:8067\n");
	assert_units("listen = ( " TLS ", { address = \"::1\"; tls = true; port = 0; } );",
		"socket: [Socket] ListenStream= ListenStream=[::1]:6697\n");
}

/* The default listens at loopback, which is better than not at all. */
static void an_entry_with_a_mistake_is_left_out(void **state)
{
	(void) state;
	assert_units("listen = ( " TLS ", { address = \"x\"; tls = true; port = 1; } );",
		"socket: [Socket] ListenStream= ListenStream=[::1]:6697\n");
	assert_units("listen = ( { address = \"x\"; tls = true; } );", "");
}

/* A missing file would keep papod-gate.service from starting; path units wait for it. */
static void pairs_of_files_that_exist_are_passed(void **state)
{
	(void) state;
	assert_units("tls = { " PAIR("a") "}; certificates = ( { name = \"b\"; " PAIR(
			     "b") "},"
				  "{ name = \"c\"; " PAIR("c") "} ); listen = ( " TLS " );",
		"socket: [Socket] ListenStream= ListenStream=[::1]:6697\n"
		"service: [Service] LoadCredential=tls.crt:/tls/a.crt "
		"LoadCredential=tls.key:/tls/a.key LoadCredential=tls.c.crt:/tls/c.crt "
		"LoadCredential=tls.c.key:/tls/c.key\n"
		"path: [Path] PathChanged=/tls\n");
}

static void each_directory_is_watched_once(void **state)
{
	(void) state;
	assert_units("tls = { certificate = \"/x.crt\"; key = \"/tls/keys/x.key\"; };"
		     "certificates = ( { name = \"y\"; certificate = \"/tls/keys/y.crt\";"
		     " key = \"/tls/y.key\"; } ); listen = ( " TLS " );",
		"socket: [Socket] ListenStream= ListenStream=[::1]:6697\n"
		"service: [Service] LoadCredential=tls.crt:/x.crt "
		"LoadCredential=tls.key:/tls/keys/x.key LoadCredential=tls.y.crt:/tls/keys/y.crt "
		"LoadCredential=tls.y.key:/tls/y.key\n"
		"path: [Path] PathChanged=/ PathChanged=/tls/keys PathChanged=/tls\n");
}

#define ACME_DIRECTORY LOCALSTATEDIR "/lib/papod-acme/certs/papod"
#define ACME_CRT ACME_DIRECTORY "/fullchain.pem"
#define ACME_KEY ACME_DIRECTORY "/privkey.pem"
#define ACME_CREDENTIALS                                                                           \
	"SetCredential=acme.crt:none LoadCredential=acme.crt:" ACME_CRT                            \
	" SetCredential=acme.key:none LoadCredential=acme.key:" ACME_KEY
#define ACME_PATHS "PathChanged=" ACME_DIRECTORY
#define ACME_UNITS                                                                                 \
	"service: [Service] " ACME_CREDENTIALS "\n"                                                \
	"path: [Path] " ACME_PATHS "\n"                                                            \
	"timers: [Unit] Wants=papod-acme.timer\n"
#define ACME "tls = { acme = [ \"irc.example.org\" ]; };"

/* Whatever the unit listens at, issuers ask at port 80. */
static void a_certificate_of_papod_acme_is_awaited(void **state)
{
	(void) state;
	assert_units(
		ACME, "socket: [Socket] ListenStream=0.0.0.0:80 ListenStream=[::]:80\n" ACME_UNITS);
	assert_units(ACME "listen = ( " TLS " );",
		"socket: [Socket] ListenStream= ListenStream=[::1]:6697 ListenStream=0.0.0.0:80 "
		"ListenStream=[::]:80\n" ACME_UNITS);
	assert_units(ACME "listen = ( " TLS
			  ", { address = \"::1\"; port = 80; websocket = true; } );",
		"socket: [Socket] ListenStream= ListenStream=[::1]:6697 "
		"ListenStream=[::1]:80\n" ACME_UNITS);
	/* a mistake elsewhere leaves it as it is */
	assert_units(ACME "listen = ( { address = \"x\"; tls = true; } );",
		"socket: [Socket] ListenStream=0.0.0.0:80 ListenStream=[::]:80\n" ACME_UNITS);
}

static void assert_compared(
	const char *config, const char *dropin, const char *open, const char *close)
{
	struct settings *settings = parse_good(config, NULL);
	CLEANUP(gate_unit_done) struct gate_unit gate = { 0 };
	CLEANUP(buffer_done) struct buffer to_open = { 0 };
	CLEANUP(buffer_done) struct buffer to_close = { 0 };

	gate_unit_of_settings(settings, &gate);
	gate_unit_compare(&gate, dropin, &to_open, &to_close);
	assert_string_equal(buffer_text(&to_open), open);
	assert_string_equal(buffer_text(&to_close), close);
	settings_unref(settings);
}

static void addresses_that_wait_are_found(void **state)
{
	static const char config[] =
		"listen = ( " TLS ", { address = \"*\"; tls = true; port = 7; } );";
	struct settings *settings = parse_good(config, NULL);
	CLEANUP(gate_unit_done) struct gate_unit gate = { 0 };
	CLEANUP(buffer_done) struct buffer in_force = { 0 };

	(void) state;
	gate_unit_of_settings(settings, &gate);
	settings_unref(settings);
	gate_unit_format_socket(&gate, &in_force);
	assert_compared(config, in_force.bytes, "", "");
	assert_compared(config, NULL, "[::1]:6697 0.0.0.0:7 [::]:7", "");
	assert_compared("", in_force.bytes, "", "[::1]:6697 0.0.0.0:7 [::]:7");
	assert_compared("listen = ();", in_force.bytes, "", "[::1]:6697 0.0.0.0:7 [::]:7");
	assert_compared(config, "ListenStream=\nListenStream=[::1]:669\nListenStream=[::1]:6697",
		"0.0.0.0:7 [::]:7", "[::1]:669");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_list_the_unit_decides),
		cmocka_unit_test(other_listeners_leave_nothing_to_do),
		cmocka_unit_test(each_address_is_listened_at),
		cmocka_unit_test(an_entry_with_a_mistake_is_left_out),
		cmocka_unit_test(pairs_of_files_that_exist_are_passed),
		cmocka_unit_test(each_directory_is_watched_once),
		cmocka_unit_test(a_certificate_of_papod_acme_is_awaited),
		cmocka_unit_test(addresses_that_wait_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
