/* Owns accounts, their nicks and certificates. */
#include "world/accounts.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/account_marks.h"
#include "world/mails.h"
#include "world/push_endpoints.h"
#include "world/user.h"
#include "world/world.h"

const struct account_extras account_no_extras = {
	.nicks = LIST_EMPTY(account_no_extras.nicks),
	.certificates = LIST_EMPTY(account_no_extras.certificates),
	.endpoints = LIST_EMPTY(account_no_extras.endpoints),
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

static const char *name_of_account_look(struct look *look)
{
	return CONTAINER_OF(look, struct account, look)->name;
}

static const char *name_of_nick_look(struct look *look)
{
	return CONTAINER_OF(look, struct account_nick, look)->name;
}

static void init_names(struct accounts *accounts, uint64_t seed_low, uint64_t seed_high)
{
	map_init(&accounts->by_name, account_key, seed_low, seed_high);
	map_init(&accounts->nicks, account_nick_key, seed_low, seed_high);
	looks_init(&accounts->looks, name_of_account_look, seed_low, seed_high);
	looks_init(&accounts->nick_looks, name_of_nick_look, seed_low, seed_high);
}

static void forget_names(struct accounts *accounts)
{
	map_done(&accounts->by_name);
	map_done(&accounts->nicks);
	looks_done(&accounts->looks);
	looks_done(&accounts->nick_looks);
}

void accounts_init(struct accounts *accounts, uint64_t seed_low, uint64_t seed_high)
{
	init_names(accounts, seed_low, seed_high);
	map_init(&accounts->certificates, account_certificate_key, seed_low, seed_high);
}

static void free_nick_texts(struct account_nick *nick)
{
	free(nick->key);
	free(nick->name);
}

static void account_nick_free(struct account_nick *nick)
{
	list_remove(&nick->in_account);
	free_nick_texts(nick);
	free(nick);
}

static void account_certificate_free(struct account_certificate *certificate)
{
	list_remove(&certificate->in_account);
	free(certificate->fingerprint);
	free(certificate->name);
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
	while (!list_is_empty(&extras->endpoints))
		push_endpoint_free(
			LIST_FIRST(&extras->endpoints, struct push_endpoint, in_account));
	free(extras->email);
	free(extras->hash);
	free(extras->code.hash);
	free(extras->code.email);
	mem_free_secret(extras->totp);
	mem_free_secret(extras->totp_offered);
	buffer_done(&extras->rest);
	account_marks_free(extras->marks);
	free(extras);
}

static void account_free(struct account *account)
{
	free_extras(account->extras);
	free(account->name);
	free(account);
}

void accounts_done(struct accounts *accounts)
{
	struct account *account;

	ORDERED_EACH (account, &accounts->all)
		account_free(account);
	ordered_done(&accounts->all);
	forget_names(accounts);
	map_done(&accounts->certificates);
	accounts->n_endpoints = 0;
}

void accounts_forget(struct world *world)
{
	accounts_done(&world->accounts);
	accounts_init(&world->accounts, world->map_seed[0], world->map_seed[1]);
}

struct account_extras *account_need_extras(struct account *account)
{
	if (!account->extras) {
		account->extras = mem_new(sizeof(*account->extras));
		list_init(&account->extras->nicks);
		list_init(&account->extras->certificates);
		list_init(&account->extras->endpoints);
	}
	return account->extras;
}

struct account_marks *account_need_marks(struct account *account)
{
	struct account_extras *extras = account_need_extras(account);

	if (!extras->marks)
		extras->marks = mem_new(sizeof(*extras->marks));
	return extras->marks;
}

/* No account has a name that is longer than any key. */
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

struct account *account_of_user(const struct world *world, const struct user *user)
{
	return account_find_id(world, user->account_id);
}

struct account_nick *account_find_nick(const struct world *world, const char *nick)
{
	return find_folded(world, &world->accounts.nicks, nick);
}

struct account *account_find_owner(const struct world *world, const char *nick)
{
	struct account *account = account_find(world, nick);
	const struct account_nick *other;

	if (account)
		return account;
	other = account_find_nick(world, nick);
	return other ? other->account : NULL;
}

bool account_has_nick_of_user(const struct world *world, const struct user *user)
{
	const struct account *account = account_of_user(world, user);

	return account && account_find_owner(world, user->nick) == account;
}

struct account_certificate *account_find_any_certificate(
	const struct world *world, const char *fingerprint)
{
	return map_find(&world->accounts.certificates, fingerprint);
}

const struct account_certificate *account_certificate_of(
	const struct world *world, const struct account *account, const char *fingerprint)
{
	const struct account_certificate *certificate =
		account_find_any_certificate(world, fingerprint);

	return certificate && certificate->account == account ? certificate : NULL;
}

struct account *account_find_certificate(const struct world *world, const char *fingerprint)
{
	const struct account_certificate *certificate =
		account_find_any_certificate(world, fingerprint);

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

/* The folded form is in the same piece of memory, or the same text if it is equal. */
static void fold_name(const struct world *world, char **name, char **ret_folded)
{
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, *name);
	size_t name_bytes = strlen(*name) + 1, folded_bytes = strlen(folded) + 1;

	if (strcmp(folded, *name) == 0) {
		*ret_folded = *name;
		return;
	}
	*name = mem_resize(*name, name_bytes + folded_bytes, 1);
	memcpy(*name + name_bytes, folded, folded_bytes);
	*ret_folded = *name + name_bytes;
}

static void set_password(struct account *account, const char *text)
{
	account->verifier = (struct scram_verifier){ 0 };
	if (account->extras)
		mem_set_text(&account->extras->hash, NULL);
	if (text && !scram_verifier_parse(text, &account->verifier))
		mem_set_text(&account_need_extras(account)->hash, text);
}

/* Texts of the fields are taken over. */
static void set_code(struct account_extras *extras, struct account_code *code)
{
	free(extras->code.hash);
	free(extras->code.email);
	extras->code = *code;
	*code = (struct account_code){ 0 };
}

static void set_rest(struct account_extras *extras, struct buffer *rest)
{
	buffer_done(&extras->rest);
	extras->rest = *rest;
	*rest = (struct buffer){ 0 };
}

/* Replaces what it has; the name is new only in its case. */
static void set_fields(
	const struct world *world, struct account *account, struct account_fields *fields)
{
	free(account->name);
	account->name = TAKE(fields->name);
	fold_name(world, &account->name, &account->folded);
	account->created_wall_ms = fields->created_wall_ms;
	account->flags = fields->flags;
	account->used_day = fields->used_day;
	set_password(account, fields->verifier);
	if (fields->email || account->extras)
		mem_set_text(&account_need_extras(account)->email, fields->email);
	if (fields->code.hash || account->extras)
		set_code(account_need_extras(account), &fields->code);
	if (fields->totp || account->extras)
		mem_set_secret(&account_need_extras(account)->totp, fields->totp);
	if (fields->totp_offered || account->extras)
		mem_set_secret(&account_need_extras(account)->totp_offered, fields->totp_offered);
	if (fields->rest.length || account->extras)
		set_rest(account_need_extras(account), &fields->rest);
}

static bool are_same_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A code that is on its way to an address which the account has given up, or that was wanted for a
 * password which has changed since, must not be stored after that. */
static void forget_stale_mails(
	struct world *world, const struct account *account, const struct account_fields *fields)
{
	CLEANUP(mem_freep) char *verifier = NULL;

	if (!world->n_mails)
		return;
	verifier = account_verifier_text(account);
	if (!are_same_texts(account_extras(account)->email, fields->email) ||
		!are_same_texts(verifier, fields->verifier))
		mails_forget_account(world, account->id);
}

static void add_name(struct world *world, struct account *account)
{
	map_add(&world->accounts.by_name, account);
	looks_add(&world->accounts.looks, world->casemap, &account->look, account->folded);
}

static void remove_name(struct world *world, struct account *account)
{
	map_remove(&world->accounts.by_name, account);
	looks_remove(&world->accounts.looks, world->casemap, &account->look, account->folded);
}

static void add_account_nick(struct world *world, struct account_nick *nick)
{
	map_add(&world->accounts.nicks, nick);
	looks_add(&world->accounts.nick_looks, world->casemap, &nick->look, nick->folded);
}

static void remove_account_nick(struct world *world, struct account_nick *nick)
{
	map_remove(&world->accounts.nicks, nick);
	looks_remove(&world->accounts.nick_looks, world->casemap, &nick->look, nick->folded);
}

/* The store may hold two accounts whose names are equal now: under the case mapping of that time
 * they were not. */
bool account_put(struct world *world, uint64_t id, struct account_fields *fields)
{
	struct accounts *accounts = &world->accounts;
	struct account *account = account_find_id(world, id);
	const struct account *other = account_find(world, fields->name);

	if (other && other != account)
		return false;
	if (account) {
		forget_stale_mails(world, account, fields);
		remove_name(world, account);
	} else {
		if (id <= ordered_last_number(&accounts->all))
			return false;
		account = mem_new(sizeof(*account));
		account->id = id;
		ordered_add(&accounts->all, id, account);
	}
	set_fields(world, account, fields);
	add_name(world, account);
	return true;
}

void account_note_use(const struct world *world, struct account *account)
{
	if (account->used_day == world_today(world))
		return;
	account->used_day = world_today(world);
	account->flags |= ACCOUNT_FLAG_USED;
}

void account_set_used_flag(struct account *account, bool is_set)
{
	if (is_set)
		account->flags |= ACCOUNT_FLAG_USED;
	else
		account->flags &= ~(uint32_t) ACCOUNT_FLAG_USED;
}

static struct account_nick *account_new_nick(struct account *account)
{
	struct account_nick *nick = mem_new(sizeof(*nick));
	struct account_extras *extras = account_need_extras(account);

	nick->account = account;
	list_add_last(&extras->nicks, &nick->in_account);
	extras->n_nicks++;
	return nick;
}

bool account_put_nick(
	struct world *world, struct account *account, struct account_nick_fields *fields)
{
	struct account_nick *nick = account_find_nick(world, fields->name);

	if (nick && nick->account != account)
		return false;
	if (nick)
		remove_account_nick(world, nick);
	else
		nick = account_new_nick(account);
	free_nick_texts(nick);
	nick->name = TAKE(fields->name);
	fold_name(world, &nick->name, &nick->folded);
	nick->key = strcmp(fields->key, nick->folded) != 0 ? TAKE(fields->key) : NULL;
	nick->created_wall_ms = fields->created_wall_ms;
	add_account_nick(world, nick);
	return true;
}

static void drop_nick(struct world *world, struct account_nick *nick)
{
	remove_account_nick(world, nick);
	nick->account->extras->n_nicks--;
	account_nick_free(nick);
}

void account_remove_nick(struct world *world, struct account *account, const char *key)
{
	struct account_nick *nick;

	LIST_EACH (nick, &account_extras(account)->nicks, in_account)
		if (strcmp(account_nick_row_key(nick), key) == 0) {
			drop_nick(world, nick);
			return;
		}
}

static struct account_certificate *add_account_certificate(
	struct world *world, struct account *account, char *fingerprint)
{
	struct account_certificate *certificate = mem_new(sizeof(*certificate));
	struct account_extras *extras = account_need_extras(account);

	certificate->account = account;
	certificate->fingerprint = fingerprint;
	list_add_last(&extras->certificates, &certificate->in_account);
	extras->n_certificates++;
	map_add(&world->accounts.certificates, certificate);
	return certificate;
}

bool account_put_certificate(
	struct world *world, struct account *account, struct account_certificate_fields *fields)
{
	struct account_certificate *certificate =
		account_find_any_certificate(world, fields->fingerprint);

	if (certificate && certificate->account != account)
		return false;
	if (!certificate)
		certificate = add_account_certificate(world, account, TAKE(fields->fingerprint));
	certificate->created_wall_ms = fields->created_wall_ms;
	free(certificate->name);
	certificate->name = TAKE(fields->name);
	certificate->flags = fields->flags;
	return true;
}

static void drop_certificate(struct world *world, struct account_certificate *certificate)
{
	map_remove(&world->accounts.certificates, certificate);
	certificate->account->extras->n_certificates--;
	account_certificate_free(certificate);
}

void account_remove_certificate(
	struct world *world, struct account *account, const char *fingerprint)
{
	struct account_certificate *certificate = account_find_any_certificate(world, fingerprint);

	if (certificate && certificate->account == account)
		drop_certificate(world, certificate);
}

void account_remove(struct world *world, struct account *account)
{
	struct account_extras *extras = account->extras;

	while (extras && !list_is_empty(&extras->nicks))
		drop_nick(world, LIST_FIRST(&extras->nicks, struct account_nick, in_account));
	while (extras && !list_is_empty(&extras->certificates))
		drop_certificate(world,
			LIST_FIRST(&extras->certificates, struct account_certificate, in_account));
	push_endpoints_drop(world, account);
	remove_name(world, account);
	ordered_remove(&world->accounts.all, account->id);
	account_free(account);
}

/* Before its folded form changes, which is the key of its row. */
static void keep_key(struct account_nick *nick)
{
	if (!nick->key)
		nick->key = mem_text(nick->folded);
}

static void fold_account(struct world *world, struct account *account)
{
	struct account_nick *nick;

	fold_name(world, &account->name, &account->folded);
	add_name(world, account);
	account_marks_fold(world, account);
	LIST_EACH (nick, &account_extras(account)->nicks, in_account) {
		keep_key(nick);
		fold_name(world, &nick->name, &nick->folded);
		add_account_nick(world, nick);
	}
}

void accounts_fold(struct world *world)
{
	struct accounts *accounts = &world->accounts;
	struct account *account;

	forget_names(accounts);
	init_names(accounts, world->map_seed[0], world->map_seed[1]);
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

	if (!looks_are_counted(&world->accounts.looks) ||
		!looks_are_counted(&world->accounts.nick_looks))
		return "looks of accounts are miscounted";
	ORDERED_EACH (account, &world->accounts.all) {
		if (account_find(world, account->name) != account)
			return "an account is not found by its name";
		contradiction = check_belongings(world, account);
		if (!contradiction)
			contradiction = account_marks_check(world, account);
		if (contradiction)
			return contradiction;
	}
	return NULL;
}
