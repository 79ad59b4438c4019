/* Owns the proof that secrets stay in their session, and are removed once they were checked. */
#include "guard.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "world/session.h"

#define LEAST_BYTES 6

struct guarded {
	uint64_t session;
	char *text;
	size_t length;
};

static void drop(struct guard *guard, size_t i)
{
	free(guard->secrets[i].text);
	guard->secrets[i] = guard->secrets[--guard->count];
}

void guard_done(struct guard *guard)
{
	while (guard->count)
		drop(guard, 0);
	free(guard->secrets);
	*guard = (struct guard){ 0 };
}

static void add(struct guard *guard, const struct event *event, struct message_place place)
{
	guard->secrets = mem_resize(guard->secrets, guard->count + 1, sizeof(*guard->secrets));
	guard->secrets[guard->count++] = (struct guarded){
		.session = event->session,
		.text = mem_text_n(event->text + place.at, place.length),
		.length = place.length,
	};
}

static bool has(const struct buffer *bytes, const struct guarded *secret)
{
	return bytes->length && memmem(bytes->bytes, bytes->length, secret->text, secret->length);
}

static bool is_held(const struct world *world, const struct guarded *secret)
{
	const struct session *session = session_find(world, secret->session);

	return session && session_holds_secret(session);
}

static const char *look_at(
	const struct world *world, const struct guarded *secret, const struct outbox *outbox)
{
	CLEANUP(buffer_done) struct buffer effects = { 0 }, saved = { 0 };

	outbox_describe(outbox, &effects);
	if (has(&effects, secret))
		return "an effect says a password";
	if (is_held(world, secret))
		return NULL;
	world_save(world, &saved);
	return has(&saved, secret) ? "the world remembers a password" : NULL;
}

const char *guard_look(struct guard *guard, const struct world *world, const struct event *event,
	const struct outbox *outbox)
{
	const char *leak = NULL;

	if (outbox->secret.length >= LEAST_BYTES)
		add(guard, event, outbox->secret);
	for (size_t i = guard->count; i-- > 0 && !leak;) {
		leak = look_at(world, &guard->secrets[i], outbox);
		if (!is_held(world, &guard->secrets[i]))
			drop(guard, i);
	}
	return leak;
}
