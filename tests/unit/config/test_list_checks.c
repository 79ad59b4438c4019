/* Notifiers: what they require of listeners and secrets.ini. */
#include "parse.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "proto/name_syntax.h"

#define LISTEN                                                                                     \
	"listen = ( { name = \"notify\"; kind = \"datagram\"; address = \"::1\"; port = 6659; }, " \
	"{ name = \"public\"; address = \"*\"; } );\n"
#define GOOD "channels = [ \"#build\" ]; addresses = [ \"local\" ]; "
#define CI(options) LISTEN "notifications = ( { name = \"ci\"; " options " } );\n"

static void a_notifier_has_its_name_for_a_nick(void **state)
{
	struct settings *settings =
		parse_good(CI(GOOD), "[notification ci]\ntoken = abcdefghijklmnop\n");
	const struct notifier_settings *notifier = &settings->notifiers[0];

	(void) state;
	assert_int_equal(settings->n_notifiers, 1);
	assert_string_equal(notifier->nick, "ci");
	assert_string_equal(notifier->token, "abcdefghijklmnop");
	assert_string_equal(notifier->channels[0], "#build");
	assert_int_equal(notifier->rate, 2);
	assert_int_equal(notifier->burst, 20);
	assert_int_equal(notifier->wait_ms, 0);
	assert_false(notifier->is_notice || notifier->is_member);
	settings_unref(settings);
}

static void somebody_may_use_it(void **state)
{
	(void) state;
	assert_problems(CI("channels = [ \"#build\" ];"), NULL,
		"papod.conf:2: notifications.addresses: no program may use it; give it addresses, "
		"such "
		"as [ \"127.0.0.0/8\", \"local\" ], or a token in secrets.ini, under [notification "
		"ci]\n");
	assert_problems(CI("channels = [ \"#build\" ];"),
		"[notification ci]\ntoken = 0123456789abcdef", "");
}

static void it_may_speak_somewhere(void **state)
{
	(void) state;
	assert_problems(CI("addresses = [ \"::1\" ];"), NULL,
		"papod.conf:2: notifications.channels: it may speak nowhere; give it channels, "
		"such "
		"as [ \"#build\" ]\n");
}

static void channels_are_masks(void **state)
{
	(void) state;
	assert_problems(CI("addresses = [ \"::1\" ]; channels = [ \"#a*\", \"build\" ];"), NULL,
		"papod.conf:2: notifications.channels: found \"build\"; expected the name of a "
		"channel, with * and ? as wildcards, such as \"#ops*\"\n");
}

static void its_nick_could_be_that_of_a_user(void **state)
{
	(void) state;
	assert_problems(LISTEN "limits: { nick_length = 9; };\n"
			       "notifications = (\n{ name = \"1st\"; " GOOD "},\n"
			       "{ name = \"a\"; nick = \"\xc3\xa1\"; " GOOD "},\n"
			       "{ name = \"b\"; nick = \"a b\"; " GOOD "},\n"
			       "{ name = \"1234567890\"; nick = \"abcdefghij\"; " GOOD "} );",
		NULL,
		"papod.conf:6: notifications.nick: found \"a b\"; expected a nickname, such as "
		"\"ci\"\n"
		"papod.conf:4: notifications.nick: \"1st\" cannot be the nickname; give it one, "
		"nick = \"...\", of at most 9 bytes (limits.nick_length) and with the letters that "
		"server.casemapping = \"ascii\" allows\n"
		"papod.conf:5: notifications.nick: \"\xc3\xa1\" cannot be the nickname; give it "
		"one, nick = \"...\", of at most 9 bytes (limits.nick_length) and with the letters "
		"that server.casemapping = \"ascii\" allows\n"
		"papod.conf:7: notifications.nick: \"abcdefghij\" cannot be the nickname; give it "
		"one, nick = \"...\", of at most 9 bytes (limits.nick_length) and with the letters "
		"that server.casemapping = \"ascii\" allows\n");
}

static void its_listeners_take_datagrams(void **state)
{
	(void) state;
	assert_problems("notifications = ( { name = \"ci\"; " GOOD "} );", NULL,
		"papod.conf:1: notifications.listeners: no listener here has kind = \"datagram\"; "
		"this is correct only for a socket from systemd with ListenDatagram=\n");
	assert_problems(CI(GOOD "listeners = [ \"notify\", \"notfy\", \"public\" ];"), NULL,
		"papod.conf:2: notifications.listeners: no listener here is named \"notfy\"; this "
		"is correct only for a socket from systemd with FileDescriptorName=notfy; did you "
		"mean notify?\n"
		"papod.conf:2: notifications.listeners: the listener \"public\" is for clients; "
		"only one with kind = \"datagram\" takes notifications\n");
}

