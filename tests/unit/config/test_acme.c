/* The certificate of papod-acme. */
#include "parse.h"

#include <string.h>

#include "base/cleanup.h"
#include "config/acme.h"

#define ACME "tls = { acme = [ \"irc.example.org\" ]; };\n"
#define ACME_WITH(more) "tls = { acme = [ \"irc.example.org\" ]; " more " };\n"
#define PORT_80 "{ address = \"*\"; port = 80; websocket = true; }"
#define TLS "{ address = \"*\"; tls = true; }"

static void assert_format(const char *config, const char *expected)
{
	struct settings *settings = parse_good(config, NULL);
	CLEANUP(buffer_done) struct buffer out = { 0 };

	acme_format(settings, &out);
	assert_string_equal(buffer_text(&out), expected);
	settings_unref(settings);
}

static void dehydrated_is_told_all(void **state)
{
	(void) state;
	assert_format("", "");
	assert_format("tls = { acme = []; acme_contact = \"a@b\"; };", "");
	assert_format(ACME, "CERTIFICATE='irc.example.org > papod'\n"
			    "CA='https://acme-v02.api.letsencrypt.org/directory'\n"
			    "CONTACT_EMAIL=''\n"
			    "CHALLENGETYPE='http-01'\n"
			    "WELLKNOWN='" RUNSTATEDIR "/papod-acme/http'\n"
			    "ALPNCERTDIR='" RUNSTATEDIR "/papod-acme/alpn'\n"
			    "KEY_ALGO='prime256v1'\n"
			    "RENEW_DAYS='20'\n");
}

static void values_are_quoted_for_a_shell(void **state)
{
	(void) state;
	assert_format(
		"tls = { acme = [ \"a.example\", \"b.example\" ];"
		"acme_url = \"https://[::1]:14000/a?b=$c&d\"; acme_contact = \"root@example.org\";"
		"acme_challenge = \"tls-alpn-01\"; challenges = \"/it's $HOME\"; };"
		"web = { challenges = \"/a`b\\\\\"; };"
		"listen = ( { address = \"*\"; port = 443; tls = true; } );",
		"CERTIFICATE='a.example b.example > papod'\n"
		"CA='https://[::1]:14000/a?b=$c&d'\n"
		"CONTACT_EMAIL='root@example.org'\n"
		"CHALLENGETYPE='tls-alpn-01'\n"
		"WELLKNOWN='/a`b\\'\n"
		"ALPNCERTDIR='/it'\\''s $HOME'\n"
		"KEY_ALGO='prime256v1'\n"
		"RENEW_DAYS='20'\n");
}

static void values_that_no_issuer_has_are_refused(void **state)
{
	(void) state;
	assert_problems("tls = { acme = [ \"irc\" ];\nacme_url = \"http://a\";\n"
			"acme_contact = \"root\";\nacme_challenge = \"dns-01\"; };",
		NULL,
		"papod.conf:1: tls.acme: found \"irc\"; expected the name of a host with at least "
		"one dot, and no wildcard, such as \"irc.example.org\"\n"
		"papod.conf:2: tls.acme_url: found \"http://a\"; expected a URL that begins with "
		"https://, such as \"https://acme-v02.api.letsencrypt.org/directory\"\n"
		"papod.conf:3: tls.acme_contact: found \"root\"; expected an e-mail address of "
		"letters, digits and .+-_, such as \"root@example.org\"\n"
		"papod.conf:4: tls.acme_challenge: found \"dns-01\"; expected \"http-01\" or "
		"\"tls-alpn-01\"\n");
}

