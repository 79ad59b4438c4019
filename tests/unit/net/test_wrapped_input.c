/* What may happen between a look at wrapped input and its removal, and at the edges of a look. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "frames.h"
#include "wrapped.h"

/* The queue has no room for the second answer, so the first is written at once. */
static void output_during_a_look_uses_no_number_twice(void **state)
{
	struct fixture *fixture = *state;
	struct clients *clients = fixture->clients;

	for (int is_1_3 = 0; is_1_3 < 2; is_1_3++) {
		begin_records(fixture, is_1_3);
		connection_set_limits(clients->connections, fixture->id, 10, 10000);
		clients->answer = "answer\r\n";
		say(fixture, "ONE\r\nTWO\r\nTHREE\r\n");
		clients_turn(clients);
		assert_happened(clients, "line:ONE\nline:TWO\nline:THREE\n");
		save_and_die(fixture);
		say(fixture, "FOUR\r\nFIVE\r\n");
		clients_turn(clients);
		assert_happened(clients, "line:FOUR\nline:FIVE\n");
		assert_plain(fixture, "answer\r\nanswer\r\nanswer\r\nanswer\r\nanswer\r\n");
		tls_peer_done(&fixture->peer);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, wrapped_setup, wrapped_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_during_a_look_uses_no_number_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
