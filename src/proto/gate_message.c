/* Owns the format of the messages between papod-gate and papod. */
#include "proto/gate_message.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/logbook.h"
#include "base/pack.h"

enum gate_field {
	FIELD_VERSION = 1,
	FIELD_GATE = 2,
	FIELD_NUMBER = 3,
	FIELD_LISTENER = 4,
	FIELD_CLIENT_ADDRESS = 5,
	FIELD_IS_WEBSOCKET = 6,
	FIELD_PROTOCOL = 7,
	FIELD_TLS = 8,
	FIELD_KEYS = 9,
	FIELD_N_SKIPPED = 10,
	FIELD_REASON = 11,
	FIELD_IS_AGAIN = 12,
	FIELD_IS_FIRST = 13,
	FIELD_IS_LAST = 14,
	FIELD_RANGES = 15,
	FIELD_HAS_ENDED = 16,
	FIELD_CERTIFICATES = 17,
	FIELD_ACCOUNTS = 18,
	FIELD_FILES = 19,
	FIELD_FACTS = 20,
	FIELD_LEVEL = 21,
};

#define ROW(id, type, ctype, name)                                                                 \
	{                                                                                          \
		id, type, FIELD_AT(gate_message, ctype, name)                                      \
	}

/* Fields that are 0 are not sent. */
static const struct field rows[] = {
	ROW(FIELD_VERSION, FIELD_U32, uint32_t, version),
	ROW(FIELD_GATE, FIELD_U64, uint64_t, gate),
	ROW(FIELD_NUMBER, FIELD_U64, uint64_t, number),
	ROW(FIELD_CLIENT_ADDRESS, FIELD_ADDRESS, struct address, address),
	ROW(FIELD_IS_WEBSOCKET, FIELD_BOOL, bool, is_websocket),
	ROW(FIELD_PROTOCOL, FIELD_U8, uint8_t, protocol),
	ROW(FIELD_N_SKIPPED, FIELD_U32, uint32_t, n_skipped),
	ROW(FIELD_IS_AGAIN, FIELD_BOOL, bool, is_again),
	ROW(FIELD_IS_FIRST, FIELD_BOOL, bool, is_first),
	ROW(FIELD_IS_LAST, FIELD_BOOL, bool, is_last),
	ROW(FIELD_HAS_ENDED, FIELD_BOOL, bool, has_ended),
	ROW(FIELD_CERTIFICATES, FIELD_U8, uint8_t, certificates),
	ROW(FIELD_LEVEL, FIELD_U8, uint8_t, level),
};

static const struct kind_row {
	bool carries_fd;
	bool is_of_papod;
} kind_rows[GATE_MESSAGE_KINDS + 1] = {
	[GATE_MESSAGE_KIND_CLIENT] = { .carries_fd = true },
	[GATE_MESSAGE_KIND_TAKEN] = { .is_of_papod = true },
	[GATE_MESSAGE_KIND_REFUSED] = { .is_of_papod = true },
	[GATE_MESSAGE_KIND_LINK] = { .carries_fd = true },
	[GATE_MESSAGE_KIND_BANS] = { .is_of_papod = true },
	[GATE_MESSAGE_KIND_ASK] = { .carries_fd = true },
	[GATE_MESSAGE_KIND_ERASE] = { .is_of_papod = true },
	[GATE_MESSAGE_KIND_FILES] = { .is_of_papod = true },
	[GATE_MESSAGE_KIND_REQUEST] = { .carries_fd = true },
	[GATE_MESSAGE_KIND_LEVEL] = { .is_of_papod = true },
};

bool gate_message_carries_fd(enum gate_message_kind kind)
{
	return kind <= GATE_MESSAGE_KINDS && kind_rows[kind].carries_fd;
}

bool gate_message_is_of_papod(enum gate_message_kind kind)
{
	return kind <= GATE_MESSAGE_KINDS && kind_rows[kind].is_of_papod;
}

static void save_tls(struct buffer *out, const struct tls_facts *tls)
{
	size_t record;

	if (!tls->version)
		return;
	record = pack_begin(out, FIELD_TLS);
	tls_facts_save(out, tls);
	pack_end(out, record);
}

