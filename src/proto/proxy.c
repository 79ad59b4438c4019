/* Owns the headers of the PROXY protocol.
 *
 * Version 1 is a line of text, version 2 a block of bytes with optional fields (TLV) at its end.
 * All lengths are checked against what surrounds them; fields that are not known are skipped. */
#include "proto/proxy.h"

#include <string.h>

#include "base/big_endian.h"
#include "base/cleanup.h"
#include "base/text.h"

static const char signature[] = "\r\n\r\n\0\r\nQUIT\n";

#define SIGNATURE_BYTES (sizeof(signature) - 1)
#define FIXED_BYTES 16 /* of version 2 */
#define VERSION_2 0x20
#define COMMAND_LOCAL 0x0
#define COMMAND_PROXY 0x1
#define FAMILY_MOST 0x3
#define TRANSPORT_MOST 0x2

#define FIELD_HEAD_BYTES 3
#define FIELD_CRC32C 0x03
#define FIELD_TLS 0x20
#define FIELD_TLS_VERSION 0x21
#define FIELD_TLS_NAME 0x22
#define FIELD_TLS_SUITE 0x23
#define CRC_BYTES 4
#define TLS_FIXED_BYTES 5
#define TLS_IS_USED 0x01
#define TLS_HAS_CERTIFICATE (0x02 | 0x04) /* on this connection, or earlier in the session */

/* How lines of version 1 begin. */
static const struct proxy_line {
	const char *start;
	bool is_unknown, is_ipv6;
} proxy_lines[] = {
	{ "PROXY TCP4 ", false, false },
	{ "PROXY TCP6 ", false, true },
	{ "PROXY UNKNOWN", true, false },
};

/* The addresses of version 2: TCP, and Unix streams. */
static const struct proxy_block {
	uint8_t kind; /* the family and the transport */
	enum address_family family;
	size_t bytes;	    /* of an address */
	size_t block_bytes; /* of both, and their ports */
} proxy_blocks[] = {
	{ 0x11, ADDRESS_FAMILY_IPV4, 4, 12 },
	{ 0x21, ADDRESS_FAMILY_IPV6, 16, 36 },
	{ 0x31, ADDRESS_FAMILY_UNIX, 108, 216 },
};

struct proxy_parser {
	const char *bytes;
	size_t length;
	struct proxy_header header;
	const char *reason;
};

/* Bytes of the header. */
struct proxy_span {
	const char *bytes;
	size_t length;
};

struct proxy_field {
	uint8_t type;
	struct proxy_span value;
};

static enum proxy_result refuse_proxy(struct proxy_parser *parser, const char *reason)
{
	parser->reason = reason;
	return PROXY_RESULT_MALFORMED;
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Do the bytes begin like the text, as far as both go? */
static bool may_begin_with(struct proxy_span span, const char *text, size_t length)
{
	return memcmp(span.bytes, text, least(span.length, length)) == 0;
}

static bool begins_with(struct proxy_span span, const char *text)
{
	return span.length >= strlen(text) && memcmp(span.bytes, text, strlen(text)) == 0;
}

/* The text before the next space, or all that is left, if it fits. */
static bool take_word(struct proxy_span *rest, char word[ADDRESS_TEXT_BYTES])
{
	size_t length = 0;

	while (length < rest->length && rest->bytes[length] != ' ')
		length++;
	if (!length || length >= ADDRESS_TEXT_BYTES)
		return false;
	memcpy(word, rest->bytes, length);
	word[length] = '\0';
	rest->bytes += least(length + 1, rest->length);
	rest->length -= least(length + 1, rest->length);
	return true;
}

/* 2.1: no zeros in front, no space at the end. */
static bool parse_proxy_port(const char *word, uint16_t *ret_port)
{
	uint64_t port;

	if ((*word == '0' && word[1]) || !text_parse_u64(word, &port) || port > UINT16_MAX)
		return false;
	*ret_port = (uint16_t) port;
	return true;
}

/* An address of the family, which is that of its notation: also ::ffff:192.0.2.1 is IPv6. */
static bool take_proxy_host(struct proxy_span *rest, bool is_ipv6, struct address *ret_host)
{
	char word[ADDRESS_TEXT_BYTES];

	return take_word(rest, word) && (strchr(word, ':') != NULL) == is_ipv6 &&
	       address_parse_range(word, ret_host);
}

static bool take_proxy_port(struct proxy_span *rest, uint16_t *ret_port)
{
	char word[ADDRESS_TEXT_BYTES];

	return take_word(rest, word) && parse_proxy_port(word, ret_port);
}

/* The rest of a line "PROXY TCP4 192.0.2.1 192.0.2.2 1234 6667". */
static bool parse_addresses(struct proxy_span rest, bool is_ipv6, struct address *ret_client)
{
	size_t n_spaces = 0;
	struct address client, server;
	uint16_t port;

	for (size_t i = 0; i < rest.length; i++)
		n_spaces += rest.bytes[i] == ' ';
	if (n_spaces != 3 || !take_proxy_host(&rest, is_ipv6, &client) ||
		!take_proxy_host(&rest, is_ipv6, &server) ||
		!take_proxy_port(&rest, &client.port) || !take_proxy_port(&rest, &port))
		return false;
	*ret_client = client;
	return true;
}

/* Only these bytes stand in addresses, so bytes of another protocol need no line end to be
 * refused. */
static bool is_address_byte(char byte)
{
	char lower = text_lower(byte);

	return text_is_digit(byte) || (lower >= 'a' && lower <= 'f') || byte == '.' ||
	       byte == ':' || byte == ' ';
}

/* The line is complete if its CR LF arrived. */
static enum proxy_result parse_tcp_line(
	struct proxy_parser *parser, struct proxy_span rest, bool is_ipv6)
{
	size_t length = 0;

