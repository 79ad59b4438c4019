/* How to connect to the first listener. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/hint.h"

#define STOP "papod: stop with: Ctrl-C\n"

static void assert_hint(const char *listeners, const char *wanted)
{
	struct buffer hint = { 0 };

	hint_format(listeners, &hint);
	assert_string_equal(hint.bytes, wanted);
	buffer_done(&hint);
}

static void the_first_listener_is_named(void **state)
{
	(void) state;
	assert_hint("192.0.2.1:6667 192.0.2.2:7000 /run/irc.sock",
		"papod: connect with: irssi -c 192.0.2.1 -p 6667\n" STOP);
	assert_hint(
		"[2001:db8::1]:6697", "papod: connect with: irssi -c 2001:db8::1 -p 6697\n" STOP);
	assert_hint("127.0.0.1:6659/udp /run/papod/irc:1.sock 127.0.0.1:6667",
		"papod: connect with: irssi -c 127.0.0.1 -p 6667\n" STOP);
}

static void all_addresses_are_this_machine(void **state)
{
	(void) state;
	assert_hint("[::]:6667 x:1", "papod: connect with: irssi -c localhost -p 6667\n" STOP);
	assert_hint("0.0.0.0:6668", "papod: connect with: irssi -c localhost -p 6668\n" STOP);
}

/* irssi cannot connect to these. */
static void other_listeners_are_not_named(void **state)
{
	(void) state;
	assert_hint("/run/papod/irc:1.sock 127.0.0.1:6659/udp", STOP);
	assert_hint("", STOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_listener_is_named),
		cmocka_unit_test(all_addresses_are_this_machine),
		cmocka_unit_test(other_listeners_are_not_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
