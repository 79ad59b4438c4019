/* Any bytes as a snapshot: what loads is consistent and can be saved and loaded again, always as
 * the same bytes; all its users can leave.
 *
 * The input is the part between the magic and the end, which this program adds, because the fuzzer
 * would not find the fingerprint; and the input alone, which is refused early. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "base/pack.h"
#include "world/channel.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

#define MAGIC "papod world\n"
#define END_FIELD 104

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_stays(const struct world *world)
{
	struct buffer first = { 0 }, second = { 0 };
	const char *reason = NULL;
	struct world *again;

	world_save(world, &first);
	again = world_load(first.bytes, first.length, &reason);
	assert(again && !reason);
	assert(!world_check(again));
	assert(world_next_deadline(again) == world_next_deadline(world));
	world_save(again, &second);
	assert(first.length == second.length);
	assert(memcmp(first.bytes, second.bytes, first.length) == 0);
	world_free(again);
	buffer_done(&first);
	buffer_done(&second);
}

/* Places without clients are remembered for a while. */
static size_t count_recent(const struct census *census)
{
	size_t n = 0;

	for (const struct list *at = census->recent.next; at != &census->recent; at = at->next)
		n++;
	return n;
}

/* Even the strangest world must handle all normal events. */
static void end_everybody(struct world *world)
{
	struct session *session, *next_session;
	struct user *user;
	struct ban *ban;

	while ((ban = bans_first_expiring(&world->bans)))
		ban_free(&world->bans, ban);
	LIST_EACH_SAFE (session, next_session, &world->sessions, in_world)
		session_end(world, session);
	ORDERED_EACH (user, &world->users)
		user_end(world, user);
	world_sweep(world);
	assert(!world_check(world));
	assert(!world->n_channels && world->census.places.count == count_recent(&world->census));
}

static void try_load(const void *bytes, size_t length)
{
	const char *reason = NULL;
	struct world *world = world_load(bytes, length, &reason);

	assert(!world == (reason != NULL));
	if (!world)
		return;
	assert(!world_check(world));
	check_stays(world);
	end_everybody(world);
	world_free(world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buffer bytes = { 0 };

	try_load(data, size);
	buffer_put_text(&bytes, MAGIC);
	buffer_put(&bytes, data, size);
	pack_u64(&bytes, END_FIELD,
		hash_fingerprint(HASH_FINGERPRINT_START, bytes.bytes, bytes.length));
	try_load(bytes.bytes, bytes.length);
	buffer_done(&bytes);
	return 0;
}
