/* Rows of accounts for tests. Include it last, after fixture.h. */
#pragma once

#include "world/account_rows.h"
#include "world/rows.h"

#define VERIFIER                                                                                   \
	"SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"                                             \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"                                            \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
/* Fingerprints that differ in their last digit. */
#define FINGERPRINT "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0"

static inline bool take_bytes(
	struct world *world, enum store_table table, uint64_t id, struct buffer *bytes)
{
	const struct store_row row = { .table = table,
		.id = id,
		.version = 1,
		.bytes = bytes->bytes,
		.length = bytes->length };
	bool is_taken = rows_take(world, &row);

	buffer_done(bytes);
	return is_taken;
}

static inline bool take_fields(
	struct world *world, uint64_t id, const struct account_fields *fields)
{
	struct buffer bytes = { 0 };

	account_fields_put(&bytes, fields);
	return take_bytes(world, STORE_TABLE_ACCOUNTS, id, &bytes);
}

/* The store's folded form is not the world's business, so any will do. */
static inline bool take_account_row(struct world *world, uint64_t id, const char *name)
{
	const struct account_fields fields = {
		.name = (char *) (uintptr_t) name,
		.folded = (char *) (uintptr_t) name,
		.created_wall_ms = WALL_MS + id,
		.verifier = (char *) (uintptr_t) VERIFIER,
	};

	return take_fields(world, id, &fields);
}

static inline bool take_nick_row(
	struct world *world, uint64_t id, const char *key, const char *name)
{
	struct buffer bytes = { 0 };

	pack_text(&bytes, STORE_NICK_FOLDED, key);
	pack_text(&bytes, STORE_NICK_NAME, name);
	pack_u64(&bytes, STORE_NICK_CREATED, WALL_MS);
	return take_bytes(world, STORE_TABLE_ACCOUNT_NICKS, id, &bytes);
}

static inline bool take_certificate_row(struct world *world, uint64_t id, const char *fingerprint)
{
	struct buffer bytes = { 0 };

	pack_text(&bytes, STORE_CERTIFICATE_FINGERPRINT, fingerprint);
	pack_u64(&bytes, STORE_CERTIFICATE_CREATED, WALL_MS);
	return take_bytes(world, STORE_TABLE_ACCOUNT_CERTIFICATES, id, &bytes);
}

/* The key is NULL for an account. */
static inline bool take_removal(
	struct world *world, enum store_table table, uint64_t id, const char *key)
{
	struct buffer bytes = { 0 };
	struct store_row row = { .table = table, .is_removal = true, .id = id, .version = 2 };
	bool is_taken;

	pack_text(&bytes, STORE_NICK_FOLDED, key);
	row.bytes = buffer_text(&bytes);
	row.length = bytes.length;
	is_taken = rows_take(world, &row);
	buffer_done(&bytes);
	return is_taken;
}
