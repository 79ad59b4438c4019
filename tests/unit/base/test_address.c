/* Addresses and ranges of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/address.h"
#include "base/cleanup.h"

static struct address parsed(const char *text)
{
	struct address address;

	if (!address_parse_range(text, &address))
		fail_msg("%s should be an address", text);
	return address;
}

static void addresses_are_written_as_they_are_read(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "0.0.0.0", "255.255.255.255", "::", "::1",
		"2001:db8::1", "2001:db8:1:2:3:4:5:6", "local" };
	char text[ADDRESS_TEXT_BYTES];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct address address = parsed(texts[i]);

		address_format(&address, text);
		assert_string_equal(text, texts[i]);
	}
}

static void ports_are_written_for_logs(void **state)
{
	struct address four = parsed("192.0.2.1"), none = { 0 };
	struct address six = parsed("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255");
	char text[ADDRESS_TEXT_BYTES];

	(void) state;
	four.port = six.port = 65535;
	address_format_port(&four, text);
	assert_string_equal(text, "192.0.2.1:65535");
	address_format_port(&six, text);
	assert_string_equal(text, "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	address_format_port(&none, text);
	assert_string_equal(text, "local");
}

static void what_is_no_range_is_refused(void **state)
{
	static const char *const bad[] = { "", "/", "/8", "192.0.2.1/", "192.0.2.1/33",
		"192.0.2.0/-1", "192.0.2.0/-4294967296", "192.0.2.0/4294967320", "192.0.2.0/24/8",
		"192.0.2.1/24", "192.0.2", "192.0.2.256", "1.2.3.4 ", " 1.2.3.4", "::/129",
		"2001:db8::1/64", ":::", "[::1]", "::1%lo", "local/0", "LOCAL", "example.net",
		"0.0.0.1/0", "::ffff:192.0.2.1/97", "::ffff:192.0.2.0/129",
		"1111111111111111111111111111111111111111111111111111111111111111111111111111/8" };
	struct address address = { .port = 7 };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		if (address_parse_range(bad[i], &address))
			fail_msg("%s should be refused", bad[i]);
	assert_int_equal(address.port, 7);
}

static void ranges_hold_what_their_bits_say(void **state)
{
	static const struct {
		const char *address, *range;
		bool is_in;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.1", true },
		{ "192.0.2.1", "192.0.2.2", false },
		{ "192.0.2.255", "192.0.2.0/24", true },
		{ "192.0.3.0", "192.0.2.0/24", false },
		{ "192.0.2.127", "192.0.2.0/25", true },
		{ "192.0.2.128", "192.0.2.0/25", false },
		{ "203.0.113.9", "0.0.0.0/0", true },
		{ "::1", "0.0.0.0/0", false },
		{ "203.0.113.9", "::/0", false },
		{ "2001:db8::1", "::/0", true },
		{ "2001:db8:ffff::1", "2001:db8::/32", true },
		{ "2001:db9::1", "2001:db8::/32", false },
		{ "2001:db8::1", "2001:db8::/127", true },
		{ "2001:db8::2", "2001:db8::/127", false },
		{ "local", "local", true },
		{ "local", "0.0.0.0/0", false },
		{ "127.0.0.1", "local", false },
		{ "::ffff:192.0.2.7", "192.0.2.0/24", true },
		{ "192.0.2.7", "::ffff:192.0.2.0/120", true },
		{ "192.0.2.7", "::ffff:0.0.0.0/96", true },
	};

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct address address = parsed(rows[i].address), range = parsed(rows[i].range);

		address.port = 6667;
		if (address_is_in(&address, &range) != rows[i].is_in)
			fail_msg("%s in %s", rows[i].address, rows[i].range);
	}
}

static void a_network_has_one_spelling(void **state)
{
	static const struct {
		const char *given, *spelling;
	} rows[] = {
		{ "192.0.2.77/24", "192.0.2.0/24" },
		{ "192.0.2.0/24", "192.0.2.0/24" },
		{ "192.0.2.77/32", "192.0.2.77" },
		{ "192.0.2.77", "192.0.2.77" },
		{ "192.0.2.77/31", "192.0.2.76/31" },
		{ "192.0.2.77/0", "0.0.0.0/0" },
		{ "2001:DB8:0:0:0::77/32", "2001:db8::/32" },
		{ "2001:db8:0::7/128", "2001:db8::7" },
		{ "2001:db8:0::7/127", "2001:db8::6/127" },
		{ "::1", "0::1" },
		{ "::/0", "0::/0" },
		{ "::ffff:192.0.2.77/120", "192.0.2.0/24" },
		{ "::ffff:192.0.2.77", "192.0.2.77" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127" },
	};
	char text[ADDRESS_TEXT_BYTES];
	struct address network;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_true(address_parse_network(rows[i].given, &network));
		address_format_network(&network, text);
		assert_string_equal(text, rows[i].spelling);
		assert_false(address_is_broken_network(rows[i].given));
	}
}

static void what_is_no_network_is_refused(void **state)
{
	static const struct {
		const char *text;
		bool is_broken;
	} rows[] = {
		{ "192.0.2.0/33", true },
		{ "192.0.2.0/", true },
		{ "192.0.2.0/2*", true },
		{ "192.0.2.0/24/8", true },
		{ "2001:db8::/129", true },
		{ "192.0.2/24", false },
		{ "192.0.2.*", false },
		{ "user/ana", false },
		{ "/24", false },
		{ "local", false },
		{ "", false },
	};
	struct address network;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_false(address_parse_network(rows[i].text, &network));
		assert_int_equal(address_is_broken_network(rows[i].text), rows[i].is_broken);
	}
}

static void a_network_keeps_the_first_bits(void **state)
{
	struct address six = parsed("2001:db8:1:2:3:4:5:6"), four = parsed("192.0.2.201");
	struct address network = address_network(&six, 64);
	char text[ADDRESS_TEXT_BYTES];

	(void) state;
	address_format(&network, text);
	assert_string_equal(text, "2001:db8:1:2::");
	assert_int_equal(network.prefix, 64);
	network = address_network(&four, 26);
	address_format(&network, text);
	assert_string_equal(text, "192.0.2.192");
	network = address_network(&four, 255);
	assert_int_equal(network.prefix, 32);
	assert_memory_equal(&network, &four, sizeof(four));
	network = address_network(&six, 0);
	address_format(&network, text);
	assert_string_equal(text, "::");
}

static void packing_keeps_everything(void **state)
{
	struct address address = parsed("2001:db8::1"), back;
	uint8_t bytes[ADDRESS_PACKED_BYTES];

	(void) state;
	address.port = 0x1234;
	address_pack(&address, bytes);
	assert_int_equal(bytes[2], 0x34); /* little endian on every machine */
	address_unpack(bytes, sizeof(bytes), &back);
	assert_memory_equal(&back, &address, sizeof(address));
}

