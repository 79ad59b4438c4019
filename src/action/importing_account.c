/* Owns records of accounts. */
#include <stdlib.h>
#include <string.h>

#include "action/importing.h"
#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "proto/certfp.h"
#include "proto/crypt_cost.h"
#include "proto/mail_code.h"
#include "proto/name_syntax.h"
#include "world/account_alike.h"
#include "world/account_rows.h"
#include "world/services.h"

#define MOST_VERIFIER_BYTES 384 /* the longest hash of crypt(5) */

struct wanted_account {
	char *name;
	char *verifier; /* NULL: it has no password */
	char *email;
	uint64_t created_wall_ms;
	bool is_held;
	bool is_suspended;
	bool is_protected;
	bool has_no_ranks;
};

static const struct field wanted_fields[] = {
	{ IMPORT_FIELD_NAME, FIELD_TEXT, FIELD_AT(wanted_account, char *, name) },
	{ IMPORT_FIELD_CREATED, FIELD_U64, FIELD_AT(wanted_account, uint64_t, created_wall_ms) },
	{ IMPORT_FIELD_VERIFIER, FIELD_TEXT, FIELD_AT(wanted_account, char *, verifier) },
	{ IMPORT_FIELD_EMAIL, FIELD_TEXT, FIELD_AT(wanted_account, char *, email) },
	{ IMPORT_FIELD_HELD, FIELD_BOOL, FIELD_AT(wanted_account, bool, is_held) },
	{ IMPORT_FIELD_SUSPENDED, FIELD_BOOL, FIELD_AT(wanted_account, bool, is_suspended) },
	{ IMPORT_FIELD_PROTECTED, FIELD_BOOL, FIELD_AT(wanted_account, bool, is_protected) },
	{ IMPORT_FIELD_NO_RANKS, FIELD_BOOL, FIELD_AT(wanted_account, bool, has_no_ranks) },
};

static void wanted_account_done(struct wanted_account *wanted)
{
	free(wanted->name);
	mem_free_secret(wanted->verifier);
	free(wanted->email);
}

/* One record under way. */
struct account_import {
	struct importing *importing;
	struct wanted_account *wanted;
	const struct account *account; /* NULL: a new one */
	struct change *change;
};

/* Another account, or a client, cannot have it at the same time. False: refused, with a note. */
static bool may_own_nick(struct importing *importing, const struct account *own, const char *nick)
{
	const struct world *world = importing->world;
	const struct account *other = account_find_alike(world, own, nick);

	if (!nick_is_valid(world->casemap, nick, world->settings->nick_length))
		import_note(importing,
			"%s is no nickname here: see limits.nick_length and server.casemapping",
			nick);
	else if (services_own_nick(world, nick) || bans_match_name(world, BAN_KIND_NICK, nick) ||
		 settings_have_operator_account(world->settings, world->casemap, nick))
		import_note(importing,
			"the name %s is reserved: for a service, an operator of papod.conf, or by "
			"RESV",
			nick);
	else if (other && other != own)
		import_note(importing,
			"the name %s belongs to the account %s here, or looks like its names", nick,
			other->name);
	else if (changes_find_claim(world, nick))
		import_note(importing, "the name %s is being registered at the moment", nick);
	else
		return true;
	return false;
}

static uint32_t flags_of_wanted(const struct wanted_account *wanted)
{
	return (wanted->is_held ? ACCOUNT_FLAG_HELD : 0u) |
	       (wanted->is_suspended ? ACCOUNT_FLAG_SUSPENDED : 0u) |
	       (wanted->is_protected ? ACCOUNT_FLAG_PROTECTED : 0u) |
	       (wanted->has_no_ranks ? ACCOUNT_FLAG_NO_RANKS : 0u);
}

/* NULL: it gets none, with a note. */
static char *email_of_wanted(struct importing *importing, const struct wanted_account *wanted)
{
	if (!wanted->email)
		return NULL;
	if (settings_refuse_email(importing->world->settings)) {
		import_note(importing, "its e-mail address is left out: papod.conf allows none");
		return NULL;
	}
	if (!mail_address_is_valid(wanted->email)) {
		import_note(importing, "its e-mail address is malformed, and left out");
		return NULL;
	}
	return wanted->email;
}

/* A hash of a code would be a password that is sent by mail. */
static char *verifier_of_wanted(struct importing *importing, const struct wanted_account *wanted)
{
	const char *text = wanted->verifier;

	if (!text)
		return NULL;
	if (strlen(text) > MOST_VERIFIER_BYTES || mail_code_is_hash(text) ||
		strpbrk(text, " \t\r\n"))
		import_note(importing, "the hash of its password is malformed, and left out");
	else if (crypt_cost_is_too_high(text))
		import_note(importing, "the hash of its password takes too long to check, or is "
				       "malformed, and is left out");
	else
		return wanted->verifier;
	return NULL;
}

