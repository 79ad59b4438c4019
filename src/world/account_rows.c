/* Owns the fields of the rows of accounts, their nicks and certificates. */
#include "world/account_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/certfp.h"
#include "proto/name_syntax.h"
#include "world/account_marks.h"
#include "world/push_endpoints.h"
#include "world/world.h"

/* In the rest of the row. */
#define ACCOUNT_ROW_TOTP (STORE_FIRST_FREE_FIELD + 8)
#define ACCOUNT_ROW_TOTP_OFFERED (STORE_FIRST_FREE_FIELD + 9)

static const struct field account_fields_table[] = {
	{ STORE_ACCOUNT_NAME, FIELD_TEXT, FIELD_AT(account_fields, char *, name) },
	{ STORE_ACCOUNT_FOLDED, FIELD_TEXT, FIELD_AT(account_fields, char *, folded) },
	{ STORE_ACCOUNT_CREATED, FIELD_U64, FIELD_AT(account_fields, uint64_t, created_wall_ms) },
	{ STORE_ACCOUNT_VERIFIER, FIELD_TEXT, FIELD_AT(account_fields, char *, verifier) },
	{ STORE_ACCOUNT_EMAIL, FIELD_TEXT, FIELD_AT(account_fields, char *, email) },
	{ STORE_FIRST_FREE_FIELD, FIELD_U32, FIELD_AT(account_fields, uint32_t, flags) },
	{ STORE_FIRST_FREE_FIELD + 23, FIELD_U32, FIELD_AT(account_fields, uint32_t, used_day) },
	{ STORE_FIRST_FREE_FIELD + 20, FIELD_TEXT, FIELD_AT(account_fields, char *, code.hash) },
	{ STORE_FIRST_FREE_FIELD + 24, FIELD_TEXT, FIELD_AT(account_fields, char *, code.email) },
	{ STORE_FIRST_FREE_FIELD + 21, FIELD_U64,
		FIELD_AT(account_fields, uint64_t, code.until_wall_ms) },
	{ STORE_FIRST_FREE_FIELD + 22, FIELD_U8, FIELD_AT(account_fields, uint8_t, code.purpose) },
	{ ACCOUNT_ROW_TOTP, FIELD_TEXT, FIELD_AT(account_fields, char *, totp) },
	{ ACCOUNT_ROW_TOTP_OFFERED, FIELD_TEXT, FIELD_AT(account_fields, char *, totp_offered) },
};

static const struct field nick_fields[] = {
	{ STORE_NICK_FOLDED, FIELD_TEXT, FIELD_AT(account_nick_fields, char *, key) },
	{ STORE_NICK_NAME, FIELD_TEXT, FIELD_AT(account_nick_fields, char *, name) },
	{ STORE_NICK_CREATED, FIELD_U64, FIELD_AT(account_nick_fields, uint64_t, created_wall_ms) },
};

static const struct field certificate_fields[] = {
	{ STORE_CERTIFICATE_FINGERPRINT, FIELD_TEXT,
		FIELD_AT(account_certificate_fields, char *, fingerprint) },
	{ STORE_CERTIFICATE_CREATED, FIELD_U64,
		FIELD_AT(account_certificate_fields, uint64_t, created_wall_ms) },
	{ STORE_FIRST_FREE_FIELD, FIELD_TEXT, FIELD_AT(account_certificate_fields, char *, name) },
	{ STORE_FIRST_FREE_FIELD + 1, FIELD_U32,
		FIELD_AT(account_certificate_fields, uint32_t, flags) },
};

void account_fields_put(struct buffer *out, const struct account_fields *fields)
{
	fields_save(out, account_fields_table, ARRAY_LENGTH(account_fields_table), fields);
	buffer_put(out, fields->rest.bytes, fields->rest.length);
}

void account_with_fields(const struct account *account,
	void (*use)(void *data, struct account_fields *fields), void *data)
{
	CLEANUP(mem_freep) char *verifier = account_verifier_text(account);
	struct account_fields fields = {
		.name = account->name,
		.folded = account->folded,
		.created_wall_ms = account->created_wall_ms,
		.verifier = verifier,
		.email = account_extras(account)->email,
		.flags = account->flags,
		.used_day = account->used_day,
		.code = account_extras(account)->code,
		.totp = account_extras(account)->totp,
		.totp_offered = account_extras(account)->totp_offered,
		.rest = account_extras(account)->rest,
	};

	use(data, &fields);
}

static void fields_done(struct account_fields *fields)
{
	free(fields->name);
	free(fields->folded);
	free(fields->verifier);
	free(fields->email);
	free(fields->code.hash);
	free(fields->code.email);
	mem_free_secret(fields->totp);
	mem_free_secret(fields->totp_offered);
	buffer_done(&fields->rest);
}

/* False: malformed. */
static bool load_row_fields(
	const struct store_row *row, const struct field *table, size_t n_fields, void *ret_fields)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(table, n_fields, ret_fields, &field);
	return !pack.failed;
}

/* An account of a later release keeps the fields that this one does not know. */
static bool load_account_fields(const struct store_row *row, struct account_fields *ret_fields)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (!fields_load(account_fields_table, ARRAY_LENGTH(account_fields_table),
			    ret_fields, &field))
			pack_bytes(&ret_fields->rest, field.id, field.bytes, field.length);
	return !pack.failed;
}

/* Names of all scripts: another case mapping may have allowed them, and an account is not lost when
 * the mapping changes. */