static void the_certificate_comes_last(void **state)
{
	struct settings *settings = parse_good(
		ACME_WITH("certificate = \"/a\"; key = \"/b\";") "certificates = ( { name = \"c\"; "
								 "certificate = \"/c\"; key = "
								 "\"/c\"; } );",
		NULL);
	const struct certificate_settings *certificate = settings_certificate(settings, 2);

	(void) state;
	assert_false(settings_certificate(settings, 0)->is_awaited);
	assert_false(settings_certificate(settings, 1)->is_awaited);
	assert_true(certificate->is_awaited);
	assert_string_equal(certificate->certificate,
		LOCALSTATEDIR "/lib/papod-acme/certs/papod/fullchain.pem");
	assert_string_equal(
		certificate->key, LOCALSTATEDIR "/lib/papod-acme/certs/papod/privkey.pem");
	assert_null(settings_certificate(settings, 3));
	settings_unref(settings);
	settings = parse_good(ACME, NULL);
	assert_true(settings_certificate(settings, 0)->is_awaited);
	assert_null(settings_certificate(settings, 1));
	settings_unref(settings);
}

static void assert_needs_port(const char *config, bool expected)
{
	struct settings *settings = parse_good(config, NULL);

	assert_int_equal(acme_needs_port(settings), expected);
	settings_unref(settings);
}

static void port_80_is_needed_once(void **state)
{
	(void) state;
	assert_needs_port("", false);
	assert_needs_port(ACME, true);
	assert_needs_port(ACME "listen = ( " TLS " );", true);
	assert_needs_port(ACME "listen = ( " TLS ", " PORT_80 " );", false);
	assert_needs_port(ACME "listen = ( " TLS ", { path = \"/a\"; },"
			       "{ kind = \"datagram\"; address = \"*\"; port = 80; } );",
		true);
	assert_needs_port(
		ACME_WITH("acme_challenge = \"tls-alpn-01\";") "listen = ( { address = \"*\"; port "
							       "= 443; tls = true; } );",
		false);
}

static void the_issuer_must_reach_the_gate(void **state)
{
	(void) state;
	assert_problems(ACME "listen = ( " TLS ", " PORT_80 " );", NULL, "");
	assert_problems(ACME "listen = ( " TLS ", { address = \"*\"; port = 80; } );", NULL,
		"papod.conf:1: tls.acme: the issuer asks at port 80 with HTTP, but the listener "
		"there speaks something else; give it another port, or set tls.acme_challenge = "
		"\"tls-alpn-01\"\n");
	assert_problems(ACME_WITH("\nacme_challenge = \"tls-alpn-01\";"), NULL,
		"papod.conf:2: tls.acme_challenge: the issuer connects to port 443, but no "
		"listener "
		"with tls = true has that port; this is correct only if a router forwards it\n");
	assert_problems(ACME "listen = ( { address = \"*\"; } );", NULL,
		"papod.conf:1: tls.acme: no listener has tls = true, so no client can use it\n");
}

static void proofs_are_where_papod_acme_may_write(void **state)
{
	(void) state;
	assert_problems(ACME "\nweb: { challenges = \"/www\"; };", NULL,
		"papod.conf:3: web.challenges: papod-acme puts its proofs there, but may not "
		"write there: leave this out, or allow it with ReadWritePaths= in a drop-in of "
		"papod-acme.service\n");
	assert_problems(ACME_WITH("\nchallenges = \"/alpn\";"), NULL, "");
	assert_problems(
		ACME_WITH(
			"acme_challenge = \"tls-alpn-01\";\nchallenges = \"/alpn\";") "listen = ( "
										      "{ address = "
										      "\"*\"; port "
										      "= 443; tls "
										      "= true; } "
										      ");",
		NULL,
		"papod.conf:2: tls.challenges: papod-acme puts its proofs there, but may not "
		"write there: leave this out, or allow it with ReadWritePaths= in a drop-in of "
		"papod-acme.service\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dehydrated_is_told_all),
		cmocka_unit_test(values_are_quoted_for_a_shell),
		cmocka_unit_test(values_that_no_issuer_has_are_refused),
		cmocka_unit_test(the_certificate_comes_last),
		cmocka_unit_test(port_80_is_needed_once),
		cmocka_unit_test(the_issuer_must_reach_the_gate),
		cmocka_unit_test(proofs_are_where_papod_acme_may_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