static void no_class_is_for_datagrams(void **state)
{
	(void) state;
	assert_problems(CI(GOOD) "classes = ( { name = \"a\"; listeners = [ \"notify\" ]; } );",
		NULL,
		"papod.conf:3: classes.listeners: the listener \"notify\" is for notifications; no "
		"client comes through it\n");
}

static void a_listener_without_a_notifier_is_of_no_use(void **state)
{
	static const char text[] =
		"papod.conf:1: listen.kind: no program may send there; give \"notify\" an entry in "
		"notifications\n";

	(void) state;
	assert_problems(LISTEN, NULL, text);
	assert_problems(LISTEN "notifications = ( { name = \"ci\"; listeners = [ \"x\" ]; " GOOD
			       "} );",
		NULL,
		"papod.conf:2: notifications.listeners: no listener here is named \"x\"; this is "
		"correct only for a socket from systemd with FileDescriptorName=x\n"
		"papod.conf:1: listen.kind: no program may send there; give \"notify\" an entry in "
		"notifications\n");
}

static void the_longest_token_fits_into_its_line(void **state)
{
	CLEANUP(buffer_done) struct buffer secrets = { 0 };
	struct settings *settings;

	(void) state;
	buffer_put_text(&secrets, "[notification ci]\ntoken = ");
	for (int i = 0; i < TOKEN_MOST_BYTES; i++)
		buffer_put_byte(&secrets, 'x');
	settings = parse_good(CI(GOOD), secrets.bytes);
	assert_int_equal(strlen(settings->notifiers[0].token), TOKEN_MOST_BYTES);
	settings_unref(settings);
}

static void a_token_is_refused_and_never_shown(void **state)
{
	static const char *const tokens[] = { "", "sesame", "sesame open sesame",
		"#sesamesesamesame", "{sesamesesamesame", "[sesamesesamesame",
		"\"sesamesesamesame\"", "sesamesesam\xc3\xa9sesame" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++) {
		CLEANUP(buffer_done) struct buffer secrets = { 0 }, problems = { 0 };

		buffer_format(&secrets, "[notification ci]\ntoken = %s\n", tokens[i]);
		assert_null(parse(CI(GOOD), secrets.bytes, &problems));
		assert_string_equal(problems.bytes,
			"secrets.ini:2: notification ci: a token has 16 to 190 printable ASCII "
			"characters without blanks, and does not begin with #, {, [ or a quote; "
			"\"openssl rand -hex 16\" makes one\n");
	}
}

static void operator_with_a_certificate_needs_no_password(void **state)
{
	(void) state;
	assert_problems(
		"operators = ( { name = \"ana\"; certificates = [ "
		"\"22e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2\" ]; },\n"
		"{ name = \"bea\"; } );",
		NULL,
		"papod.conf:2: operators: \"bea\" cannot log in: secrets.ini has no "
		"password under [operator bea]\n");
	assert_problems("operators = ( { name = \"ana\"; certificates = [ \"22e8\" ]; } );",
		"[operator ana]\npassword = " HASH "\n",
		"papod.conf:1: operators.certificates: found \"22e8\"; expected a SHA-256 or "
		"SHA-512: 64 or 128 hexadecimal digits, with or without a colon between each two; "
		"WHOIS shows that of your certificate\n");
}

static void operator_with_an_account_needs_no_password(void **state)
{
	(void) state;
	settings_unref(parse_good(
		"operators = ( { name = \"ana\"; account = \"Ana\"; auto = true; } );", ""));
	assert_problems("operators = ( { name = \"ana\"; account = \"a na\"; } );", "",
		"papod.conf:1: operators.account: found \"a na\"; expected the name of an account, "
		"such as \"ana\"\n"
		"papod.conf:1: operators: \"ana\" cannot log in: secrets.ini has no "
		"password under [operator ana]\n");
	assert_problems("operators = ( { name = \"ana\"; account = \"Ana\"; auto = true; } );",
		"[operator ana]\npassword = " HASH "\n",
		"papod.conf:1: operators.auto: this operator has a password or needs codes, so "
		"OPER is needed\n");
	assert_problems("operators = ( { name = \"ana\"; auto = true; } );", "",
		"papod.conf:1: operators: \"ana\" cannot log in: secrets.ini has no "
		"password under [operator ana]\n"
		"papod.conf:1: operators.auto: this operator has neither an account nor "
		"certificates, so OPER is needed\n");
}

#define TLS_LISTENER                                                                               \
	"listen = ( { name = \"public\"; address = \"*\"; }, { name = \"tls\"; address = "         \
	"\"*\"; port = 6697; tls = true; } );\n"

#define PROXIED(proxies, more)                                                                     \
	"listen = ( { address = \"*\"; proxy_protocol = [ " proxies " ]; " more " } );"