static bool is_account_name(const char *name)
{
	return name && nick_is_valid(CASEMAP_UTF8, name, NICK_MOST_BYTES);
}

static bool take_account(struct world *world, const struct store_row *row)
{
	CLEANUP(fields_done) struct account_fields fields = { 0 };
	struct account *account = account_find_id(world, row->id);

	if (row->is_removal) {
		if (account)
			account_remove(world, account);
		return true;
	}
	return load_account_fields(row, &fields) && row->id && is_account_name(fields.name) &&
	       account_put(world, row->id, &fields);
}

static void nick_fields_done(struct account_nick_fields *fields)
{
	free(fields->key);
	free(fields->name);
}

/* A row without its account is left out, as the account was. */
static bool take_nick(struct world *world, const struct store_row *row)
{
	CLEANUP(nick_fields_done) struct account_nick_fields fields = { 0 };
	struct account *account = account_find_id(world, row->id);

	if (!load_row_fields(row, nick_fields, ARRAY_LENGTH(nick_fields), &fields) || !fields.key)
		return false;
	if (!row->is_removal && !is_account_name(fields.name))
		return false;
	if (!account)
		return true;
	if (!row->is_removal)
		return account_put_nick(world, account, &fields);
	account_remove_nick(world, account, fields.key);
	return true;
}

static void certificate_fields_done(struct account_certificate_fields *fields)
{
	free(fields->fingerprint);
	free(fields->name);
}

/* In the form of certfp_format(). */
static bool is_fingerprint(const char *text)
{
	struct certfp certfp;

	return text && certfp_parse(text, &certfp) && strlen(text) == 2 * (size_t) certfp.length &&
	       !strpbrk(text, "ABCDEF");
}

static bool take_certificate(struct world *world, const struct store_row *row)
{
	CLEANUP(certificate_fields_done) struct account_certificate_fields fields = { 0 };
	struct account *account = account_find_id(world, row->id);

	if (!load_row_fields(row, certificate_fields, ARRAY_LENGTH(certificate_fields), &fields) ||
		!is_fingerprint(fields.fingerprint))
		return false;
	if (!account)
		return true;
	if (!row->is_removal)
		return account_put_certificate(world, account, &fields);
	account_remove_certificate(world, account, fields.fingerprint);
	return true;
}

bool accounts_take_row(struct world *world, const struct store_row *row)
{
	switch (row->table) {
	case STORE_TABLE_ACCOUNTS:
		return take_account(world, row);
	case STORE_TABLE_ACCOUNT_NICKS:
		return take_nick(world, row);
	case STORE_TABLE_ACCOUNT_CERTIFICATES:
		return take_certificate(world, row);
	case STORE_TABLE_CHANNELS:
	case STORE_TABLE_CHANNEL_ACCESS:
	case STORE_TABLE_CHANNEL_LISTS:
	case STORE_TABLE_SERVER_BANS:
	case STORE_TABLE_USED_CODES:
	case STORE_TABLE_REGISTRATION_TOKENS:
	case STORE_TABLE_ACCOUNT_MARKS:
	case STORE_TABLE_PUSH_ENDPOINTS:
	case STORE_TABLE_MODERATION:
	case STORE_TABLE_AUDIT:
		return true;
	}
	return false;
}

/* The record of a row whose bytes follow from the account. */
struct row_writer {
	struct buffer *out;
	uint16_t id;
	const struct account *account;
};

static void save_row(const struct row_writer *writer, enum store_table table, struct buffer *bytes)
{
	store_row_save_bytes(writer->out, writer->id, table, writer->account->id, bytes);
	buffer_done(bytes);
}

static void save_account_row(void *data, struct account_fields *fields)
{
	struct buffer bytes = { 0 };

	account_fields_put(&bytes, fields);
	save_row(data, STORE_TABLE_ACCOUNTS, &bytes);
}

void account_nick_put(struct buffer *out, const struct account_nick *nick)
{
	const struct account_nick_fields fields = { account_nick_row_key(nick), nick->name,
		nick->created_wall_ms };

	fields_save(out, nick_fields, ARRAY_LENGTH(nick_fields), &fields);
}

void account_certificate_put(struct buffer *out, const struct account_certificate *certificate)
{
	const struct account_certificate_fields fields = { certificate->fingerprint,
		certificate->created_wall_ms, certificate->name, certificate->flags };

	fields_save(out, certificate_fields, ARRAY_LENGTH(certificate_fields), &fields);
}

static void save_belongings(const struct row_writer *writer)
{
	const struct account_certificate *certificate;
	const struct account_nick *nick;
	struct buffer bytes = { 0 };

	LIST_EACH (nick, &account_extras(writer->account)->nicks, in_account) {
		account_nick_put(&bytes, nick);
		save_row(writer, STORE_TABLE_ACCOUNT_NICKS, &bytes);
	}
	LIST_EACH (certificate, &account_extras(writer->account)->certificates, in_account) {
		account_certificate_put(&bytes, certificate);
		save_row(writer, STORE_TABLE_ACCOUNT_CERTIFICATES, &bytes);
	}
}

void accounts_save(struct buffer *out, uint16_t id, const struct accounts *accounts)
{
	const struct account *account;

	ORDERED_EACH (account, &accounts->all) {
		struct row_writer writer = { out, id, account };

		account_with_fields(account, save_account_row, &writer);
		save_belongings(&writer);
		account_marks_save(out, id, account);
		push_endpoints_save(out, id, account);
	}
}
