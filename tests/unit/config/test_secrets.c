#include "parse.h"

#include <stdio.h>
#include <string.h>

#include "config/secrets.h"

#define LISTS                                                                                      \
	"classes = ( { name = \"home\"; } ); operators = ( { name = \"ana\"; privileges = [ "      \
	"\"kill\" ]; } ); gateways = ( { name = \"chat\"; } );"

static void hashes_reach_those_whom_they_are_for(void **state)
{
	struct settings *settings = parse_good(LISTS,
		"; passwords\n[server]\npassword = " HASH "\n[class home]\n  password=" OTHER_HASH
		" ; why\n[operator ana]\npassword = " HASH "\n[gateway chat]\npassword = " HASH);

	(void) state;
	assert_string_equal(settings->password_hash, HASH);
	assert_string_equal(settings->classes[0].password_hash, OTHER_HASH);
	assert_string_equal(settings->operators[0].password_hash, HASH);
	assert_string_equal(settings->gateways[0].password_hash, HASH);
	assert_null(settings->classes[1].password_hash);
	settings_unref(settings);
}

static void blanks_alone_are_no_line(void **state)
{
	static const char *const endings[] = { "\n", "\n ", "\n \t\r", "\n\n  \n \v\f" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(endings); i++) {
		char text[256];
		struct settings *settings;

		snprintf(text, sizeof(text), "[server]\npassword = " HASH "%s", endings[i]);
		settings = parse_good("", text);
		assert_string_equal(settings->password_hash, HASH);
		settings_unref(settings);
	}
}

static void plain_text_is_refused_and_never_shown(void **state)
{
	struct buffer problems = { 0 };

	(void) state;
	assert_null(parse(LISTS,
		"[server]\npassword = hunter2\nhunter3\npasword = hunter4\n"
		"[operator ana]\npassword = $1$hunter5$x\n",
		&problems));
	assert_null(strstr(problems.bytes, "hunter"));
	assert_non_null(strstr(problems.bytes, "papod --hash-password"));
	assert_non_null(strstr(problems.bytes, "secrets.ini:2: server: "));
	assert_non_null(strstr(problems.bytes, "secrets.ini:3: "));
	assert_non_null(strstr(problems.bytes, "secrets.ini:4: "));
	assert_non_null(strstr(problems.bytes, "secrets.ini:6: operator ana: "));
	buffer_done(&problems);
}

