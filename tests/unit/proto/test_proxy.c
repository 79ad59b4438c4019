/* Headers of the PROXY protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "proto/foreign.h"
#include "proto/proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define IPV4_BLOCK                                                                                 \
	"\xc0\0\2\1"                                                                               \
	"\xc0\0\2\2"                                                                               \
	"\x30\x39"                                                                                 \
	"\x1a\x0b"
#define TLS_FIELD                                                                                  \
	"\x20\0\x05"                                                                               \
	"\1"                                                                                       \
	"\0\0\0\1"

/* Bytes that arrive one by one give the same result, at the latest with the last one. */
static enum proxy_result parse(
	const char *bytes, size_t length, struct proxy_header *ret_header, const char **ret_reason)
{
	enum proxy_result result = proxy_parse(bytes, length, ret_header, ret_reason);
	const char *reason;

	for (size_t n = 0; n < length; n++) {
		struct proxy_header header = { 0 };
		enum proxy_result earlier = proxy_parse(bytes, n, &header, &reason);

		assert_true(earlier == PROXY_RESULT_WAITS || earlier == result);
		assert_true(earlier != PROXY_RESULT_ACCEPTED || header.length <= n);
	}
	return result;
}

static void parse_good(const struct buffer *bytes, struct proxy_header *ret_header)
{
	const char *reason;

	assert_int_equal(
		parse(bytes->bytes, bytes->length, ret_header, &reason), PROXY_RESULT_ACCEPTED);
	assert_int_equal(ret_header->length, bytes->length);
	assert_string_equal(foreign_protocol(bytes->bytes, bytes->length), "PROXY");
}

static void assert_client(const struct proxy_header *header, const char *address)
{
	char text[ADDRESS_TEXT_BYTES] = "";

	if (header->client.family == ADDRESS_FAMILY_IPV4)
		assert_int_equal(header->client.prefix, 32);
	if (header->client.family == ADDRESS_FAMILY_IPV6)
		assert_int_equal(header->client.prefix, 128);
	if (header->client.family != ADDRESS_FAMILY_NONE)
		address_format_port(&header->client, text);
	assert_string_equal(text, address);
}

/* The line is accepted, whatever follows, and is from that client; "" is an unknown one. */
static void assert_line(const char *line, const char *address)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct proxy_header header;
	const char *reason;
	size_t length;

	buffer_put_text(&bytes, line);
	parse_good(&bytes, &header);
	assert_client(&header, address);
	assert_false(header.is_tls);
	length = bytes.length;
	buffer_put_text(&bytes, "\r\nNICK a\r\n");
	assert_int_equal(
		proxy_parse(bytes.bytes, bytes.length, &header, &reason), PROXY_RESULT_ACCEPTED);
	assert_int_equal(header.length, length);
}

static void assert_bytes_malformed(const char *bytes, size_t length, const char *why)
{
	struct proxy_header header;
	const char *reason = "none";

	assert_int_equal(parse(bytes, length, &header, &reason), PROXY_RESULT_MALFORMED);
	assert_string_equal(reason, why);
}

static void assert_malformed(const char *text, const char *why)
{
	assert_bytes_malformed(text, strlen(text), why);
}

static void assert_waits(const char *bytes, size_t length)
{
	struct proxy_header header;
	const char *reason;

	assert_int_equal(parse(bytes, length, &header, &reason), PROXY_RESULT_WAITS);
}

