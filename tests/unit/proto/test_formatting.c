/* Colours, formatting and CTCP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/formatting.h"

static void formatting_is_taken_out(void **state)
{
	static const struct {
		const char *text, *plain;
	} rows[] = {
		{ "", "" },
		{ "plain, 12,3", "plain, 12,3" },
		{ "\x02"
		  "bold\x02 \x1d"
		  "it\x1d \x1f"
		  "un\x1f \x16"
		  "rev\x0f",
			"bold it un rev" },
		{ "\x11"
		  "mono \x1e"
		  "strike",
			"mono strike" },
		{ "\x03"
		  "4red\x03",
			"red" },
		{ "\x03"
		  "04,12both",
			"both" },
		{ "\x03"
		  "123",
			"3" },
		{ "\x03,5", ",5" },
		{ "\x03"
		  "4,x",
			",x" },
		{ "\x03"
		  "4,12"
		  "3",
			"3" },
		{ "\x04"
		  "ff0000hex",
			"hex" },
		{ "\x04"
		  "ff0000,00FF00hex",
			"hex" },
		{ "\x04"
		  "ff00 ",
			"ff00 " },
		{ "\x03", "" },
		{ "olá \x02ção", "olá ção" },
		{ "\x01"
		  "ACTION waves\x01",
			"\x01"
			"ACTION waves\x01" },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		CLEANUP(mem_freep) char *plain = formatting_strip(rows[i].text);

		assert_string_equal(plain, rows[i].plain);
		assert_false(formatting_is_in(plain));
	}
}

static void formatting_is_seen(void **state)
{
	(void) state;
	assert_true(formatting_is_in("a\x02"));
	assert_true(formatting_is_in("\x03"));
	assert_false(formatting_is_in("\x01"
				      "ACTION\x01"));
	assert_false(formatting_is_in("olá"));
}

static void an_action_is_plain_talk(void **state)
{
	(void) state;
	assert_true(ctcp_is_one("\x01"
				"VERSION\x01"));
	assert_false(ctcp_is_one("VERSION\x01"));
	assert_true(ctcp_is_action("\x01"
				   "ACTION waves\x01"));
	assert_true(ctcp_is_action("\x01"
				   "ACTION\x01"));
	assert_true(ctcp_is_action("\x01"
				   "ACTION"));
	assert_false(ctcp_is_action("\x01"
				    "ACTIONS waves\x01"));
	assert_false(ctcp_is_action("ACTION waves"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formatting_is_taken_out),
		cmocka_unit_test(formatting_is_seen),
		cmocka_unit_test(an_action_is_plain_talk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
