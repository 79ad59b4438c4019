/* Owns the form of rows on their way between the world and the store. */
#include "proto/store_row.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"

#define ROW_BYTES 5

struct row_head {
	uint32_t table;
	bool is_removal;
	uint64_t id;
	uint64_t version;
};

static const struct field head_fields[] = {
	{ 1, FIELD_U32, FIELD_AT(row_head, uint32_t, table) },
	{ 2, FIELD_BOOL, FIELD_AT(row_head, bool, is_removal) },
	{ 3, FIELD_U64, FIELD_AT(row_head, uint64_t, id) },
	{ 4, FIELD_U64, FIELD_AT(row_head, uint64_t, version) },
};

#define BIT(field) (UINT32_C(1) << (field))

/* The columns that are texts. */
static const uint32_t text_fields[STORE_TABLES] = {
	[STORE_TABLE_ACCOUNTS] = BIT(STORE_ACCOUNT_NAME) | BIT(STORE_ACCOUNT_FOLDED) |
				 BIT(STORE_ACCOUNT_VERIFIER) | BIT(STORE_ACCOUNT_EMAIL),
	[STORE_TABLE_ACCOUNT_NICKS] = BIT(STORE_NICK_FOLDED) | BIT(STORE_NICK_NAME),
	[STORE_TABLE_ACCOUNT_CERTIFICATES] = BIT(STORE_CERTIFICATE_FINGERPRINT),
	[STORE_TABLE_CHANNELS] =
		BIT(STORE_CHANNEL_NAME) | BIT(STORE_CHANNEL_FOLDED) | BIT(STORE_CHANNEL_TOPIC),
	[STORE_TABLE_CHANNEL_ACCESS] = BIT(STORE_ACCESS_MODES),
	[STORE_TABLE_CHANNEL_LISTS] =
		BIT(STORE_LIST_MODE) | BIT(STORE_LIST_MASK) | BIT(STORE_LIST_SETTER),
	[STORE_TABLE_SERVER_BANS] = BIT(STORE_BAN_KIND) | BIT(STORE_BAN_MASK) |
				    BIT(STORE_BAN_REASON) | BIT(STORE_BAN_SETTER),
	[STORE_TABLE_USED_CODES] = BIT(STORE_CODE_NAME),
	[STORE_TABLE_REGISTRATION_TOKENS] = BIT(STORE_TOKEN_HASH) | BIT(STORE_TOKEN_CREATOR),
	[STORE_TABLE_ACCOUNT_MARKS] = BIT(STORE_MARK_KIND) | BIT(STORE_MARK_NAME),
	[STORE_TABLE_PUSH_ENDPOINTS] = BIT(STORE_ENDPOINT_URL),
	[STORE_TABLE_MODERATION] = BIT(STORE_MODERATION_KIND) | BIT(STORE_MODERATION_NAME) |
				   BIT(STORE_MODERATION_TEXT) | BIT(STORE_MODERATION_SETTER),
	[STORE_TABLE_AUDIT] = BIT(STORE_AUDIT_OPERATOR) | BIT(STORE_AUDIT_SOURCE) |
			      BIT(STORE_AUDIT_ACT) | BIT(STORE_AUDIT_TARGET) |
			      BIT(STORE_AUDIT_DETAILS),
};

void store_row_save(struct buffer *out, uint16_t id, const struct store_row *row)
{
	const struct row_head head = { row->table, row->is_removal, row->id, row->version };
	size_t record = pack_begin(out, id);

	fields_save(out, head_fields, ARRAY_LENGTH(head_fields), &head);
	pack_bytes(out, ROW_BYTES, row->bytes, row->length);
	pack_end(out, record);
}

void store_row_save_bytes(struct buffer *out, uint16_t id, enum store_table table, uint64_t row_id,
	const struct buffer *bytes)
{
	const struct store_row row = {
		.table = table,
		.id = row_id,
		.bytes = bytes->bytes,
		.length = bytes->length,
	};

	store_row_save(out, id, &row);
}

bool store_row_load(struct pack record, struct store_row *ret_row)
{
	struct row_head head = { 0 };
	struct store_row row = { .bytes = NULL };
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == ROW_BYTES) {
			row.bytes = field.bytes;
			row.length = field.length;
		} else {
			fields_load(head_fields, ARRAY_LENGTH(head_fields), &head, &field);
		}
	if (record.failed || !row.bytes || head.table >= STORE_TABLES)
		return false;
	row.table = (enum store_table) head.table;
	row.is_removal = head.is_removal;
	row.id = head.id;
	row.version = head.version;
	*ret_row = row;
	return true;
}

bool store_row_is_clean(const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (field.id < STORE_FIRST_FREE_FIELD / 2 &&
			text_fields[row->table] & BIT(field.id) &&
			(memchr(field.bytes, '\r', field.length) ||
				memchr(field.bytes, '\n', field.length) ||
				memchr(field.bytes, '\0', field.length)))
			return false;
	return true;
}
