#include "parse.h"

#include "config/text_checks.h"

static void a_server_name_has_a_dot(void **state)
{
	(void) state;
	assert_null(check_server_name("irc.example.org"));
	assert_non_null(check_server_name("irc"));
	assert_non_null(check_server_name("irc example.org"));
	assert_non_null(check_server_name("irc..org!"));
}

static void listen_addresses_are_digits_without_ports(void **state)
{
	(void) state;
	assert_null(check_listen_address("*"));
	assert_null(check_listen_address("::1"));
	assert_null(check_listen_address("192.0.2.1"));
	assert_non_null(check_listen_address("localhost"));
	assert_non_null(check_listen_address("local"));
	assert_non_null(check_listen_address("[::1]"));
	assert_non_null(check_listen_address("192.0.2.1:6667"));
	assert_non_null(check_listen_address("192.0.2.0/24"));
}

/* systemd splits the lines of a unit at spaces, and replaces %n. */
static void a_path_can_stand_in_a_unit(void **state)
{
	(void) state;
	assert_null(check_unit_path("/etc/letsencrypt/live/irc.example.org/fullchain.pem"));
	assert_non_null(check_unit_path("tls/cert.pem"));
	assert_non_null(check_unit_path("/etc/my certificates/a"));
	assert_non_null(check_unit_path("/etc/100%/a"));
	assert_non_null(check_unit_path("/etc/a\\"));
	assert_non_null(check_unit_path("/etc/\"a\""));
	assert_non_null(check_unit_path("/etc/'a'"));
	assert_non_null(check_unit_path("/etc/a\nb"));
}

static void origins_have_a_scheme_and_a_host(void **state)
{
	(void) state;
	assert_null(check_origin("*"));
	assert_null(check_origin("null"));
	assert_null(check_origin("https://chat.example.org"));
	assert_null(check_origin("http://[2001:db8::1]:8067"));
	assert_non_null(check_origin("chat.example.org"));
	assert_non_null(check_origin("://chat.example.org"));
	assert_non_null(check_origin("https://"));
	assert_non_null(check_origin("https://chat.example.org/"));
	assert_non_null(check_origin("https://chat example.org"));
}

static void issuers_are_asked_for_names_of_hosts(void **state)
{
	(void) state;
	assert_null(check_acme_name("irc.example.org"));
	assert_null(check_acme_name("xn--mnchen-3ya.example"));
	assert_non_null(check_acme_name("irc"));
	assert_non_null(check_acme_name("192.0.2.1"));
	assert_non_null(check_acme_name("*.example.org"));
	assert_non_null(check_acme_name("irc.example.org."));
	assert_non_null(check_acme_name("a.org b.org"));
	assert_non_null(check_acme_name("$(id).org"));
}

static void an_issuer_has_a_url(void **state)
{
	(void) state;
	assert_null(check_acme_url("https://acme-v02.api.letsencrypt.org/directory"));
	assert_null(check_acme_url("https://localhost:14000/dir"));
	assert_non_null(check_acme_url("http://localhost:14000/dir"));
	assert_non_null(check_acme_url("https://"));
	assert_non_null(check_acme_url("https://a/'"));
	assert_non_null(check_acme_url("https://a/`id`"));
	assert_non_null(check_acme_url("https://a/\""));
	assert_non_null(check_acme_url("https://a/\\"));
	assert_non_null(check_acme_url("https://a b"));
}

static void a_mail_address_needs_no_quotes(void **state)
{
	(void) state;
	assert_null(check_mail_address("o'brien@example.org"));
	assert_null(check_mail_address("root@example.org"));
	assert_null(check_mail_address("first.last+irc@example"));
	assert_non_null(check_mail_address("root"));
	assert_non_null(check_mail_address("@example.org"));
	assert_non_null(check_mail_address("root@"));
	assert_non_null(check_mail_address("a@b@c"));
	assert_non_null(check_mail_address("a\"@example.org"));
	assert_non_null(check_mail_address("a`b@example.org"));
	assert_non_null(check_mail_address("-a@example.org"));
}

