/* Wrong tokens over HTTP, and how often an address may send them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "daemon/web_guard.h"

#define NOW 1000000

static struct address address_of(const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	return address;
}

static bool admits(const struct web_guard *guard, const char *text, uint64_t now_ms)
{
	struct address address = address_of(text);

	return web_guard_admits(guard, &address, now_ms);
}

static void be_wrong(struct web_guard *guard, const char *text, int times)
{
	struct address address = address_of(text);

	while (times--)
		web_guard_note_wrong(guard, &address, NOW);
}

static void only_so_many_wrong_tokens_are_admitted(void **state)
{
	struct web_guard *guard = web_guard_new();

	(void) state;
	be_wrong(guard, "192.0.2.1", WEB_GUARD_BURST - 1);
	assert_true(admits(guard, "192.0.2.1", NOW));
	be_wrong(guard, "192.0.2.1", 1);
	assert_false(admits(guard, "192.0.2.1", NOW));
	assert_true(admits(guard, "192.0.2.2", NOW));
	assert_true(admits(guard, "192.0.2.1", NOW + 1000 * WEB_GUARD_SECONDS / WEB_GUARD_BURST));
	web_guard_free(guard);
}

static void a_network_of_ipv6_is_one_address(void **state)
{
	struct web_guard *guard = web_guard_new();

	(void) state;
	be_wrong(guard, "2001:db8::1", WEB_GUARD_BURST);
	assert_false(admits(guard, "2001:db8::2", NOW));
	assert_true(admits(guard, "2001:db8:0:1::1", NOW));
	web_guard_free(guard);
}

static void a_flood_of_addresses_takes_no_more_memory(void **state)
{
	struct web_guard *guard = web_guard_new();
	char text[32];

	(void) state;
	for (int i = 0; i < 10000; i++) {
		snprintf(text, sizeof(text), "10.0.%d.%d", i / 256, i % 256);
		be_wrong(guard, text, WEB_GUARD_BURST);
	}
	assert_false(admits(guard, text, NOW));
	web_guard_free(guard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_so_many_wrong_tokens_are_admitted),
		cmocka_unit_test(a_network_of_ipv6_is_one_address),
		cmocka_unit_test(a_flood_of_addresses_takes_no_more_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