static void a_line_names_the_client(void **state)
{
	(void) state;
	assert_line("PROXY TCP4 192.0.2.1 192.0.2.2 56324 6667\r\n", "192.0.2.1:56324");
	assert_line("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
		"255.255.255.255:65535");
	assert_line("PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n", "0.0.0.0:0");
	assert_line("PROXY TCP6 2001:db8::1 ::1 1 6697\r\n", "[2001:db8::1]:1");
	assert_line("PROXY TCP6 ffff:FFFF:ffff:ffff:ffff:ffff:ffff:ffff "
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n",
		"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
	assert_line("PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n", "192.0.2.1:1");
}

static void a_proxy_need_not_know(void **state)
{
	(void) state;
	assert_line("PROXY UNKNOWN\r\n", "");
	assert_line("PROXY UNKNOWN ffff:f...f:ffff \n\xff 65535 65535\r\n", "");
	assert_malformed("PROXY UNKNOWNS\r\n", "The PROXY line names an unknown protocol");
	assert_malformed("PROXY UNKNOWN\rx\r\n", "The PROXY line names an unknown protocol");
}

static void malformed_addresses_are_refused(void **state)
{
	static const char *const lines[] = { "TCP4 192.0.2.1 192.0.2.2 1", "TCP4 192.0.2.1 1 2",
		"TCP4  192.0.2.1 192.0.2.2 1 2", "TCP4 192.0.2.1 192.0.2.2 1 2 ",
		"TCP4 192.0.2.1 192.0.2.2 1 2 3", "TCP4 192.0.2.01 192.0.2.2 1 2",
		"TCP4 192.0.2.256 192.0.2.2 1 2", "TCP4 192.0.2 192.0.2.2 1 2",
		"TCP4 192.0.2.1 192.0.2 1 2", "TCP4 ::1 ::1 1 2", "TCP4 192.0.2.1 ::1 1 2",
		"TCP6 192.0.2.1 192.0.2.2 1 2", "TCP6 ::1 192.0.2.2 1 2", "TCP6 ::1::2 ::1 1 2",
		"TCP6 12345::1 ::1 1 2", "TCP6 1:2:3:4:5:6:7 ::1 1 2",
		"TCP4 192.0.2.1 192.0.2.2 01 2", "TCP4 192.0.2.1 192.0.2.2 1 02",
		"TCP4 192.0.2.1 192.0.2.2 65536 2", "TCP4 192.0.2.1 192.0.2.2 1 65536",
		"TCP4 192.0.2.1 192.0.2.2 1a 2", "TCP4 192.0.2.1 192.0.2.2 00 2", "TCP4    ",
		"TCP4 ", "TCP4 192.0.2.1 192.0.2.2  2" };
	char text[200];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(lines); i++) {
		snprintf(text, sizeof(text), "PROXY %s\r\n", lines[i]);
		assert_malformed(text, "The addresses of the PROXY line are malformed");
	}
}

static void only_crlf_ends_the_line(void **state)
{
	static const char odd[] = "The PROXY line has an odd byte or no CR LF";

	(void) state;
	assert_malformed("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\n", odd);
	assert_malformed("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\rN", odd);
	assert_malformed("PROXY TCP4 192.0.2.1\t192.0.2.2", odd);
	assert_malformed("PROXY TCP4 192.0.2.0/24", odd);
	assert_malformed("PROXY TCP4 local", odd);
	assert_malformed("PROXY TCP6 fe80::1%eth0", odd);
	assert_malformed("PROXY TCP4 -1", odd);
	assert_bytes_malformed("PROXY TCP4 \0", 12, odd);
}

static void a_line_has_at_most_107_bytes(void **state)
{
	char text[200];

	(void) state;
	snprintf(text, sizeof(text), "PROXY UNKNOWN %091d\r\n", 0);
	assert_int_equal(strlen(text), PROXY_VERSION_1_BYTES);
	assert_line(text, "");
	snprintf(text, sizeof(text), "PROXY UNKNOWN %092d\r\n", 0);
	assert_malformed(text, "The PROXY line is too long");
	snprintf(text, sizeof(text), "PROXY TCP4 %095d", 0);
	assert_waits(text, strlen(text));
	snprintf(text, sizeof(text), "PROXY TCP4 %096d", 0);
	assert_malformed(text, "The PROXY line is too long");
}

static void other_beginnings_are_refused_at_once(void **state)
{
	static const char none[] = "The connection begins with no PROXY header";

	(void) state;
	assert_malformed("NICK a\r\n", none);
	assert_malformed("N", none);
	assert_malformed("PRIVMSG", none);
	assert_malformed("proxy", none);
	assert_malformed("PROXY  ", none);
	assert_malformed("PROXY UDP4", none);
	assert_malformed("PROXY TCP5", none);
	assert_malformed("\r\nNICK a", none);
	assert_malformed("\r\n\r\nN", none);
	assert_bytes_malformed("\r\n\r\n\0\r\nQUIX", 11, none);
	assert_malformed(" PROXY", none);
	assert_malformed("\x16\x03\x01", none);
	assert_waits("PROXY", 5);
	assert_waits("PROXY TCP", 9);
	assert_waits(SIGNATURE, sizeof(SIGNATURE) - 1);
}