	while (length < rest.length && is_address_byte(rest.bytes[length]))
		length++;
	if (length == rest.length || (rest.bytes[length] == '\r' && length + 1 == rest.length))
		return PROXY_RESULT_WAITS;
	if (rest.bytes[length] != '\r' || rest.bytes[length + 1] != '\n')
		return refuse_proxy(parser, "The PROXY line has an odd byte or no CR LF");
	parser->header.length = (size_t) (rest.bytes - parser->bytes) + length + 2;
	rest.length = length;
	if (!parse_addresses(rest, is_ipv6, &parser->header.client))
		return refuse_proxy(parser, "The addresses of the PROXY line are malformed");
	return PROXY_RESULT_ACCEPTED;
}

/* Anything before the CR LF is ignored. */
static enum proxy_result parse_unknown_line(struct proxy_parser *parser, struct proxy_span rest)
{
	const char *end = memmem(rest.bytes, rest.length, "\r\n", 2);

	if (!may_begin_with(rest, " ", 1) && !may_begin_with(rest, "\r\n", 2))
		return refuse_proxy(parser, "The PROXY line names an unknown protocol");
	if (!end)
		return PROXY_RESULT_WAITS;
	parser->header.length = (size_t) (end - parser->bytes) + 2;
	return PROXY_RESULT_ACCEPTED;
}

static enum proxy_result parse_proxy_line(struct proxy_parser *parser)
{
	struct proxy_span line = { parser->bytes, least(parser->length, PROXY_VERSION_1_BYTES) };
	bool may_be_one = false;

	for (size_t i = 0; i < ARRAY_LENGTH(proxy_lines); i++) {
		const struct proxy_line *row = &proxy_lines[i];
		size_t length = strlen(row->start);
		struct proxy_span rest = { line.bytes + length, line.length - length };

		may_be_one |= may_begin_with(line, row->start, length);
		if (!begins_with(line, row->start))
			continue;
		return row->is_unknown ? parse_unknown_line(parser, rest)
				       : parse_tcp_line(parser, rest, row->is_ipv6);
	}
	return may_be_one ? PROXY_RESULT_WAITS
			  : refuse_proxy(parser, "The connection begins with no PROXY header");
}

static enum proxy_result parse_version_1(struct proxy_parser *parser)
{
	enum proxy_result result = parse_proxy_line(parser);

