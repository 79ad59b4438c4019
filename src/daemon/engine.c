/* Owns the world, the outbox, the waiting events, the clock and the dice. */
#include "daemon/engine.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"
#include "base/mem.h"
#include "command/dispatch.h"

/* A turn that is later than this means that the process was stopped. */
#define MOST_LATE_MS 2000

struct pending_event {
	struct event event;
	char *text;
	struct pending_event *next;
};

struct engine {
	struct loop *loop;
	struct engine_calls calls;
	struct world *world;
	struct outbox outbox;
	struct pending_event *pending; /* events that came while one was being handled */
	struct pending_event **pending_end;
	bool is_handling;
	bool has_secret;      /* in the last event */
	uint64_t dice_key[2]; /* of the random seeds of events */
	uint64_t n_stamped;   /* events, each of which has another seed */
	uint64_t turn_ms;     /* when the clocks were read */
	uint64_t wall_ms;     /* likewise, the real time */
	uint64_t expected_ms; /* when the turn should begin, at the latest */
	uint64_t stalled_ms;  /* total time that the process was stopped */
};

static void pending_free(struct pending_event *pending)
{
	settings_unref(pending->event.settings);
	mem_free_secret(pending->text); /* maybe an invitation */
	free(pending);
}

static void add_pending(struct engine *engine, const struct event *event)
{
	struct pending_event *pending = mem_new(sizeof(*pending));

	pending->event = *event;
	if (event->text)
		pending->event.text = pending->text = mem_text_n(event->text, event->text_length);
	if (event->settings)
		settings_ref(event->settings);
	*engine->pending_end = pending;
	engine->pending_end = &pending->next;
}

static struct pending_event *take_pending(struct engine *engine)
{
	struct pending_event *pending = engine->pending;

	if (!pending)
		return NULL;
	engine->pending = pending->next;
	if (!engine->pending)
		engine->pending_end = &engine->pending;
	return pending;
}

static void forget_pending(struct engine *engine)
{
	struct pending_event *pending;

	while ((pending = take_pending(engine)))
		pending_free(pending);
}

/* The machine or the process was suspended. Input of clients waits to be read, so the time since
 * the last turn must not count for timeouts. */
static void skip_stall(struct engine *engine)
{
	uint64_t now_ms = loop_now_ms(engine->loop);

	if (now_ms > engine->expected_ms && now_ms - engine->expected_ms > MOST_LATE_MS)
		engine->stalled_ms += now_ms - engine->turn_ms;
}

/* Both clocks are read once a turn. */
uint64_t engine_now_ms(struct engine *engine)
{
	if (engine->turn_ms != loop_now_ms(engine->loop)) {
		skip_stall(engine);
		engine->turn_ms = loop_now_ms(engine->loop);
		engine->wall_ms = loop_wall_ms();
	}
	return engine->turn_ms - engine->stalled_ms;
}

uint64_t engine_loop_ms(const struct engine *engine, uint64_t now_ms)
{
	return now_ms > UINT64_MAX - engine->stalled_ms ? UINT64_MAX : now_ms + engine->stalled_ms;
}

/* Clients see numbers that are drawn from the seeds of their events, in nonces for example, and
 * could compute those seeds: they must reveal nothing of the seeds of others. */
static uint64_t next_seed(struct engine *engine)
{
	engine->n_stamped++;
	return hash_secret(&engine->n_stamped, sizeof(engine->n_stamped), engine->dice_key);
}

static void stamp_event(struct engine *engine, struct event *event)
{
	event->now_ms = engine_now_ms(engine);
	event->wall_ms = engine->wall_ms;
	event->seed = next_seed(engine);
}

static void handle_event(struct engine *engine, struct event *event)
{
	const struct engine_calls *calls = &engine->calls;

	stamp_event(engine, event);
	calls->before(calls->data, event);
	dispatch(engine->world, event, &engine->outbox);
	engine->has_secret |= engine->outbox.secret.length != 0;
	calls->after(calls->data, event, &engine->outbox);
	calls->carry_out(calls->data, &engine->outbox);
	if (calls->done)
		calls->done(calls->data, event, &engine->outbox);
	outbox_clear(&engine->outbox);
}

void engine_handle(struct engine *engine, struct event *event)
{
	struct pending_event *pending;

	if (engine->is_handling) {
		add_pending(engine, event);
		return;
	}
	engine->is_handling = true;
	engine->has_secret = false;
	handle_event(engine, event);
	while ((pending = take_pending(engine))) {
		handle_event(engine, &pending->event);
		pending_free(pending);
	}
	engine->is_handling = false;
}

bool engine_saw_secret(const struct engine *engine)
{
	return engine->has_secret;
}

void engine_replay(struct engine *engine, const struct event *event, const struct engine_sink *sink)
{
	dispatch(engine->world, event, &engine->outbox);
	sink->carry_out(sink->data, &engine->outbox);
	outbox_clear(&engine->outbox);
}

void engine_expect_turn(struct engine *engine, uint64_t deadline_ms)
{
	engine->expected_ms = deadline_ms;
}

void engine_resume_clock(struct engine *engine)
{
	engine->turn_ms = loop_now_ms(engine->loop);
	engine->stalled_ms = engine->turn_ms - engine->world->now_ms;
}

struct world *engine_world(const struct engine *engine)
{
	return engine->world;
}

void engine_set_world(struct engine *engine, struct world *world)
{
	world_free(engine->world);
	engine->world = world;
	outbox_clear(&engine->outbox);
}

int engine_new(struct loop *loop, const struct engine_calls *calls, struct engine **ret_engine)
{
	struct engine *engine = mem_new(sizeof(*engine));

	*engine = (struct engine){ .loop = loop, .expected_ms = UINT64_MAX };
	engine->pending_end = &engine->pending;
	if (calls)
		engine->calls = *calls;
	if (calls && getrandom(engine->dice_key, sizeof(engine->dice_key), 0) < 0) {
		free(engine);
		return -errno;
	}
	*ret_engine = engine;
	return 0;
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	forget_pending(engine);
	world_free(engine->world);
	outbox_done(&engine->outbox);
	explicit_bzero(engine->dice_key, sizeof(engine->dice_key));
	free(engine);
}
