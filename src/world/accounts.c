/* Owns accounts, their nicks and certificates, and how rows become them. */
#include "world/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/world.h"

const struct account_extras account_no_extras = {
	.nicks = LIST_EMPTY(account_no_extras.nicks),
	.certificates = LIST_EMPTY(account_no_extras.certificates),
};

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

static const char *account_key(const void *item)
{
	return ((const struct account *) item)->folded;
}

static const char *account_nick_key(const void *item)
{
	return ((const struct account_nick *) item)->folded;
}

static const char *account_certificate_key(const void *item)
{
	return ((const struct account_certificate *) item)->fingerprint;
}

void accounts_init(struct accounts *accounts, uint64_t seed_low, uint64_t seed_high)
{
	map_init(&accounts->by_name, account_key, seed_low, seed_high);
	map_init(&accounts->nicks, account_nick_key, seed_low, seed_high);
	map_init(&accounts->certificates, account_certificate_key, seed_low, seed_high);
}

static void free_folded(char *folded, const char *name)
{
	if (folded != name)
		free(folded);
}

static void account_nick_free(struct account_nick *nick)
{
	list_remove(&nick->in_account);
	free_folded(nick->folded, nick->name);
	free(nick->name);
	free(nick);
}

static void account_certificate_free(struct account_certificate *certificate)
{
	list_remove(&certificate->in_account);
	free(certificate->fingerprint);
	free(certificate);
}

static void free_extras(struct account_extras *extras)
{
	if (!extras)
		return;
	while (!list_is_empty(&extras->nicks))
		account_nick_free(LIST_FIRST(&extras->nicks, struct account_nick, in_account));
	while (!list_is_empty(&extras->certificates))
		account_certificate_free(
			LIST_FIRST(&extras->certificates, struct account_certificate, in_account));
	free(extras->email);
	free(extras->hash);
	free(extras);
}

static void account_free(struct account *account)
{
	free_extras(account->extras);
	free_folded(account->folded, account->name);
	free(account->name);
	free(account);
}

void accounts_done(struct accounts *accounts)
{
	struct account *account;

	ORDERED_EACH (account, &accounts->all)
		account_free(account);
	ordered_done(&accounts->all);
	map_done(&accounts->by_name);
	map_done(&accounts->nicks);
	map_done(&accounts->certificates);
}

static struct account_extras *account_need_extras(struct account *account)
{
	if (!account->extras) {
		account->extras = mem_new(sizeof(*account->extras));
		list_init(&account->extras->nicks);
		list_init(&account->extras->certificates);
	}
	return account->extras;
}

/* Longer names than any key are nobody's. */
static void *find_folded(const struct world *world, const struct map *map, const char *name)
{
	char folded[CASEMAP_KEY_BYTES];

	if (!map->count)
		return NULL;
	casemap_fold_into(world->casemap, folded, name);
	return map_find(map, folded);
}

struct account *account_find(const struct world *world, const char *name)
{
	return find_folded(world, &world->accounts.by_name, name);
}

struct account *account_find_id(const struct world *world, uint64_t id)
{
	struct account *account = ordered_from(&world->accounts.all, id);

	return account && account->id == id ? account : NULL;
}

struct account *account_find_owner(const struct world *world, const char *nick)
{
	struct account *account = account_find(world, nick);
	const struct account_nick *other;

	if (account)
		return account;
	other = find_folded(world, &world->accounts.nicks, nick);
	return other ? other->account : NULL;
}

struct account *account_find_certificate(const struct world *world, const char *fingerprint)
{
	const struct account_certificate *certificate =
		map_find(&world->accounts.certificates, fingerprint);

	return certificate ? certificate->account : NULL;
}

char *account_verifier_text(const struct account *account)
{
	char text[SCRAM_VERIFIER_TEXT_BYTES];

	if (!account->verifier.rounds)
		return mem_text(account_extras(account)->hash);
	scram_verifier_format(&account->verifier, text);
	return mem_text(text);
}

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