void gate_message_save(struct buffer *out, const struct gate_message *message)
{
	buffer_put_byte(out, (char) message->kind);
	fields_save(out, rows, ARRAY_LENGTH(rows), message);
	if (message->listener[0])
		pack_text(out, FIELD_LISTENER, message->listener);
	save_tls(out, &message->tls);
	if (message->keys.length)
		pack_bytes(out, FIELD_KEYS, message->keys.bytes, message->keys.length);
	if (message->text[0])
		pack_text(out, FIELD_REASON, message->text);
	if (message->ranges.length)
		pack_bytes(out, FIELD_RANGES, message->ranges.bytes, message->ranges.length);
	if (message->accounts.length)
		pack_bytes(out, FIELD_ACCOUNTS, message->accounts.bytes, message->accounts.length);
	if (message->files.length)
		pack_bytes(out, FIELD_FILES, message->files.bytes, message->files.length);
	if (message->facts.length)
		pack_bytes(out, FIELD_FACTS, message->facts.bytes, message->facts.length);
}

void gate_message_add_range(struct buffer *ranges, const struct address *range)
{
	uint8_t bytes[ADDRESS_PACKED_BYTES];

	address_pack(range, bytes);
	buffer_put(ranges, (const char *) bytes, sizeof(bytes));
}

bool gate_message_take_range(struct gate_bytes *ranges, struct address *ret_range)
{
	if (!ranges->length)
		return false;
	address_unpack(ranges->bytes, ADDRESS_PACKED_BYTES, ret_range);
	ranges->bytes += ADDRESS_PACKED_BYTES;
	ranges->length -= ADDRESS_PACKED_BYTES;
	return true;
}

void gate_message_add_account(struct buffer *accounts, uint64_t id)
{
	uint64_t bytes = htole64(id);

	buffer_put(accounts, &bytes, sizeof(bytes));
}

bool gate_message_take_account(struct gate_bytes *accounts, uint64_t *ret_id)
{
	uint64_t bytes;

	if (!accounts->length)
		return false;
	memcpy(&bytes, accounts->bytes, sizeof(bytes));
	accounts->bytes += sizeof(bytes);
	accounts->length -= sizeof(bytes);
	*ret_id = le64toh(bytes);
	return true;
}

/* A field that comes twice has its last value. */
void gate_message_repeat(struct buffer *packet)
{
	pack_u64(packet, FIELD_IS_AGAIN, true);
}

/* A text that does not fit, or has a NUL, is malformed and stays empty. */
static void load_gate_text(const struct pack_field *field, char *text, size_t bytes)
{
	if (field->length >= bytes || memchr(field->bytes, '\0', field->length))
		return;
	memcpy(text, field->bytes, field->length);
	text[field->length] = '\0';
}

static bool load_tls(const struct pack_field *field, struct tls_facts *tls)
{
	return tls_facts_load(pack_field_record(field), tls);
}

/* It has no port, and no bits behind its prefix. */
static bool is_range(const struct address *range)
{
	struct address network = address_network(range, range->prefix);

	if (range->family != ADDRESS_FAMILY_IPV4 && range->family != ADDRESS_FAMILY_IPV6)
		return false;
	return memcmp(&network, range, sizeof(network)) == 0;
}

static bool are_ranges(struct gate_bytes ranges)
{
	struct address range;

	if (ranges.length % ADDRESS_PACKED_BYTES)
		return false;
	while (gate_message_take_range(&ranges, &range))
		if (!is_range(&range))
			return false;
	return true;
}

