/* Owns the client that stands for the control socket. */
#include "world/administrator.h"

#include "base/mem.h"
#include "world/outbox.h"
#include "world/user.h"
#include "world/world.h"

#define USER_NAME "papoctl"

/* Others see the server. */
static struct user *administrator_user_new(const struct world *world, const char *name)
{
	const char *server = world->settings->server_name;
	struct user *user = user_new_apart(world, server, USER_NAME, server, name);

	mem_set_text(&user->source, server);
	mem_set_text(&user->operator_name, name);
	return user;
}

struct session *administrator_new(struct world *world, const char *name)
{
	struct session *session = mem_new(sizeof(*session));

	list_init(&session->in_world);
	list_init(&session->in_user);
	session->id = ADMINISTRATOR_SESSION;
	session->uid = UINT32_MAX;
	session->listener = "control";
	session->connected_ms = world->now_ms;
	session->active_ms = world->now_ms;
	mem_set_text(&session_need_extras(session)->operator_name, name);
	session->user = administrator_user_new(world, name);
	list_add_last(&session->user->sessions, &session->in_user);
	world->administrator = session;
	return session;
}

void administrator_free(struct world *world, struct session *session)
{
	struct user *user = session->user;

	world->administrator = NULL;
	heap_remove(&world->timers, &session->timer);
	session_free(session);
	user_free(user);
}

static bool is_for_administrator(const struct effect *effect)
{
	return effect->session == ADMINISTRATOR_SESSION &&
	       (effect->kind == EFFECT_SEND || effect->kind == EFFECT_PAUSE ||
		       effect->kind == EFFECT_RESUME || effect->kind == EFFECT_NOTIFY);
}

void administrator_take_lines(struct outbox *outbox, size_t first_effect, struct buffer *lines)
{
	size_t n = first_effect;

	for (size_t i = first_effect; i < outbox->count; i++) {
		const struct effect *effect = &outbox->effects[i];

		if (!is_for_administrator(effect)) {
			outbox->effects[n++] = *effect;
			continue;
		}
		if (effect->kind != EFFECT_SEND)
			continue;
		buffer_put(lines, effect->line->bytes, effect->line->length);
		line_unref(effect->line);
	}
	outbox->count = n;
}