/* A wrong policy locks its clients out. */
static void sts_needs_a_listener_with_tls(void **state)
{
	static const char plain[] =
		"listen = ( { name = \"public\"; address = \"*\"; } );\nsts = { port = 6697; };";
	struct problems problems = { 0 };
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf", plain };
	struct settings *settings = settings_parse_leniently(&source, 1, &problems);

	(void) state;
	assert_int_equal(settings->sts_port, 0);
	settings_unref(settings);
	problems_done(&problems);
	assert_problems(plain, NULL,
		"papod.conf:2: sts.port: no listener has tls = true, so no client could connect "
		"any more\n");
	assert_problems(TLS_LISTENER "sts = { port = 6697; days = 30; };", NULL, "");
	assert_problems(TLS_LISTENER "sts = { port = 7000; };", NULL,
		"papod.conf:2: sts.port: no listener with tls = true has this port; this is "
		"correct only if connections to it are forwarded to one\n");
	assert_problems("sts = { port = 6697; };", NULL, "");
	assert_problems("listen = ( { name = \"web\"; address = \"*\"; port = 6697; tls = true; "
			"websocket = true; } );\nsts = { port = 6697; };",
		NULL,
		"papod.conf:2: sts.port: no listener has tls = true, so no client could connect "
		"any more\n");
}