/* A header of version 2: the command, the kind of addresses, and the block with its length. */
static void put_block(struct buffer *out, int command, int kind, const void *block, size_t length)
{
	buffer_put(out, SIGNATURE, sizeof(SIGNATURE) - 1);
	buffer_put_byte(out, (char) command);
	buffer_put_byte(out, (char) kind);
	buffer_put_byte(out, (char) (length >> 8));
	buffer_put_byte(out, (char) length);
	buffer_put(out, block, length);
}

static void parse_block(
	int command, int kind, const void *block, size_t length, struct proxy_header *ret_header)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	put_block(&bytes, command, kind, block, length);
	parse_good(&bytes, ret_header);
}

static void assert_block(int kind, const void *block, size_t length, const char *address)
{
	struct proxy_header header;

	parse_block(0x21, kind, block, length, &header);
	assert_client(&header, address);
	assert_false(header.is_tls);
}

static void assert_block_malformed(int kind, const void *block, size_t length, const char *why)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	put_block(&bytes, 0x21, kind, block, length);
	assert_bytes_malformed(bytes.bytes, bytes.length, why);
}

static void a_block_names_the_client(void **state)
{
	static const char ipv6[36] = { 0x20, 0x01, 0x0d,
		(char) 0xb8, [15] = 1, [31] = 2, [32] = 0x30, [33] = 0x39, [34] = 1, [35] = 2 };
	static const char mapped[36] = {
		[10] = (char) 0xff, [11] = (char) 0xff, [12] = 10, [15] = 1, [32] = 0, [33] = 80
	};
	static const char path[216] = "/run/socket";

	(void) state;
	assert_block(0x11, IPV4_BLOCK, 12, "192.0.2.1:12345");
	assert_block(0x21, ipv6, 36, "[2001:db8::1]:12345");
	assert_block(0x21, mapped, 36, "10.0.0.1:80");
	assert_block(0x31, path, 216, "local");
}

static void without_a_known_family_the_client_is_unknown(void **state)
{
	static const int kinds[] = { 0x00, 0x01, 0x02, 0x10, 0x12, 0x20, 0x22, 0x30, 0x32 };
	struct proxy_header header;

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		assert_block(kinds[i], "", 0, "");
		assert_block(kinds[i], "\x20\xff\xff" IPV4_BLOCK, 15, "");
	}
	parse_block(0x20, 0xff, IPV4_BLOCK, 12, &header); /* LOCAL */
	assert_client(&header, "");
	parse_block(0x20, 0x11, "", 0, &header);
	assert_client(&header, "");
}

static void unknown_numbers_are_refused(void **state)
{
	static const char version[] = "The PROXY header has an unknown version or command";
	static const int commands[] = { 0x00, 0x01, 0x11, 0x22, 0x2f, 0x31, 0xff };
	static const int kinds[] = { 0x13, 0x1f, 0x40, 0x41, 0xf1, 0xff };

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++) {
		CLEANUP(buffer_done) struct buffer bytes = { 0 };

		put_block(&bytes, commands[i], 0x11, IPV4_BLOCK, 12);
		assert_bytes_malformed(bytes.bytes, bytes.length, version);
		assert_bytes_malformed(bytes.bytes, 13, version);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		assert_block_malformed(
			kinds[i], IPV4_BLOCK, 12, "The PROXY header has an unknown protocol");
}