/* It counts as used today: no account expires because of the move. */
static void add_account_row(struct account_import *import)
{
	struct world *world = import->importing->world;
	const struct wanted_account *wanted = import->wanted;
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, wanted->name);
	struct buffer bytes = { .is_secret = true };

	account_fields_put(
		&bytes, &(struct account_fields){
				.name = wanted->name,
				.folded = folded,
				.created_wall_ms = wanted->created_wall_ms,
				.verifier = verifier_of_wanted(import->importing, wanted),
				.email = email_of_wanted(import->importing, wanted),
				.flags = flags_of_wanted(wanted),
				.used_day = world_today(world),
			});
	import->change->name = mem_text(wanted->name);
	import_add_row(
		world, import->change, (struct store_row){ .table = STORE_TABLE_ACCOUNTS }, &bytes);
}

static uint64_t id_of_import(const struct account_import *import)
{
	return import->account ? import->account->id : 0;
}

static void take_nick_field(struct account_import *import, const char *given)
{
	struct importing *importing = import->importing;
	struct world *world = importing->world;
	CLEANUP(mem_freep) char *name = name_normalise(world->casemap, given);
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, name);
	CLEANUP(mem_freep) char *own = casemap_fold(world->casemap, import->wanted->name);
	const struct account *owner = account_find_owner(world, name);
	struct account_nick nick = {
		.name = name, .folded = folded, .created_wall_ms = import->wanted->created_wall_ms
	};
	struct buffer bytes = { 0 };

	if (strcmp(folded, own) == 0 || (owner && owner == import->account))
		return;
	if (!may_own_nick(importing, import->account, name) ||
		!import_has_room(importing, import->change))
		return;
	account_nick_put(&bytes, &nick);
	import_add_row(world, import->change,
		(struct store_row){
			.table = STORE_TABLE_ACCOUNT_NICKS, .id = id_of_import(import) },
		&bytes);
}

/* The other server may have been told it without proof. */
static void take_fingerprint_field(struct account_import *import, const char *given)
{
	struct importing *importing = import->importing;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct account_certificate certificate = {
		.created_wall_ms = import->wanted->created_wall_ms,
		.flags = CERTIFICATE_FLAG_UNPROVEN,
	};
	struct buffer bytes = { 0 };
	struct certfp certfp;

	if (!certfp_parse(given, &certfp)) {
		import_note(importing,
			"the fingerprint %.40s is left out: papod knows SHA-256 and SHA-512",
			given);
		return;
	}
	certfp_format(certfp.bytes, certfp.length, &text);
	certificate.fingerprint = text.bytes;
	if (import->account &&
		account_certificate_of(importing->world, import->account, text.bytes))
		return;
	if (!import_has_room(importing, import->change))
		return;
	account_certificate_put(&bytes, &certificate);
	import_add_row(importing->world, import->change,
		(struct store_row){
			.table = STORE_TABLE_ACCOUNT_CERTIFICATES, .id = id_of_import(import) },
		&bytes);
}

static void take_belongings(struct account_import *import, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field)) {
		CLEANUP(mem_freep) char *text = NULL;

		if (field.id != IMPORT_FIELD_NICK && field.id != IMPORT_FIELD_FINGERPRINT)
			continue;
		text = pack_field_text(&field);
		if (field.id == IMPORT_FIELD_NICK)
			take_nick_field(import, text);
		else
			take_fingerprint_field(import, text);
	}
}

static bool may_import_account(struct account_import *import)
{
	struct importing *importing = import->importing;
	const struct account *account = import->account;
	const char *name = import->wanted->name;

	if (account && account->created_wall_ms != import->wanted->created_wall_ms)
		return import_refuse(importing,
			"there is an account %s already, which is not from this import",
			account->name);
	if (account && account->change)
		return import_refuse(
			importing, "it is being changed at the moment: repeat the import");
	if (!account && !may_own_nick(importing, NULL, name)) {
		importing->outcome = IMPORT_OUTCOME_REFUSED;
		return false;
	}
	return true;
}

static void import_wanted_account(
	struct importing *importing, struct wanted_account *wanted, struct pack record)
{
	struct account_import import = { importing, wanted,
		account_find(importing->world, wanted->name), NULL };

	if (!may_import_account(&import))
		return;
	import.change = change_new();
	import.change->kind = CHANGE_KIND_IMPORT_ACCOUNT;
	import.change->account = id_of_import(&import);
	import.change->text = mem_text(wanted->name);
	if (!import.account)
		add_account_row(&import);
	take_belongings(&import, record);
	import_ask(importing, import.change);
}

void import_account(struct importing *importing, struct pack record)
{
	CLEANUP(wanted_account_done) struct wanted_account wanted = { 0 };
	struct pack pack = record;
	struct pack_field field;
	char *normal;

	while (pack_next(&pack, &field))
		fields_load(wanted_fields, ARRAY_LENGTH(wanted_fields), &wanted, &field);
	if (!wanted.name || !*wanted.name) {
		import_refuse(importing, "it has no name");
		return;
	}
	normal = name_normalise(importing->world->casemap, wanted.name);
	free(wanted.name);
	wanted.name = normal;
	import_wanted_account(importing, &wanted, record);
}