static bool load_field(const struct pack_field *field, struct gate_message *message)
{
	switch ((enum gate_field) field->id) {
	case FIELD_LISTENER:
		load_gate_text(field, message->listener, sizeof(message->listener));
		return true;
	case FIELD_TLS:
		return load_tls(field, &message->tls);
	case FIELD_KEYS:
		message->keys = (struct gate_bytes){ field->bytes, field->length };
		return true;
	case FIELD_REASON:
		load_gate_text(field, message->text, sizeof(message->text));
		return true;
	case FIELD_CLIENT_ADDRESS:
		address_unpack(field->bytes, field->length, &message->address);
		return address_is_single(&message->address);
	case FIELD_RANGES:
		message->ranges = (struct gate_bytes){ field->bytes, field->length };
		return are_ranges(message->ranges);
	case FIELD_ACCOUNTS:
		message->accounts = (struct gate_bytes){ field->bytes, field->length };
		return field->length % sizeof(uint64_t) == 0;
	case FIELD_FILES:
		message->files = (struct gate_bytes){ field->bytes, field->length };
		return true;
	case FIELD_FACTS:
		message->facts = (struct gate_bytes){ field->bytes, field->length };
		return true;
	case FIELD_VERSION:
	case FIELD_GATE:
	case FIELD_NUMBER:
	case FIELD_IS_WEBSOCKET:
	case FIELD_PROTOCOL:
	case FIELD_N_SKIPPED:
	case FIELD_IS_AGAIN:
	case FIELD_IS_FIRST:
	case FIELD_IS_LAST:
	case FIELD_HAS_ENDED:
	case FIELD_CERTIFICATES:
	case FIELD_LEVEL:
		break;
	}
	fields_load(rows, ARRAY_LENGTH(rows), message, field);
	return true;
}

/* RFC 8446 5.1: the most bytes of a record. */
#define RECORD_BYTES 16384

static bool has_frames_in_order(const struct gate_message *message)
{
	if (!message->is_websocket)
		return message->tls.version && !message->protocol && !message->n_skipped;
	return message->protocol <= WEBSOCKET_PROTOCOL_BINARY &&
	       message->n_skipped <= (message->tls.version ? RECORD_BYTES : 0);
}

static bool is_client(const struct gate_message *message)
{
	return message->gate && message->number && message->listener[0] &&
	       message->address.family != ADDRESS_FAMILY_NONE &&
	       (message->tls.version != 0) == (message->keys.length != 0) &&
	       message->keys.length <= GATE_KEYS_BYTES && has_frames_in_order(message);
}

static bool is_complete(const struct gate_message *message)
{
	switch (message->kind) {
	case GATE_MESSAGE_KIND_HELLO:
		return message->version && message->gate;
	case GATE_MESSAGE_KIND_CLIENT:
		return is_client(message);
	case GATE_MESSAGE_KIND_TAKEN:
	case GATE_MESSAGE_KIND_REPORT:
		return message->number;
	case GATE_MESSAGE_KIND_FILES:
		return message->number && message->files.length;
	case GATE_MESSAGE_KIND_REFUSED:
		return message->number && message->text[0];
	case GATE_MESSAGE_KIND_LINK:
	case GATE_MESSAGE_KIND_BANS:
		return true;
	case GATE_MESSAGE_KIND_STATE:
		return message->certificates && message->certificates <= CERTIFICATES_BAD;
	case GATE_MESSAGE_KIND_ASK:
		return message->address.family != ADDRESS_FAMILY_NONE && !message->keys.length;
	case GATE_MESSAGE_KIND_OWNERS:
	case GATE_MESSAGE_KIND_ERASE:
	case GATE_MESSAGE_KIND_REQUEST:
		return true;
	case GATE_MESSAGE_KIND_LEVEL:
		return !message->level || severity_is_known(message->level);
	}
	return true;
}

bool gate_message_load(const void *packet, size_t length, struct gate_message *ret_message)
{
	struct gate_message message = { 0 };
	const uint8_t *bytes = packet;
	struct pack_field field;
	struct pack pack;

	if (!length || length > GATE_MESSAGE_BYTES || !bytes[0])
		return false;
	message.kind = bytes[0];
	if (message.kind > GATE_MESSAGE_KINDS)
		length = 1;
	pack = pack_over(bytes + 1, length - 1);
	while (pack_next(&pack, &field))
		if (!load_field(&field, &message))
			return false;
	if (pack.failed || !is_complete(&message))
		return false;
	*ret_message = message;
	return true;
}
