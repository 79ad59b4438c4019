/* What is offered over HTTP needs a listener. */
#include "parse.h"

#define ADD "no listener has websocket = true, so no client gets there; add one to listen, such as "
#define UNREACHED ADD "{ address = \"*\"; tls = true; websocket = true; }\n"
#define UNPROVEN ADD "{ address = \"*\"; port = 80; websocket = true; }\n"
#define TOKEN "[api bot]\ntoken = abcdefghijklmnop\n"

static void what_no_client_reaches_is_reported(void **state)
{
	(void) state;
	assert_problems("web: { api = true;\nnotifications = true;\ndirectory = \"/srv/www\";\n"
			"challenges = \"/srv/acme\";\nmetrics = [ \"local\" ]; };\n"
			"uploads: { url = \"https://irc.example.org/upload\"; };",
		NULL,
		"papod.conf:3: web.directory: " UNREACHED "papod.conf:4: web.challenges: " UNPROVEN
		"papod.conf:5: web.metrics: " UNREACHED
		"papod.conf:2: web.notifications: " UNREACHED "papod.conf:1: web.api: " UNREACHED
		"papod.conf:6: uploads.url: " UNREACHED);
}

static void a_listener_for_web_clients_suffices(void **state)
{
	(void) state;
	assert_problems("listen = ( { address = \"*\"; websocket = true; } );\n"
			"web: { api = true; metrics = [ \"local\" ]; };",
		NULL, "");
}

static void programs_need_the_api(void **state)
{
	(void) state;
	assert_problems("listen = ( { address = \"*\"; websocket = true; } );\n"
			"api_tokens = ( { name = \"bot\"; scopes = [ \"status\" ]; } );",
		TOKEN,
		"papod.conf:2: api_tokens.name: the HTTP API is off, so no program can use it; "
		"set web: { api = true; };\n");
}

static void papod_acme_has_a_listener_of_its_own(void **state)
{
	(void) state;
	assert_problems("tls: { acme = [ \"irc.example.org\" ]; };", NULL, "");
}

static void what_cannot_be_read_may_be_a_listener(void **state)
{
	(void) state;
	assert_problems("web: { api = true; };\nlistn = ( { address = \"*\"; } );", NULL,
		"papod.conf:2: listn: there is no such option; did you mean listen?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_client_reaches_is_reported),
		cmocka_unit_test(a_listener_for_web_clients_suffices),
		cmocka_unit_test(programs_need_the_api),
		cmocka_unit_test(papod_acme_has_a_listener_of_its_own),
		cmocka_unit_test(what_cannot_be_read_may_be_a_listener),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
