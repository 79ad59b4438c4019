/* Certificates in papod.conf. */
#include "parse.h"

#include <string.h>

#include "base/mem.h"
#include "config/certificates.h"

#define TLS_LISTENER "listen = ( { address = \"*\"; tls = true; } );\n"
#define PAIR(name) "certificate = \"/tls/" name ".crt\"; key = \"/tls/" name ".key\"; "

/* The names, credentials and files of the certificate; "" if there is none. */
static char *describe_certificate(const struct settings *settings, size_t index)
{
	const struct certificate_settings *certificate = settings_certificate(settings, index);
	struct buffer out = { 0 };

	if (certificate) {
		certificate_credential(certificate, false, &out);
		buffer_format(&out, "=%s ", certificate->certificate);
		certificate_credential(certificate, true, &out);
		buffer_format(&out, "=%s", certificate->key);
	}
	buffer_put_byte(&out, '\0');
	return buffer_take(&out);
}

static void assert_certificates(
	const struct settings *settings, const char *first, const char *second)
{
	CLEANUP(mem_freep) char *found_first = describe_certificate(settings, 0);
	CLEANUP(mem_freep) char *found_second = describe_certificate(settings, 1);

	assert_string_equal(found_first, first);
	assert_string_equal(found_second, second);
	assert_null(settings_certificate(settings, 2));
}

static void the_group_comes_before_the_list(void **state)
{
	struct settings *settings =
		parse_good("certificates = ( { name = \"rsa\"; " PAIR(
				   "rsa") "} );\n"
					  "tls = { " PAIR("a") "};\n" TLS_LISTENER,
			NULL);

	(void) state;
	assert_certificates(settings, "tls.crt=/tls/a.crt tls.key=/tls/a.key",
		"tls.rsa.crt=/tls/rsa.crt tls.rsa.key=/tls/rsa.key");
	settings_unref(settings);
}

static void the_list_needs_no_group(void **state)
{
	struct settings *settings =
		parse_good("certificates = ( { name = \"a\"; " PAIR(
				   "a") "},"
					"{ name = \"b\"; " PAIR("b") "} );" TLS_LISTENER,
			NULL);

	(void) state;
	assert_certificates(settings, "tls.a.crt=/tls/a.crt tls.a.key=/tls/a.key",
		"tls.b.crt=/tls/b.crt tls.b.key=/tls/b.key");
	settings_unref(settings);
	settings = parse_good(NULL, NULL);
	assert_certificates(settings, "", "");
	settings_unref(settings);
}

static void a_certificate_has_a_key(void **state)
{
	(void) state;
	assert_problems("tls = { certificate = \"/a\"; };", NULL,
		"papod.conf:1: tls.certificate: there is no key for it; add key = \"...\", the "
		"file with its private key\n");
	assert_problems("tls = { key = \"/a\"; };", NULL,
		"papod.conf:1: tls.key: there is no certificate for it; add certificate = "
		"\"...\"\n");
	assert_problems("certificates = ( { name = \"a\"; certificate = \"/a\"; },\n"
			"{ name = \"b\"; key = \"/b\"; },\n{ name = \"c\"; } );",
		NULL,
		"papod.conf:1: certificates.certificate: there is no key for it; add key = "
		"\"...\", the file with its private key\n"
		"papod.conf:2: certificates.key: there is no certificate for it; add certificate = "
		"\"...\"\n"
		"papod.conf:3: certificates.name: there are no files for it; add certificate = "
		"\"...\" and key = \"...\"\n");
}

/* Only what was wrong is reported. */
static void a_refused_file_is_not_a_missing_one(void **state)
{
	(void) state;
	assert_problems("tls = { certificate = \"cert.pem\"; key = \"/a b\"; };", NULL,
		"papod.conf:1: tls.certificate: found \"cert.pem\"; expected a path that begins "
		"with a slash, without spaces, quotes, % and \\\n"
		"papod.conf:1: tls.key: found \"/a b\"; expected a path that begins with a slash, "
		"without spaces, quotes, % and \\\n");
	assert_problems("certificates = ( { name = \"a\"; certificate = \"/a\"; key = \"a%\"; } );",
		NULL,
		"papod.conf:1: certificates.key: found \"a%\"; expected a path that begins with a "
		"slash, without spaces, quotes, % and \\\n");
	assert_problems("certificates = ( { " PAIR("a") "} );", NULL,
		"papod.conf:1: certificates: this one has no name; give it one: name = \"...\"\n");
}

static void half_a_pair_is_left_out(void **state)
{
	struct problems problems = { 0 };
	const struct source source = { .name = "papod.conf",
		.text = "tls = { key = \"/a\"; };"
			"certificates = ( { name = \"a\"; key = \"/a\"; } );" };
	struct settings *settings = settings_parse_leniently(&source, 1, &problems);

	(void) state;
	assert_int_equal(problems.n_errors, 2);
	assert_null(settings->tls.key);
	assert_null(settings_certificate(settings, 0));
	settings_unref(settings);
	problems_done(&problems);
}

static void some_listener_uses_the_certificates(void **state)
{
	(void) state;
	assert_problems("tls = { " PAIR("a") "};\nlisten = ( { address = \"*\"; } );\n"
					     "certificates = ( { name = \"b\"; " PAIR("b") "} );",
		NULL,
		"papod.conf:1: tls.certificate: no listener has tls = true, so no client can use "
		"it\n"
		"papod.conf:3: certificates.certificate: no listener has tls = true, so no client "
		"can use it\n");
	assert_problems("tls = { " PAIR("a") "};", NULL, "");
	assert_problems("tls = { " PAIR("a") "};" TLS_LISTENER, NULL, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_group_comes_before_the_list),
		cmocka_unit_test(the_list_needs_no_group),
		cmocka_unit_test(a_certificate_has_a_key),
		cmocka_unit_test(a_refused_file_is_not_a_missing_one),
		cmocka_unit_test(half_a_pair_is_left_out),
		cmocka_unit_test(some_listener_uses_the_certificates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
