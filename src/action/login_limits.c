/* Owns the limit of failed logins. */
#include "action/login_limits.h"

#include "base/cleanup.h"
#include "base/mem.h"
#include "proto/casemap.h"
#include "world/accounts.h"
#include "world/devices.h"

static const struct rate rate_of_failures = { .count = 10, .seconds = 600 };

/* All nicks of an account count as its name: each of them would allow as many tries again. */
static void write_key(char key[TALLY_KEY_BYTES], const struct world *world,
	const struct session *session, const char *name)
{
	char device[DEVICE_BYTES + 1];
	const struct account *account = account_find_login(world, name, device);
	CLEANUP(mem_freep)
	char *folded = casemap_fold(world->casemap, account ? account->name : name);

	tally_key(key, TALLY_LOGIN, &session->address, folded);
}

bool login_may_try(const struct world *world, const struct session *session, const char *name)
{
	char key[TALLY_KEY_BYTES];

	write_key(key, world, session, name);
	return tally_can_take(&world->tallies, key, world->now_ms, rate_of_failures);
}

void login_count_failure(struct world *world, const struct session *session, const char *name)
{
	char key[TALLY_KEY_BYTES];

	write_key(key, world, session, name);
	tally_take(&world->tallies, key, world->now_ms, rate_of_failures);
}

bool oper_may_try(const struct world *world, const struct session *session)
{
	char key[TALLY_KEY_BYTES];

	tally_key(key, TALLY_OPER, &session->address, NULL);
	return tally_can_take(&world->tallies, key, world->now_ms, rate_of_failures);
}

void oper_count_failure(struct world *world, const struct session *session)
{
	char key[TALLY_KEY_BYTES];

	tally_key(key, TALLY_OPER, &session->address, NULL);
	tally_take(&world->tallies, key, world->now_ms, rate_of_failures);
}
