#include "moving/moved_config.h"

#include "base/mem.h"
#include "import.h"
#include "moving/inspircd.h"
#include "moving/ngircd.h"

static void what_papod_refuses_is_left_out_and_noted(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ngircd,
		"[Limits]\nMaxNickLength = 99\nMaxJoins = 0\nMaxConnections = 10\n", &imported);
	assert_string_equal(imported.files.config.bytes,
		"# Made by papoctl import.\n"
		"limits: {\n\tclients = 10;\n};\n"
		"listen = (\n\t{\n\t\taddress = \"*\";\n\t\tport = 6667;\n\t}\n);\n");
	assert_string_equal(imported.notes.bytes,
		"old.conf:2: MaxNickLength: left out, as papod refuses it: limits.nick_length: "
		"found 99; expected a number from 9 to 64\n"
		"old.conf:3: MaxJoins: left out, as papod refuses it: limits.channels_per_user: "
		"found 0; expected a number from 1 to 1000\n");
	imported_done(&imported);
}

/* Without its hosts, it would be an operator from everywhere. */
static void an_entry_is_left_out_as_a_whole_with_its_secret(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ngircd,
		"[Operator]\nName = ana\nPassword = x\nMask = nonsense\n"
		"[Operator]\nName = bea\nPassword = y\n",
		&imported);
	assert_null(strstr(imported.files.config.bytes, "ana"));
	assert_non_null(strstr(imported.files.config.bytes, "name = \"bea\";"));
	assert_string_equal(
		imported.files.secrets.bytes, "[operator bea]\npassword = " IMPORTED_HASH "\n");
	assert_string_equal(imported.notes.bytes,
		"old.conf:4: Mask: its whole entry is left out, as papod refuses this: "
		"operators.hosts: found \"nonsense\"; expected user@host, with * and ? as "
		"wildcards, such as \"*@*.example.org\" or \"*@192.0.2.0/24\"\n");
	imported_done(&imported);
}

/* Without the class, its password would be gone. */
static void a_class_only_loses_a_limit(void **state)
{
	struct imported imported;

	(void) state;
	import_text(
		&mapping_inspircd, "<connect allow=\"*\" recvq=\"1K\" password=\"x\">", &imported);
	assert_non_null(strstr(
		imported.files.config.bytes, "classes = (\n\t{\n\t\tname = \"default\";\n\t}\n);"));
	assert_string_equal(
		imported.files.secrets.bytes, "[class default]\npassword = " IMPORTED_HASH "\n");
	assert_string_equal(imported.notes.bytes,
		"old.conf:1: recvq: left out, as papod refuses it: classes.receive_queue: found "
		"1024; expected a size from 10 KiB to 1 MiB, such as \"64 KiB\" (B, KiB, MiB)\n");
	imported_done(&imported);
}

static void warnings_of_papod_are_notes(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ngircd, "[Operator]\nName = ana\n", &imported);
	assert_string_equal(imported.notes.bytes,
		"old.conf:2: Name: operators: \"ana\" cannot log in: secrets.ini has no password "
		"under [operator ana]\n");
	imported_done(&imported);
}

static void quotes_and_controls_cannot_leave_their_text(void **state)
{
	struct imported imported;

	(void) state;
	import_text(&mapping_ngircd, "[Global]\nInfo = a\"; x = \"b\\\n", &imported);
	assert_non_null(
		strstr(imported.files.config.bytes, "\tdescription = \"a\\\"; x = \\\"b\\\\\";\n"));
	imported_done(&imported);
}

static char *refuse_to_hash(const char *password)
{
	(void) password;
	return NULL;
}

static void a_hash_that_papod_knows_stays(void **state)
{
	struct moved moved;

	(void) state;
	moved_init(&moved);
	moved_top(&moved)->password = mem_text(IMPORTED_HASH);
	assert_true(moved_hash_passwords(&moved, refuse_to_hash));
	assert_string_equal(moved_top(&moved)->password, IMPORTED_HASH);
	mem_set_secret(&moved_top(&moved)->password, "sesame");
	assert_false(moved_hash_passwords(&moved, refuse_to_hash));
	moved_done(&moved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_papod_refuses_is_left_out_and_noted),
		cmocka_unit_test(an_entry_is_left_out_as_a_whole_with_its_secret),
		cmocka_unit_test(a_class_only_loses_a_limit),
		cmocka_unit_test(warnings_of_papod_are_notes),
		cmocka_unit_test(quotes_and_controls_cannot_leave_their_text),
		cmocka_unit_test(a_hash_that_papod_knows_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
