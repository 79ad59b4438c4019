/* Owns the fields of the rows of accounts, their nicks and certificates. */
#include "world/account_rows.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/world.h"

static const struct field account_fields_table[] = {
	{ STORE_ACCOUNT_NAME, FIELD_TEXT, FIELD_AT(account_fields, char *, name) },
	{ STORE_ACCOUNT_FOLDED, FIELD_TEXT, FIELD_AT(account_fields, char *, folded) },
	{ STORE_ACCOUNT_CREATED, FIELD_U64, FIELD_AT(account_fields, uint64_t, created_wall_ms) },
	{ STORE_ACCOUNT_VERIFIER, FIELD_TEXT, FIELD_AT(account_fields, char *, verifier) },
	{ STORE_ACCOUNT_EMAIL, FIELD_TEXT, FIELD_AT(account_fields, char *, email) },
	{ STORE_FIRST_FREE_FIELD, FIELD_U32, FIELD_AT(account_fields, uint32_t, flags) },
};

/* The fields of the other two tables: both have a key that is a text. */
struct belonging_fields {
	char *key;
	char *name;
	uint64_t created_wall_ms;
};

static const struct field nick_fields[] = {
	{ STORE_NICK_FOLDED, FIELD_TEXT, FIELD_AT(belonging_fields, char *, key) },
	{ STORE_NICK_NAME, FIELD_TEXT, FIELD_AT(belonging_fields, char *, name) },
	{ STORE_NICK_CREATED, FIELD_U64, FIELD_AT(belonging_fields, uint64_t, created_wall_ms) },
};

static const struct field certificate_fields[] = {
	{ STORE_CERTIFICATE_FINGERPRINT, FIELD_TEXT, FIELD_AT(belonging_fields, char *, key) },
	{ STORE_CERTIFICATE_CREATED, FIELD_U64,
		FIELD_AT(belonging_fields, uint64_t, created_wall_ms) },
};

void account_fields_put(struct buffer *out, const struct account_fields *fields)
{
	fields_save(out, account_fields_table, ARRAY_LENGTH(account_fields_table), fields);
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
	};

	use(data, &fields);
}

static void fields_done(struct account_fields *fields)
{
	free(fields->name);
	free(fields->folded);
	free(fields->verifier);
	free(fields->email);
}

static bool take_account(struct world *world, const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	CLEANUP(fields_done) struct account_fields fields = { 0 };
	struct account *account = account_find_id(world, row->id);
	struct pack_field field;

	if (row->is_removal) {
		if (account)
			account_remove(world, account);
		return true;
	}
	while (pack_next(&pack, &field))
		fields_load(
			account_fields_table, ARRAY_LENGTH(account_fields_table), &fields, &field);
	return !pack.failed && fields.name && *fields.name && row->id &&
	       account_put(world, row->id, &fields);
}

static void belonging_done(struct belonging_fields *fields)
{
	free(fields->key);
	free(fields->name);
}

static bool load_belonging(const struct store_row *row, const struct field *table, size_t n_fields,
	struct belonging_fields *ret_fields)
{
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		fields_load(table, n_fields, ret_fields, &field);
	return !pack.failed && ret_fields->key && *ret_fields->key;
}

static bool take_nick(struct world *world, const struct store_row *row)
{
	CLEANUP(belonging_done) struct belonging_fields fields = { 0 };
	struct account *account = account_find_id(world, row->id);
	struct account_nick *nick;

	if (!load_belonging(row, nick_fields, ARRAY_LENGTH(nick_fields), &fields) ||
		(!row->is_removal && !fields.name))
		return false;
	nick = account_find_nick(world, row->is_removal ? fields.key : fields.name);
	if (nick && nick->account == account)
		account_remove_nick(world, nick);
	else if (nick)
		return true;
	if (!row->is_removal && account)
		account_add_nick(world, account, TAKE(fields.name), fields.created_wall_ms);
	return true;
}

static bool take_certificate(struct world *world, const struct store_row *row)
{
	CLEANUP(belonging_done) struct belonging_fields fields = { 0 };
	struct account *account = account_find_id(world, row->id);
	struct account_certificate *certificate;

	if (!load_belonging(row, certificate_fields, ARRAY_LENGTH(certificate_fields), &fields))
		return false;
	certificate = map_find(&world->accounts.certificates, fields.key);
	if (certificate && certificate->account == account)
		account_remove_certificate(world, certificate);
	else if (certificate)
		return true;
	if (!row->is_removal && account)
		account_add_certificate(world, account, TAKE(fields.key), fields.created_wall_ms);
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
	const struct store_row row = {
		.table = table,
		.id = writer->account->id,
		.bytes = bytes->bytes,
		.length = bytes->length,
	};

	store_row_save(writer->out, writer->id, &row);
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
	const struct belonging_fields fields = { nick->folded, nick->name, nick->created_wall_ms };

	fields_save(out, nick_fields, ARRAY_LENGTH(nick_fields), &fields);
}

void account_certificate_put(struct buffer *out, const struct account_certificate *certificate)
{
	const struct belonging_fields fields = { certificate->fingerprint, NULL,
		certificate->created_wall_ms };

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
	}
}