/* One pointer if the two texts are equal. */
static char *fold_name(const struct world *world, char *name)
{
	char *folded = casemap_fold(world->casemap, name);

	if (strcmp(folded, name) != 0)
		return folded;
	free(folded);
	return name;
}

static void set_password(struct account *account, const char *text)
{
	account->verifier = (struct scram_verifier){ 0 };
	if (account->extras)
		mem_set_text(&account->extras->hash, NULL);
	if (text && !scram_verifier_parse(text, &account->verifier))
		mem_set_text(&account_need_extras(account)->hash, text);
}

/* Replaces what it has; the name is new only in its case. */
static void set_fields(
	const struct world *world, struct account *account, struct account_fields *fields)
{
	free_folded(account->folded, account->name);
	free(account->name);
	account->name = TAKE(fields->name);
	account->folded = fold_name(world, account->name);
	account->created_wall_ms = fields->created_wall_ms;
	account->flags = fields->flags;
	set_password(account, fields->verifier);
	if (fields->email || account->extras)
		mem_set_text(&account_need_extras(account)->email, fields->email);
}

static void fields_done(struct account_fields *fields)
{
	free(fields->name);
	free(fields->folded);
	free(fields->verifier);
	free(fields->email);
}

/* A row that stays in the store, but cannot be found, may come from another case mapping: its name
 * equals that of an older account now. */
static bool put_account(struct world *world, uint64_t id, struct account_fields *fields)
{
	struct accounts *accounts = &world->accounts;
	struct account *account = account_find_id(world, id);
	const struct account *other = account_find(world, fields->name);

	if (other && other != account)
		return true;
	if (account) {
		map_remove(&accounts->by_name, account);
	} else {
		if (id <= ordered_last_number(&accounts->all))
			return false;
		account = mem_new(sizeof(*account));
		account->id = id;
		ordered_add(&accounts->all, id, account);
	}
	set_fields(world, account, fields);
	map_add(&accounts->by_name, account);
	return true;
}

static void remove_nick(struct accounts *accounts, struct account_nick *nick)
{
	map_remove(&accounts->nicks, nick);
	nick->account->extras->n_nicks--;
	account_nick_free(nick);
}

static void remove_certificate(struct accounts *accounts, struct account_certificate *certificate)
{
	map_remove(&accounts->certificates, certificate);
	certificate->account->extras->n_certificates--;
	account_certificate_free(certificate);
}

static void remove_account(struct accounts *accounts, struct account *account)
{
	struct account_extras *extras = account->extras;

	while (extras && !list_is_empty(&extras->nicks))
		remove_nick(accounts, LIST_FIRST(&extras->nicks, struct account_nick, in_account));
	while (extras && !list_is_empty(&extras->certificates))
		remove_certificate(accounts,
			LIST_FIRST(&extras->certificates, struct account_certificate, in_account));
	map_remove(&accounts->by_name, account);
	ordered_remove(&accounts->all, account->id);
	account_free(account);
}