static void lengths_are_checked(void **state)
{
	static const char space[PROXY_HEADER_BYTES] = { 0 };
	static const char too_short[] = "The PROXY header's addresses are too short";
	struct proxy_header header;

	(void) state;
	assert_block_malformed(0x11, IPV4_BLOCK, 11, too_short);
	assert_block_malformed(0x21, space, 35, too_short);
	assert_block_malformed(0x31, space, 215, too_short);
	assert_block_malformed(0x11, "", 0, too_short);
	parse_block(0x20, 0, space, PROXY_HEADER_BYTES - 16, &header);
	assert_bytes_malformed(SIGNATURE "\x20\0\x0f\xf1", 16, "The PROXY header is too long");
	assert_bytes_malformed(SIGNATURE "\x21\x11\xff\xff", 16, "The PROXY header is too long");
}

static void a_block_without_its_end_waits(void **state)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	(void) state;
	put_block(&bytes, 0x21, 0x11, IPV4_BLOCK TLS_FIELD, 20);
	for (size_t length = 0; length < bytes.length; length++)
		assert_waits(bytes.bytes, length);
}

/* Fields behind the addresses. */
static void parse_fields(const char *fields, size_t length, struct proxy_header *ret_header)
{
	CLEANUP(buffer_done) struct buffer block = { 0 };

	buffer_put(&block, IPV4_BLOCK, 12);
	buffer_put(&block, fields, length);
	parse_block(0x21, 0x11, block.bytes, block.length, ret_header);
	assert_client(ret_header, "192.0.2.1:12345");
}

static void assert_fields_malformed(const char *fields, size_t length, const char *why)
{
	CLEANUP(buffer_done) struct buffer block = { 0 };

	buffer_put(&block, IPV4_BLOCK, 12);
	buffer_put(&block, fields, length);
	assert_block_malformed(0x11, block.bytes, block.length, why);
}

#define FIELDS(fields, header) parse_fields((fields), sizeof(fields) - 1, (header))
#define MALFORMED(fields, why) assert_fields_malformed((fields), sizeof(fields) - 1, (why))

static void a_proxy_tells_of_tls(void **state)
{
	struct proxy_header header;

	(void) state;
	FIELDS("\x20\0\x1a\7\0\0\0\0\x21\0\7TLSv1.3\x22\0\3ana\x23\0\2xx", &header);
	assert_true(header.is_tls);
	assert_true(header.has_certificate);
	assert_string_equal(header.tls_version, "TLSv1.3");
	assert_string_equal(header.tls_suite, "xx");
	assert_string_equal(header.name, "ana");
}

static void a_certificate_may_be_missing(void **state)
{
	struct proxy_header header;

	(void) state;
	FIELDS("\x20\0\x05\1\0\0\0\0", &header);
	assert_true(header.is_tls);
	assert_false(header.has_certificate);
	FIELDS("\x20\0\x05\3\0\1\0\0", &header);
	assert_true(header.has_certificate);
	FIELDS("\x20\0\x05\5\0\0\0\0", &header);
	assert_true(header.has_certificate);
	FIELDS("\x20\0\x0b\1\0\0\0\0\x22\0\3ana", &header);
	assert_string_equal(header.name, "");
	FIELDS("\x20\0\x1a\6\0\0\0\0\x21\0\7TLSv1.3\x22\0\3ana\x23\0\2xx", &header);
	assert_false(header.is_tls);
	assert_false(header.has_certificate);
	assert_string_equal(header.tls_version, "");
	assert_string_equal(header.tls_suite, "");
	assert_string_equal(header.name, "");
}

/* A TLS field with a certificate of this name. */
static void parse_name(const char *name, size_t length, struct proxy_header *ret_header)
{
	CLEANUP(buffer_done) struct buffer fields = { 0 };
	size_t value = 8 + length;

	buffer_put_byte(&fields, 0x20);
	buffer_put_byte(&fields, (char) (value >> 8));
	buffer_put_byte(&fields, (char) value);
	buffer_put(&fields, "\3\0\0\0\0\x22", 6);
	buffer_put_byte(&fields, (char) (length >> 8));
	buffer_put_byte(&fields, (char) length);
	buffer_put(&fields, name, length);
	parse_fields(fields.bytes, fields.length, ret_header);
}

