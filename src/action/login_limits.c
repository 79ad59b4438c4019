/* Owns the limits of failed logins. */
#include "action/login_limits.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/accounts.h"
#include "world/devices.h"
#include "world/login.h"
#include "world/used_codes.h"

#define WEEK_SECONDS (7 * 86400)

static const struct rate rate_of_failures = { .count = 10, .seconds = 600 };
/* Of all names. Each is a bucket, and the buckets of one address must not displace all others. */
static const struct rate rate_of_address = { .count = 100, .seconds = 600 };
/* The second half of these makes refusals later, by a second each. */
static const struct rate rate_of_account = { .count = 20, .seconds = 600 };
/* A guess is right once in 300000 times, so a year of guesses once in a hundred years. */
static const struct rate rate_of_codes = { .count = 10, .seconds = 86400 };
/* Two units of a week: the second login within a week makes it two weeks. */
static const struct rate rate_of_knowing = { .count = 2, .seconds = 2 * WEEK_SECONDS };

static struct account *account_of_login(const struct world *world, const char *name)
{
	char device[DEVICE_BYTES + 1];

	return account_find_login(world, name, device);
}

/* All nicks of an account count as its name: each of them would allow as many tries again. */
static char *fold_login(const struct world *world, const struct account *account, const char *name)
{
	CLEANUP(mem_freep) char *bare = device_cut(name);

	return casemap_fold(world->casemap, account ? account->name : bare);
}

static void write_key(char key[TALLY_KEY_BYTES], const struct world *world,
	const struct session *session, const char *name)
{
	CLEANUP(mem_freep) char *folded = fold_login(world, account_of_login(world, name), name);

	tally_key(key, TALLY_LOGIN, &session->address, folded);
}

/* Names that exist have a share of their own: others, which can be invented, displace none. */
static void write_account_key(
	char key[TALLY_KEY_BYTES], const struct world *world, const char *name)
{
	const struct account *account = account_of_login(world, name);
	CLEANUP(mem_freep) char *folded = fold_login(world, account, name);

	tally_key_of_name(key, account ? TALLY_ACCOUNT : TALLY_STRANGE, folded);
}

static void write_owner_key(char key[TALLY_KEY_BYTES], char purpose, const struct session *session,
	const struct code_owner *owner)
{
	char id[TALLY_KEY_BYTES];

	if (owner->account)
		snprintf(id, sizeof(id), "%llu", (unsigned long long) owner->account);
	else
		snprintf(id, sizeof(id), "operator %s", owner->operator);
	if (session)
		tally_key(key, purpose, &session->address, id);
	else
		tally_key_of_name(key, purpose, id);
}

static bool is_address_known(
	const struct world *world, const struct session *session, const struct code_owner *owner)
{
	char key[TALLY_KEY_BYTES];

	write_owner_key(key, TALLY_KNOWN, session, owner);
	return tally_full_in_ms(&world->tallies, key, world->now_ms) > 0;
}

void login_know_address(
	struct world *world, const struct session *session, const struct code_owner *owner)
{
	char key[TALLY_KEY_BYTES];

	write_owner_key(key, TALLY_KNOWN, session, owner);
	if (tally_can_take(&world->tallies, key, world->now_ms, rate_of_knowing))
		tally_take(&world->tallies, key, world->now_ms, rate_of_knowing);
}

static bool knows_login(const struct world *world, const struct session *session, const char *name)
{
	const struct account *account = account_of_login(world, name);

	return account &&
	       is_address_known(world, session, &(struct code_owner){ .account = account->id });
}

static bool has_login_room(
	const struct world *world, const struct session *session, const char *name)
{
	char key[TALLY_KEY_BYTES], address_key[TALLY_KEY_BYTES];

	write_key(key, world, session, name);
	tally_key(address_key, TALLY_ADDRESS, &session->address, NULL);
	return tally_can_take(&world->tallies, key, world->now_ms, rate_of_failures) &&
	       tally_can_take(&world->tallies, address_key, world->now_ms, rate_of_address);
}

bool login_may_try(const struct world *world, const struct session *session, const char *name)
{
	return knows_login(world, session, name) || has_login_room(world, session, name);
}

/* What was refused unseen leaves no new bucket. */
static void count_for_address(struct world *world, const struct session *session, const char *name)
{
	char key[TALLY_KEY_BYTES];

	if (knows_login(world, session, name) || !has_login_room(world, session, name))
		return;
	write_key(key, world, session, name);
	tally_take(&world->tallies, key, world->now_ms, rate_of_failures);
	tally_key(key, TALLY_ADDRESS, &session->address, NULL);
	tally_take(&world->tallies, key, world->now_ms, rate_of_address);
}

void login_count_failure(struct world *world, const struct session *session, const char *name)
{
	char key[TALLY_KEY_BYTES];

	count_for_address(world, session, name);
	write_account_key(key, world, name);
	if (tally_can_take(&world->tallies, key, world->now_ms, rate_of_account))
		tally_take(&world->tallies, key, world->now_ms, rate_of_account);
}

uint64_t login_refusal_ms(const struct world *world, const char *name)
{
	char key[TALLY_KEY_BYTES];
	uint64_t failures;

	write_account_key(key, world, name);
	failures = tally_full_in_ms(&world->tallies, key, world->now_ms) * rate_of_account.count /
		   (rate_of_account.seconds * 1000ULL);
	if (failures <= rate_of_account.count / 2)
		return LOGIN_REFUSAL_MS;
	return LOGIN_REFUSAL_MS * (1 + failures - rate_of_account.count / 2);
}

/* A known address has a bucket of its own, which other addresses cannot empty. */
static void write_code_key(char key[TALLY_KEY_BYTES], const struct world *world,
	const struct session *session, const struct code_owner *owner)
{
	bool is_known = is_address_known(world, session, owner);

	write_owner_key(key, TALLY_CODE, is_known ? session : NULL, owner);
}

bool code_may_try(
	const struct world *world, const struct session *session, const struct code_owner *owner)
{
	char key[TALLY_KEY_BYTES];

	write_code_key(key, world, session, owner);
	return tally_can_take(&world->tallies, key, world->now_ms, rate_of_codes);
}

void code_count_failure(
	struct world *world, const struct session *session, const struct code_owner *owner)
{
	char key[TALLY_KEY_BYTES];

	write_code_key(key, world, session, owner);
	if (tally_can_take(&world->tallies, key, world->now_ms, rate_of_codes))
		tally_take(&world->tallies, key, world->now_ms, rate_of_codes);
}

bool oper_may_try(const struct world *world, const struct session *session, const char *name)
{
	char key[TALLY_KEY_BYTES];

	if (name && is_address_known(world, session, &(struct code_owner){ .operator = name }))
		return true;
	tally_key(key, TALLY_OPER, &session->address, NULL);
	return tally_can_take(&world->tallies, key, world->now_ms, rate_of_failures);
}

void oper_count_failure(struct world *world, const struct session *session)
{
	char key[TALLY_KEY_BYTES];

	tally_key(key, TALLY_OPER, &session->address, NULL);
	tally_take(&world->tallies, key, world->now_ms, rate_of_failures);
}