/* A shell reads it, and dehydrated puts it into JSON. */
static void the_contact_of_an_issuer_needs_no_quotes_anywhere(void **state)
{
	static const char unsafe[] = "\"\\`|!#$&'*/=?^{}~;<>()[] ";

	(void) state;
	assert_null(check_acme_contact("root@example.org"));
	assert_null(check_acme_contact("first.last+irc_admin-1@example"));
	assert_non_null(check_acme_contact("root"));
	for (const char *at = unsafe; *at; at++) {
		char address[] = "a?b@example.org";

		address[1] = *at;
		assert_non_null(check_acme_contact(address));
	}
}

static void host_masks_have_a_user_and_a_host(void **state)
{
	(void) state;
	assert_null(check_host_mask("*@192.0.2.*"));
	assert_null(check_host_mask("*@192.0.2.0/24"));
	assert_null(check_host_mask("*@2001:db8::/32"));
	assert_null(check_host_mask("~ana@host"));
	assert_non_null(check_host_mask("192.0.2.*"));
	assert_non_null(check_host_mask("@host"));
	assert_non_null(check_host_mask("ana@"));
	assert_non_null(check_host_mask("a@b@c"));
	assert_non_null(check_host_mask("*@192.0.2.0/33"));
	assert_non_null(check_host_mask("ana@a host"));
}

static void fingerprints_are_hashes_in_hexadecimal(void **state)
{
	static const char sha256[] =
		"22e88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2";

	(void) state;
	assert_null(check_certfp(sha256));
	assert_non_null(check_certfp(sha256 + 2));
	assert_non_null(
		check_certfp("zze88c7d6da9b73fbb515ed6a8f6d133c680527a799e3069ca7ce346d90649b2"));
}

static void lines_have_no_control_characters(void **state)
{
	(void) state;
	assert_null(check_line("Ol\xc3\xa1, mundo"));
	assert_non_null(check_line("two\nlines"));
	assert_non_null(check_line("bell\a"));
	assert_non_null(check_line("latin\xe1"));
}

static void a_privilege_covers_itself_and_a_star_all(void **state)
{
	(void) state;
	assert_true(privilege_covers("kill", "kill"));
	assert_true(privilege_covers("*", "rehash"));
	assert_false(privilege_covers("kill", "rehash"));
	assert_null(check_privilege("*"));
	assert_null(check_privilege("rehash"));
	assert_non_null(check_privilege("kil"));
}

static void the_nearest_name_is_near(void **state)
{
	struct nearest nearest = { .to = "nick_lenght" };

	(void) state;
	nearest_offer(&nearest, "realname_length");
	assert_null(nearest.best);
	nearest_offer(&nearest, "kick_length");
	nearest_offer(&nearest, "nick_length");
	nearest_offer(&nearest, "kick_length");
	assert_string_equal(nearest.best, "nick_length");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_name_has_a_dot),
		cmocka_unit_test(listen_addresses_are_digits_without_ports),
		cmocka_unit_test(a_path_can_stand_in_a_unit),
		cmocka_unit_test(origins_have_a_scheme_and_a_host),
		cmocka_unit_test(issuers_are_asked_for_names_of_hosts),
		cmocka_unit_test(an_issuer_has_a_url),
		cmocka_unit_test(a_mail_address_needs_no_quotes),
		cmocka_unit_test(the_contact_of_an_issuer_needs_no_quotes_anywhere),
		cmocka_unit_test(host_masks_have_a_user_and_a_host),
		cmocka_unit_test(fingerprints_are_hashes_in_hexadecimal),
		cmocka_unit_test(lines_have_no_control_characters),
		cmocka_unit_test(a_privilege_covers_itself_and_a_star_all),
		cmocka_unit_test(the_nearest_name_is_near),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