static void only_strong_and_whole_hashes_pass(void **state)
{
	(void) state;
	assert_null(secrets_check_hash(HASH));
	assert_null(secrets_check_hash("$6$saltsalt$AAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	assert_null(secrets_check_hash("$2b$05$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	assert_non_null(secrets_check_hash(""));
	assert_non_null(secrets_check_hash("$y$j9T$AAAA"));
	assert_non_null(secrets_check_hash("$1$saltsalt$AAAAAAAAAAAAAAAAAAAAAA"));
	assert_non_null(secrets_check_hash("$y$j9T$AAAAAAAAAAAAAAAAAAA:A.$AAAAAAAAAAAAAAAA"));
	assert_non_null(secrets_check_hash("AAAAAAAAAAAAA"));
}

/* What is taken over from another server must fit into a line of secrets.ini. */
static void a_hash_that_no_line_holds_is_refused(void **state)
{
	char hash[182] = "$2b$05$";

	(void) state;
	memset(hash + 7, 'A', sizeof(hash) - 8);
	assert_non_null(secrets_check_hash(hash));
	hash[180] = '\0';
	assert_null(secrets_check_hash(hash));
}

static void sections_that_belong_to_nothing_are_refused(void **state)
{
	(void) state;
	assert_problems("operators = ( { name = \"ana\"; } );",
		"[operator anna]\npassword = " HASH "\n[clas a]\n[server x]\n[class]\n",
		"secrets.ini:1: the configuration has no entry named \"anna\" in operators; "
		"did you mean ana?\n"
		"secrets.ini:3: there is no such section; allowed are [server], [cloak], [class "
		"NAME], [operator NAME], [gateway NAME], [notification NAME] and [api NAME]; did "
		"you mean "
		"class?\n"
		"secrets.ini:4: this section takes no name: [server]\n"
		"secrets.ini:5: this section needs a name: [class NAME]\n");
}

static void lines_that_inih_would_cut_are_refused(void **state)
{
	struct buffer text = { 0 };

	(void) state;
	buffer_put_text(&text, "[server]\npassword = ");
	for (int i = 0; i < 300; i++)
		buffer_put_byte(&text, 'x');
	buffer_put_text(&text, "\npassword = " HASH "\n[class ");
	for (int i = 0; i < 60; i++)
		buffer_put_byte(&text, 'y');
	buffer_put_text(&text, "]\n");
	assert_problems(NULL, text.bytes,
		"secrets.ini:2: this line has 311 bytes; at most 198 are allowed\n"
		"secrets.ini:4: the name of this section has 66 bytes; at most 49 are allowed\n");
	buffer_done(&text);
}

static void a_password_stands_once_in_its_section(void **state)
{
	(void) state;
	assert_problems(NULL,
		"password = " HASH "\n[server]\npassword = " HASH "\npassword = " HASH,
		"secrets.ini:1: this password stands before the first section, such as [server]\n"
		"secrets.ini:4: this password is already set in line 3\n");
	assert_problems(NULL, "[server\n", "secrets.ini:1: this section has no closing bracket\n");
}

#define CODES "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void operator_has_two_keys_in_any_order(void **state)
{
	struct settings *settings =
		parse_good(LISTS, "[operator ana]\ntotp = " CODES "\npassword = " HASH "\n");

	(void) state;
	assert_string_equal(settings->operators[0].password_hash, HASH);
	assert_string_equal(settings->operators[0].totp, CODES);
	settings_unref(settings);
	settings = parse_good(LISTS, "[operator ana]\ntotp = " CODES "\n");
	assert_null(settings->operators[0].password_hash);
	assert_string_equal(settings->operators[0].totp, CODES);
	settings_unref(settings);
	assert_problems(LISTS,
		"[operator ana]\ntotp = GEZDGNBVGY3TQOJQGEZDGNBVG\ntotp = " CODES "\n"
		"totp = " CODES "\ncode = 1\n[class home]\ntotp = " CODES "\n",
		"secrets.ini:2: operator ana: a secret of codes has 26 to 103 letters and digits "
		"of "
		"base32, A to Z and 2 to 7; \"head -c 20 /dev/urandom | base32\" makes one\n"
		"secrets.ini:4: this totp is already set in line 3\n"
		"secrets.ini:5: there is no such key; allowed is password = HASH and totp = "
		"SECRET\n"
		"secrets.ini:7: there is no such key; allowed is password = HASH\n");
}

static void a_later_file_replaces_a_password(void **state)
{
	const struct source sources[] = {
		{ SOURCE_KIND_SECRETS, "secrets.ini", "[server]\npassword = " HASH "\n" },
		{ SOURCE_KIND_SECRETS, "credential", "[server]\npassword = " OTHER_HASH "\n" },
	};
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(sources, 2, &problems);

	(void) state;
	assert_non_null(settings);
	assert_string_equal(settings->password_hash, OTHER_HASH);
	settings_unref(settings);
	problems_done(&problems);
}

static void a_byte_order_mark_is_skipped_if_it_is_whole(void **state)
{
	struct settings *settings = parse_good(NULL, "\xef\xbb\xbf[server]\npassword = " HASH "\n");
	struct buffer problems = { 0 };

	(void) state;
	assert_string_equal(settings->password_hash, HASH);
	settings_unref(settings);
	assert_null(parse(NULL, "\xef\xbb\x80[server]\npassword = " HASH "\n", &problems));
	buffer_done(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_reach_those_whom_they_are_for),
		cmocka_unit_test(blanks_alone_are_no_line),
		cmocka_unit_test(plain_text_is_refused_and_never_shown),
		cmocka_unit_test(only_strong_and_whole_hashes_pass),
		cmocka_unit_test(a_hash_that_no_line_holds_is_refused),
		cmocka_unit_test(sections_that_belong_to_nothing_are_refused),
		cmocka_unit_test(lines_that_inih_would_cut_are_refused),
		cmocka_unit_test(a_password_stands_once_in_its_section),
		cmocka_unit_test(operator_has_two_keys_in_any_order),
		cmocka_unit_test(a_later_file_replaces_a_password),
		cmocka_unit_test(a_byte_order_mark_is_skipped_if_it_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