	if (result == PROXY_RESULT_WAITS && parser->length >= PROXY_VERSION_1_BYTES)
		return refuse_proxy(parser, "The PROXY line is too long");
	return result;
}

/* Castagnoli's polynomial, as in RFC 9260 appendix A, bit by bit: few headers have it. */
static uint32_t add_crc32c(uint32_t crc, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		crc ^= (uint8_t) bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return crc;
}

/* 2.2.3: the sum of the header, with zeros in the place of the sum. */
static bool is_crc_right(const struct proxy_parser *parser, struct proxy_span sum)
{
	static const char zeros[CRC_BYTES] = { 0 };
	const char *end = parser->bytes + parser->header.length, *rest = sum.bytes + CRC_BYTES;
	uint32_t crc = UINT32_MAX;

	crc = add_crc32c(crc, parser->bytes, (size_t) (sum.bytes - parser->bytes));
	crc = add_crc32c(crc, zeros, sizeof(zeros));
	crc = add_crc32c(crc, rest, (size_t) (end - rest));
	return ~crc == big_endian_read(sum.bytes, CRC_BYTES);
}

/* False: at the end, or *ret_is_whole is false. */
static bool take_proxy_field(
	struct proxy_span *rest, struct proxy_field *ret_field, bool *ret_is_whole)
{
	size_t length;

	*ret_is_whole = true;
	if (!rest->length)
		return false;
	*ret_is_whole = rest->length >= FIELD_HEAD_BYTES;
	if (!*ret_is_whole)
		return false;
	length = big_endian_read(rest->bytes + 1, 2);
	*ret_is_whole = length <= rest->length - FIELD_HEAD_BYTES;
	if (!*ret_is_whole)
		return false;
	ret_field->type = (uint8_t) *rest->bytes;
	ret_field->value = (struct proxy_span){ rest->bytes + FIELD_HEAD_BYTES, length };
	rest->bytes += FIELD_HEAD_BYTES + length;
	rest->length -= FIELD_HEAD_BYTES + length;
	return true;
}

static bool has_controls(struct proxy_span text)
{
	for (size_t i = 0; i < text.length; i++)
		if ((unsigned char) text.bytes[i] < ' ' || text.bytes[i] == 0x7f)
			return true;
	return false;
}

/* A text that is no text, or too long, counts as unknown: the client chose its name. */
static void copy_proxy_text(struct proxy_span value, char *text, size_t text_bytes)
{
	if (value.length >= text_bytes || has_controls(value) ||
		!text_is_utf8(value.bytes, value.length))
		return;
	memcpy(text, value.bytes, value.length);
	text[value.length] = '\0';
}

/* 2.2.6. */
static enum proxy_result read_tls_field(struct proxy_parser *parser, struct proxy_span value)
{
	struct proxy_header *header = &parser->header;
	struct proxy_field field;
	bool is_whole;
	uint8_t bits;

	if (value.length < TLS_FIXED_BYTES)
		return refuse_proxy(parser, "The PROXY header's field on TLS is too short");
	bits = (uint8_t) *value.bytes;
	header->is_tls = bits & TLS_IS_USED;
	header->has_certificate = header->is_tls && (bits & TLS_HAS_CERTIFICATE);
	value.bytes += TLS_FIXED_BYTES;
	value.length -= TLS_FIXED_BYTES;
	while (take_proxy_field(&value, &field, &is_whole)) {
		if (field.type == FIELD_TLS_VERSION && header->is_tls)
			copy_proxy_text(
				field.value, header->tls_version, sizeof(header->tls_version));
		if (field.type == FIELD_TLS_SUITE && header->is_tls)
			copy_proxy_text(field.value, header->tls_suite, sizeof(header->tls_suite));
		if (field.type == FIELD_TLS_NAME && header->has_certificate)
			copy_proxy_text(field.value, header->name, sizeof(header->name));
	}
	return is_whole ? PROXY_RESULT_ACCEPTED
			: refuse_proxy(parser, "The PROXY header's field on TLS is malformed");
}

static enum proxy_result read_field(struct proxy_parser *parser, const struct proxy_field *field)
{
	if (field->type == FIELD_TLS)
		return read_tls_field(parser, field->value);
	if (field->type != FIELD_CRC32C)
		return PROXY_RESULT_ACCEPTED;
	if (field->value.length != CRC_BYTES || !is_crc_right(parser, field->value))
		return refuse_proxy(parser, "The PROXY header's check sum is wrong");
	return PROXY_RESULT_ACCEPTED;
}

/* 2.2: the fields behind the addresses. */
static enum proxy_result read_proxy_fields(struct proxy_parser *parser, struct proxy_span rest)
{
	enum proxy_result result = PROXY_RESULT_ACCEPTED;
	bool has_tls = false, is_whole = true;
	struct proxy_field field;

