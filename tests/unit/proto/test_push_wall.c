/* Addresses that papod-push may connect to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/push_wall.h"

/* Without address_parse_range(), which turns mapped addresses into others. */
static struct address address_of(const char *text, uint16_t port)
{
	bool is_ipv6 = strchr(text, ':');
	struct address address = {
		.family = is_ipv6 ? ADDRESS_FAMILY_IPV6 : ADDRESS_FAMILY_IPV4,
		.prefix = is_ipv6 ? 128 : 32,
		.port = port,
	};

	assert_int_equal(inet_pton(is_ipv6 ? AF_INET6 : AF_INET, text, address.bytes), 1);
	return address;
}

static void public_addresses_are_known(void **state)
{
	static const char *const texts[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0",
		"100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
		"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.88.98.255",
		"192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2600::1", "2a00:1450:4001:81b::200a", "2001:200::1", "2001:db7::1", "2001:db9::1",
		"3ffe::1", "3fff:1000::1", "64:ff9b::101:101", "2002:101:101::1",
		"::ffff:1.1.1.1" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct address address = address_of(texts[i], 443);

		if (!push_wall_is_public(&address))
			fail_msg("%s is public", texts[i]);
	}
}

static void inner_addresses_are_known_in_every_form(void **state)
{
	static const char *const texts[] = { "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255",
		"100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
		"172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1",
		"192.168.1.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1",
		"::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::101:101",
		"2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1", "2001::1",
		"2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:1ff::1", "2001:db8::1",
		"3fff::1", "3fff:fff::1", "fc00::1", "fd00::1", "fdff:ffff::1", "fe80::1",
		"febf::1", "fec0::1", "ff02::1", "ff0e::1", "100::1", "400::1", "1fff::1",
		"4000::1", "5f00::1", "8000::1", "2620:4f:8000::1" };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct address address = address_of(texts[i], 443);

		if (push_wall_is_public(&address))
			fail_msg("%s is not public", texts[i]);
	}
}

static bool admits(const char *text, uint16_t port, char *const *allow, size_t n_allow)
{
	struct address address = address_of(text, port);

	return push_wall_admits(&address, allow, n_allow);
}

static void only_port_443_is_open(void **state)
{
	(void) state;
	assert_true(admits("1.1.1.1", 443, NULL, 0));
	assert_false(admits("1.1.1.1", 22, NULL, 0));
	assert_false(admits("1.1.1.1", 8443, NULL, 0));
	assert_false(admits("2600::1", 80, NULL, 0));
	assert_false(admits("127.0.0.1", 443, NULL, 0));
}

static void the_list_admits_addresses_with_their_port(void **state)
{
	char one[] = "10.1.2.0/24", two[] = "fd00::/8 8443", three[] = "1.1.1.1 8443";
	char *const allow[] = { one, two, three };

	(void) state;
	assert_true(admits("10.1.2.77", 443, allow, 3));
	assert_true(admits("::ffff:10.1.2.77", 443, allow, 3));
	assert_false(admits("10.1.2.77", 8443, allow, 3));
	assert_false(admits("10.1.3.1", 443, allow, 3));
	assert_true(admits("fd12::1", 8443, allow, 3));
	assert_false(admits("fd12::1", 443, allow, 3));
	assert_true(admits("1.1.1.1", 8443, allow, 3));
	assert_true(admits("1.1.1.1", 443, allow, 3));
}

static void entries_of_the_list_are_checked(void **state)
{
	static const char *const wrong[] = { "", " ", "local", "example.net", "10.1.2.3:443",
		"10.1.2.3/33", "10.1.2.3/24", "10.1.2.3 ", "10.1.2.3 0", "10.1.2.3 65536",
		"10.1.2.3 x", "10.1.2.3  443", "[::1]",
		("0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000 "
		 "443") };
	struct address range;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++)
		if (push_wall_parse(wrong[i], &range))
			fail_msg("%s is no entry", wrong[i]);
	assert_true(push_wall_parse("::1 8443", &range));
	assert_int_equal(range.port, 8443);
	assert_true(push_wall_parse("10.0.0.0/8", &range));
	assert_int_equal(range.port, 443);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(public_addresses_are_known),
		cmocka_unit_test(inner_addresses_are_known_in_every_form),
		cmocka_unit_test(only_port_443_is_open),
		cmocka_unit_test(the_list_admits_addresses_with_their_port),
		cmocka_unit_test(entries_of_the_list_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