static void listener_for_sts_alone_has_no_tls(void **state)
{
	static const struct {
		const char *listener, *sts, *problem;
	} rows[] = {
		{ "address = \"*\"; ", "6697", "" },
		{ "address = \"*\"; ", "0",
			"papod.conf:1: listen.sts_only: clients there could do nothing, as "
			"sts.port is not set\n" },
		{ "address = \"*\"; port = 7000; tls = true; ", "6697",
			"papod.conf:1: listen.sts_only: it is for clients that connect by TCP "
			"without TLS\n" },
		{ "path = \"/run/irc.sock\"; ", "6697",
			"papod.conf:1: listen.sts_only: it is for clients that connect by TCP "
			"without TLS\n" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(buffer_done) struct buffer config = { 0 };

		buffer_format(&config,
			"listen = ( { name = \"sts\"; sts_only = true; %s }, { name = \"tls\"; "
			"address = \"*\"; tls = true; } ); sts = { port = %s; };",
			rows[i].listener, rows[i].sts);
		assert_problems(config.bytes, NULL, rows[i].problem);
	}
}

static void proxies_are_for_clients(void **state)
{
	(void) state;
	assert_problems("listen = ( { address = \"*\"; tls = true; proxy_protocol = [ "
			"\"127.0.0.1\", \"2001:db8::/64\" ]; }, { path = \"/run/a\"; "
			"proxy_protocol = [ \"local\" ]; } );",
		NULL, "");
	assert_problems("listen = ( { path = \"/run/a\"; kind = \"datagram\"; proxy_protocol = [ "
			"\"local\" ]; } ); notifications = ( { name = \"ci\"; " GOOD "} );",
		NULL,
		"papod.conf:1: listen.proxy_protocol: only clients come through proxies, and this "
		"listener is for notifications; leave it out, or kind = \"datagram\"\n");
}

static void settings_know_whether_clients_can_use_tls(void **state)
{
	static const struct {
		const char *config;
		bool have_tls;
	} rows[] = {
		{ "", true }, /* papod-gate.socket has listeners of its own */
		{ TLS_LISTENER, true },
		{ "listen = ( { name = \"public\"; address = \"*\"; } );", false },
		{ "listen = ();", false }, { PROXIED("\"192.0.2.1\", \"127.0.0.1\"", ""), true },
		{ PROXIED("\"local\"", ""), true },
		{ PROXIED("\"192.0.2.1\"", ""), false },		  /* in clear up to here */
		{ PROXIED("\"127.0.0.1\"", "websocket = true;"), false }, /* the gate's */
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct settings *settings = parse_good(rows[i].config, NULL);

		assert_int_equal(settings_have_tls(settings), rows[i].have_tls);
		settings_unref(settings);
	}
}

/* Needs the class and the listener an account? */
static bool needs_account(
	const struct settings *settings, const char *address, const char *listener)
{
	struct address parsed;

	assert_true(address_parse_range(address, &parsed));
	return settings_need_account(
		settings, settings_class_of(settings, &parsed, listener), &parsed, listener);
}

static void an_account_is_required_by_class_and_listener_and_address(void **state)
{
	struct settings *settings = parse_good(
		"classes = ( { name = \"far\"; addresses = [ \"192.0.2.0/24\" ]; require_account "
		"= true; }, { name = \"free\"; addresses = [ \"198.51.100.0/24\" ]; "
		"require_account = false; } );\n"
		"listen = ( { name = \"a\"; address = \"*\"; port = 1; }, { name = \"b\"; address "
		"= \"*\"; port = 2; "
		"require_account = true; } );\n"
		"accounts: { exempt_addresses = [ \"192.0.2.7\" ]; };",
		"");

	(void) state;
	assert_true(needs_account(settings, "192.0.2.1", "a"));
	assert_false(needs_account(settings, "192.0.2.7", "a"));
	assert_false(needs_account(settings, "192.0.2.7", "b"));
	assert_false(needs_account(settings, "203.0.113.1", "a"));
	assert_true(needs_account(settings, "203.0.113.1", "b"));
	assert_true(needs_account(settings, "198.51.100.1", "b"));
	assert_false(needs_account(settings, "203.0.113.1", "from systemd"));
	assert_false(settings_always_need_account(settings));
	settings_unref(settings);
	settings = parse_good("classes = ( { name = \"free\"; addresses = [ \"198.51.100.0/24\" ]; "
			      "require_account = false; } );\n"
			      "accounts: { require_account = true; };",
		"");
	assert_true(needs_account(settings, "192.0.2.1", "a"));
	assert_false(needs_account(settings, "198.51.100.1", "a"));
	assert_false(settings_always_need_account(settings));
	settings_unref(settings);
	settings = parse_good("accounts: { require_account = true; };", "");
	assert_true(settings_always_need_account(settings));
	settings_unref(settings);
}

#define API                                                                                        \
	"listen = ( { kind = \"datagram\"; address = \"::1\"; }, { address = \"::1\"; websocket "  \
	"= "                                                                                       \
	"true; } ); web: { api = true; };\n"

static void a_program_of_the_api_needs_a_token_and_its_source(void **state)
{
	static const char program[] =
		API "notifications = ( { name = \"ci\"; " GOOD " } );\n"
		    "api_tokens = ( { name = \"bot\"; scopes = [ \"send\" ]; %s } );";
	char text[512];

	(void) state;
	snprintf(text, sizeof(text), program, "source = \"ci\";");
	settings_unref(parse_good(text, "[api bot]\ntoken = abcdefghijklmnop\n"));
	assert_problems(text, NULL,
		"papod.conf:3: api_tokens.name: it can do nothing without a token in secrets.ini, "
		"under [api bot]; \"openssl rand -hex 16\" makes one\n");
	snprintf(text, sizeof(text), program, "");
	assert_problems(text, "[api bot]\ntoken = abcdefghijklmnop\n",
		"papod.conf:3: api_tokens.scopes: it cannot send without a source, which "
		"names an entry of notifications\n");
	snprintf(text, sizeof(text), program, "source = \"cd\";");
	assert_problems(text, "[api bot]\ntoken = abcdefghijklmnop\n",
		"papod.conf:3: api_tokens.source: the list notifications has no entry of this "
		"name\n");
}

static void a_scope_of_the_api_must_exist(void **state)
{
	(void) state;
	assert_problems(API "notifications = ( { name = \"ci\"; " GOOD " } );\n"
			    "api_tokens = ( { name = \"bot\"; scopes = [ \"root\" ]; } );",
		"[api bot]\ntoken = abcdefghijklmnop\n",
		"papod.conf:3: api_tokens.scopes: found \"root\"; expected a scope of the HTTP "
		"API, such as \"status\" or \"channels\"; see HTTP API in papod(8)\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_account_is_required_by_class_and_listener_and_address),
		cmocka_unit_test(a_notifier_has_its_name_for_a_nick),
		cmocka_unit_test(somebody_may_use_it),
		cmocka_unit_test(it_may_speak_somewhere),
		cmocka_unit_test(channels_are_masks),
		cmocka_unit_test(its_nick_could_be_that_of_a_user),
		cmocka_unit_test(its_listeners_take_datagrams),
		cmocka_unit_test(no_class_is_for_datagrams),
		cmocka_unit_test(a_listener_without_a_notifier_is_of_no_use),
		cmocka_unit_test(the_longest_token_fits_into_its_line),
		cmocka_unit_test(a_token_is_refused_and_never_shown),
		cmocka_unit_test(operator_with_a_certificate_needs_no_password),
		cmocka_unit_test(operator_with_an_account_needs_no_password),
		cmocka_unit_test(sts_needs_a_listener_with_tls),
		cmocka_unit_test(listener_for_sts_alone_has_no_tls),
		cmocka_unit_test(proxies_are_for_clients),
		cmocka_unit_test(settings_know_whether_clients_can_use_tls),
		cmocka_unit_test(a_program_of_the_api_needs_a_token_and_its_source),
		cmocka_unit_test(a_scope_of_the_api_must_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