	while (result == PROXY_RESULT_ACCEPTED && take_proxy_field(&rest, &field, &is_whole)) {
		if (field.type == FIELD_TLS && has_tls)
			return refuse_proxy(parser, "The PROXY header has two fields on TLS");
		has_tls |= field.type == FIELD_TLS;
		result = read_field(parser, &field);
	}
	return is_whole ? result : refuse_proxy(parser, "A field of the PROXY header is malformed");
}

static void read_client(
	struct proxy_parser *parser, const struct proxy_block *row, const char *block)
{
	struct address *client = &parser->header.client;

	client->family = (uint8_t) row->family;
	if (row->family == ADDRESS_FAMILY_UNIX)
		return;
	client->prefix = (uint8_t) (8 * row->bytes);
	memcpy(client->bytes, block, row->bytes);
	client->port = (uint16_t) big_endian_read(block + 2 * row->bytes, 2);
	address_unmap(client);
}

/* The block behind the fixed part, of a command that has one. What is not TCP or a Unix stream
 * counts as unknown: neither its address nor its fields are read. */
static enum proxy_result parse_block(struct proxy_parser *parser, uint8_t kind)
{
	struct proxy_span block = { parser->bytes + FIXED_BYTES,
		parser->header.length - FIXED_BYTES };
	const struct proxy_block *row = proxy_blocks;

	if (kind >> 4 > FAMILY_MOST || (kind & 0xf) > TRANSPORT_MOST)
		return refuse_proxy(parser, "The PROXY header has an unknown protocol");
	while (row->kind != kind)
		if (++row == proxy_blocks + ARRAY_LENGTH(proxy_blocks))
			return PROXY_RESULT_ACCEPTED;
	if (block.length < row->block_bytes)
		return refuse_proxy(parser, "The PROXY header's addresses are too short");
	read_client(parser, row, block.bytes);
	block.bytes += row->block_bytes;
	block.length -= row->block_bytes;
	return read_proxy_fields(parser, block);
}

/* 2.2: the block of LOCAL is discarded, whatever it is. */
static enum proxy_result parse_version_2(struct proxy_parser *parser)
{
	struct proxy_span bytes = { parser->bytes, parser->length };
	uint8_t command;

	if (!may_begin_with(bytes, signature, SIGNATURE_BYTES))
		return refuse_proxy(parser, "The connection begins with no PROXY header");
	if (parser->length <= SIGNATURE_BYTES)
		return PROXY_RESULT_WAITS;
	command = (uint8_t) parser->bytes[SIGNATURE_BYTES];
	if (command != (VERSION_2 | COMMAND_LOCAL) && command != (VERSION_2 | COMMAND_PROXY))
		return refuse_proxy(parser, "The PROXY header has an unknown version or command");
	if (parser->length < FIXED_BYTES)
		return PROXY_RESULT_WAITS;
	parser->header.length = FIXED_BYTES + big_endian_read(parser->bytes + FIXED_BYTES - 2, 2);
	if (parser->header.length > PROXY_HEADER_BYTES)
		return refuse_proxy(parser, "The PROXY header is too long");
	if (parser->length < parser->header.length)
		return PROXY_RESULT_WAITS;
	if (command == (VERSION_2 | COMMAND_LOCAL))
		return PROXY_RESULT_ACCEPTED;
	return parse_block(parser, (uint8_t) parser->bytes[SIGNATURE_BYTES + 1]);
}

enum proxy_result proxy_parse(
	const char *bytes, size_t length, struct proxy_header *ret_header, const char **ret_reason)
{
	struct proxy_parser parser = { .bytes = bytes, .length = length };
	enum proxy_result result = PROXY_RESULT_WAITS;

	if (length)
		result = *bytes == *signature ? parse_version_2(&parser) : parse_version_1(&parser);
	if (result == PROXY_RESULT_ACCEPTED)
		*ret_header = parser.header;
	else if (result == PROXY_RESULT_MALFORMED)
		*ret_reason = parser.reason;
	return result;
}