static void what_is_no_packed_address_is_none(void **state)
{
	uint8_t bytes[ADDRESS_PACKED_BYTES + 1] = { ADDRESS_FAMILY_UNIX + 1 };
	struct address address;

	(void) state;
	address_unpack(bytes, ADDRESS_PACKED_BYTES, &address);
	assert_int_equal(address.family, ADDRESS_FAMILY_NONE);
	bytes[0] = ADDRESS_FAMILY_IPV4;
	address_unpack(bytes, ADDRESS_PACKED_BYTES + 1, &address);
	assert_int_equal(address.family, ADDRESS_FAMILY_NONE);
	address_unpack(bytes, ADDRESS_PACKED_BYTES - 1, &address);
	assert_int_equal(address.family, ADDRESS_FAMILY_NONE);
	address_unpack(NULL, 0, &address);
	assert_int_equal(address.family, ADDRESS_FAMILY_NONE);
}

static void loopback_and_unix_sockets_are_this_machine(void **state)
{
	static const struct {
		const char *address;
		bool is_loopback, is_this_machine;
	} rows[] = { { "127.0.0.1", true, true }, { "127.255.255.255", true, true },
		{ "::1", true, true }, { "128.0.0.1", false, false }, { "::2", false, false },
		{ "local", false, true } };
	struct address address;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		assert_true(address_parse_range(rows[i].address, &address));
		assert_int_equal(address_is_loopback(&address), rows[i].is_loopback);
		assert_int_equal(address_is_this_machine(&address), rows[i].is_this_machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_written_as_they_are_read),
		cmocka_unit_test(ports_are_written_for_logs),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(ranges_hold_what_their_bits_say),
		cmocka_unit_test(loopback_and_unix_sockets_are_this_machine),
		cmocka_unit_test(a_network_has_one_spelling),
		cmocka_unit_test(what_is_no_network_is_refused),
		cmocka_unit_test(a_network_keeps_the_first_bits),
		cmocka_unit_test(packing_keeps_everything),
		cmocka_unit_test(what_is_no_packed_address_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
