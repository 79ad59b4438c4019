/* Any bytes as rows of the database, as a file that somebody changed would give them. Each field of
 * the input (base/pack.h) is one event: its id says which state of the database comes with its
 * bytes, or that the case mapping changes to the one of its first byte.
 *
 * After each, the world is consistent, and saved and loaded it is the same. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "command/dispatch.h"
#include "config/problem.h"
#include "world/account_rows.h"
#include "world/naming.h"
#include "world/rows.h"
#include "world/user.h"

#define FIELD_STATE 1 /* and the states above it */
#define FIELD_CASEMAP 9
#define MOST_EVENTS 100

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void send_event(struct world *world, struct event event)
{
	struct outbox outbox = { 0 };

	event.now_ms = event.wall_ms = 1000;
	event.seed = 5;
	dispatch(world, &event, &outbox);
	world_sweep(world);
	outbox_done(&outbox);
}

static void send_rows(struct world *world, uint64_t storage, const void *bytes, size_t length)
{
	send_event(world, (struct event){ .kind = EVENT_STORAGE,
				  .status = storage,
				  .request = 1,
				  .number = 1,
				  .text = length ? bytes : "",
				  .text_length = length });
}

static struct world *new_world(void)
{
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(NULL, 0, &problems);
	struct world *world = world_new();
	struct user *user;

	send_event(world, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	settings_unref(settings);
	problems_done(&problems);
	user = user_new(world, "ana", "~ana", "host.example", "Ana");
	user_set_account(world, user, "Ana", 1);
	send_rows(world, STORAGE_LOADING, NULL, 0);
	return world;
}

static void check_stays(const struct world *world)
{
	struct buffer first = { 0 }, second = { 0 };
	const char *reason = NULL;
	struct world *again;

	world_save(world, &first);
	again = world_load(first.bytes, first.length, &reason);
	assert(again && again->storage == world->storage);
	world_save(again, &second);
	assert(first.length == second.length);
	assert(memcmp(first.bytes, second.bytes, first.length) == 0);
	world_free(again);
	buffer_done(&first);
	buffer_done(&second);
}

static void find_each_account(const struct world *world)
{
	const struct account *account;
	const struct account_nick *nick;

	ORDERED_EACH (account, &world->accounts.all) {
		assert(account_find_owner(world, account->name) == account);
		LIST_EACH (nick, &account_extras(account)->nicks, in_account)
			assert(account_find_nick(world, nick->name) == nick);
	}
}

static void take_field(struct world *world, const struct pack_field *field)
{
	struct naming_clash clash;

	if (field->id == FIELD_CASEMAP && field->length)
		(void) naming_set_casemap(
			world, (enum casemap)(field->bytes[0] % CASEMAPS), &clash);
	else
		send_rows(world, (uint64_t) field->id - FIELD_STATE, field->bytes, field->length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *world = new_world();
	struct pack pack = pack_over(data, size);
	struct pack_field field;

	send_rows(world, STORAGE_WORKS, NULL, 0);
	for (int i = 0; i < MOST_EVENTS && pack_next(&pack, &field); i++) {
		take_field(world, &field);
		assert(!world_check(world));
		find_each_account(world);
		check_stays(world);
	}
	world_free(world);
	return 0;
}