static void a_name_that_is_no_text_is_unknown(void **state)
{
	char name[PROXY_NAME_BYTES];
	struct proxy_header header;

	(void) state;
	memset(name, 'x', sizeof(name));
	parse_name(name, PROXY_NAME_BYTES - 1, &header);
	assert_int_equal(strlen(header.name), PROXY_NAME_BYTES - 1);
	parse_name(name, PROXY_NAME_BYTES, &header);
	assert_string_equal(header.name, "");
	parse_name("\xc3\xa4", 2, &header);
	assert_string_equal(header.name, "\xc3\xa4");
	parse_name("\xc3", 1, &header);
	assert_string_equal(header.name, "");
	parse_name("a\r\nb", 4, &header);
	assert_string_equal(header.name, "");
	parse_name("a\0b", 3, &header);
	assert_string_equal(header.name, "");
	parse_name("a\x7f", 2, &header);
	assert_string_equal(header.name, "");
	parse_name("", 0, &header);
	assert_string_equal(header.name, "");
}

static void unknown_fields_are_skipped(void **state)
{
	struct proxy_header header;

	(void) state;
	FIELDS("", &header);
	FIELDS("\4\0\0", &header);
	assert_false(header.is_tls);
	FIELDS("\1\0\3irc\2\0\1a\5\0\2id\xee\0\1x\x30\0\2ns" TLS_FIELD "\4\0\0", &header);
	assert_true(header.is_tls);
}

static void fields_that_do_not_fit_are_refused(void **state)
{
	static const char malformed[] = "A field of the PROXY header is malformed";
	static const char tls[] = "The PROXY header's field on TLS is malformed";

	(void) state;
	MALFORMED("\4", malformed);
	MALFORMED("\4\0", malformed);
	MALFORMED("\4\0\1", malformed);
	MALFORMED("\4\xff\xffxx", malformed);
	MALFORMED("\4\0\0" TLS_FIELD "\4\0\1", malformed);
	MALFORMED("\x20\0\4\1\0\0\0", "The PROXY header's field on TLS is too short");
	MALFORMED("\x20\0\0", "The PROXY header's field on TLS is too short");
	MALFORMED("\x20\0\7\1\0\0\0\0\x21\0", tls);
	MALFORMED("\x20\0\x08\1\0\0\0\0\x21\0\1x", tls);
	MALFORMED(TLS_FIELD TLS_FIELD, "The PROXY header has two fields on TLS");
}

/* Sums computed by another program, which gives 0xe3069283 for "123456789". */
static void a_check_sum_is_checked(void **state)
{
	static const char wrong[] = "The PROXY header's check sum is wrong";
	struct proxy_header header;

	(void) state;
	FIELDS("\3\0\4\x57\x48\x11\x89", &header);
	FIELDS(TLS_FIELD "\3\0\4\x52\x82\xa9\xd4\4\0\1x", &header);
	assert_true(header.is_tls);
	MALFORMED("\3\0\4\0\0\0\0", wrong);
	MALFORMED("\3\0\4\x52\x82\xa9\xd4", wrong);
	MALFORMED("\3\0\3\0\0\0", wrong);
	MALFORMED("\3\0\5\0\0\0\0\0", wrong);
	MALFORMED("\3\0\0", wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_names_the_client),
		cmocka_unit_test(a_proxy_need_not_know),
		cmocka_unit_test(malformed_addresses_are_refused),
		cmocka_unit_test(only_crlf_ends_the_line),
		cmocka_unit_test(a_line_has_at_most_107_bytes),
		cmocka_unit_test(other_beginnings_are_refused_at_once),
		cmocka_unit_test(a_block_names_the_client),
		cmocka_unit_test(without_a_known_family_the_client_is_unknown),
		cmocka_unit_test(unknown_numbers_are_refused),
		cmocka_unit_test(lengths_are_checked),
		cmocka_unit_test(a_block_without_its_end_waits),
		cmocka_unit_test(a_proxy_tells_of_tls),
		cmocka_unit_test(a_certificate_may_be_missing),
		cmocka_unit_test(a_name_that_is_no_text_is_unknown),
		cmocka_unit_test(unknown_fields_are_skipped),
		cmocka_unit_test(fields_that_do_not_fit_are_refused),
		cmocka_unit_test(a_check_sum_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