static bool take_account(struct world *world, const struct store_row *row)
{
	struct pack pack = pack_over(row->bytes, row->length);
	CLEANUP(fields_done) struct account_fields fields = { 0 };
	struct account *account = account_find_id(world, row->id);
	struct pack_field field;

	if (row->is_removal) {
		if (account)
			remove_account(&world->accounts, account);
		return true;
	}
	while (pack_next(&pack, &field))
		fields_load(
			account_fields_table, ARRAY_LENGTH(account_fields_table), &fields, &field);
	return !pack.failed && fields.name && *fields.name && row->id &&
	       put_account(world, row->id, &fields);
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

static void put_nick(struct world *world, struct account *account, struct belonging_fields *fields)
{
	struct account_nick *nick = mem_new(sizeof(*nick));
	struct account_extras *extras = account_need_extras(account);

	nick->account = account;
	nick->name = TAKE(fields->name);
	nick->folded = fold_name(world, nick->name);
	nick->created_wall_ms = fields->created_wall_ms;
	list_add_last(&extras->nicks, &nick->in_account);
	extras->n_nicks++;
	map_add(&world->accounts.nicks, nick);
}

static bool take_nick(struct world *world, const struct store_row *row)
{
	CLEANUP(belonging_done) struct belonging_fields fields = { 0 };
	struct account *account = account_find_id(world, row->id);
	struct account_nick *nick;

	if (!load_belonging(row, nick_fields, ARRAY_LENGTH(nick_fields), &fields) ||
		(!row->is_removal && !fields.name))
		return false;
	nick = find_folded(
		world, &world->accounts.nicks, row->is_removal ? fields.key : fields.name);
	if (nick && nick->account == account)
		remove_nick(&world->accounts, nick);
	else if (nick)
		return true;
	if (!row->is_removal && account)
		put_nick(world, account, &fields);
	return true;
}

static void put_account_certificate(
	struct world *world, struct account *account, struct belonging_fields *fields)
{
	struct account_certificate *certificate = mem_new(sizeof(*certificate));
	struct account_extras *extras = account_need_extras(account);

	certificate->account = account;
	certificate->fingerprint = TAKE(fields->key);
	certificate->created_wall_ms = fields->created_wall_ms;
	list_add_last(&extras->certificates, &certificate->in_account);
	extras->n_certificates++;
	map_add(&world->accounts.certificates, certificate);
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
		remove_certificate(&world->accounts, certificate);
	else if (certificate)
		return true;
	if (!row->is_removal && account)
		put_account_certificate(world, account, &fields);
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

static void fold_account(struct world *world, struct account *account)
{
	struct account_nick *nick;

	free_folded(account->folded, account->name);
	account->folded = fold_name(world, account->name);
	map_add(&world->accounts.by_name, account);
	LIST_EACH (nick, &account_extras(account)->nicks, in_account) {
		free_folded(nick->folded, nick->name);
		nick->folded = fold_name(world, nick->name);
		map_add(&world->accounts.nicks, nick);
	}
}

void accounts_fold(struct world *world)
{
	struct accounts *accounts = &world->accounts;
	struct account *account;

	map_done(&accounts->by_name);
	map_done(&accounts->nicks);
	map_init(&accounts->by_name, account_key, world->map_seed[0], world->map_seed[1]);
	map_init(&accounts->nicks, account_nick_key, world->map_seed[0], world->map_seed[1]);
	ORDERED_EACH (account, &accounts->all)
		fold_account(world, account);
}

static const char *check_belongings(const struct world *world, const struct account *account)
{
	const struct account_extras *extras = account_extras(account);
	const struct account_certificate *certificate;
	const struct account_nick *nick;
	uint32_t n_nicks = 0, n_certificates = 0;

	LIST_EACH (nick, &extras->nicks, in_account) {
		if (nick->account != account ||
			map_find(&world->accounts.nicks, nick->folded) != nick)
			return "a nick of an account is not found, or is another's";
		n_nicks++;
	}
	LIST_EACH (certificate, &extras->certificates, in_account) {
		if (certificate->account != account ||
			map_find(&world->accounts.certificates, certificate->fingerprint) !=
				certificate)
			return "a certificate of an account is not found, or is another's";
		n_certificates++;
	}
	return n_nicks != extras->n_nicks || n_certificates != extras->n_certificates
		       ? "what belongs to an account is miscounted"
		       : NULL;
}

const char *accounts_check(const struct world *world)
{
	const struct account *account;
	const char *contradiction = NULL;

	ORDERED_EACH (account, &world->accounts.all) {
		if (account_find(world, account->name) != account)
			return "an account is not found by its name";
		contradiction = check_belongings(world, account);
		if (contradiction)
			return contradiction;
	}
	return NULL;
}
