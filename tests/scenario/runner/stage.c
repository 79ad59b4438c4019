/* Owns the world of a scenario and carries out its effects. */
#include "stage.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "action/account.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "proto/notification.h"
#include "world/account_rows.h"
#include "world/datagram.h"
#include "world/session.h"

/* Every configuration begins with this; its own lines may override it. */
#define PREAMBLE                                                                                   \
	"server: { name = \"irc.test\"; network = \"Test\"; description = \"A server\"; };\n"      \
	"cloak: { hosts = false; };\n"
#define TICKS 100000		     /* in one wait; more is an endless loop */
#define TURNS 100000		     /* without a step of the scenario; likewise */
#define WALL_START_MS 1800000000000u /* 2027-01-15 08:00:00 UTC */

void stage_init(struct stage *stage, enum fate fate)
{
	*stage = (struct stage){ .fate = fate, .now_ms = 1000 };
	memset(stage->is_fresh, true, sizeof(stage->is_fresh));
	stage->world = world_new();
}

void stage_done(struct stage *stage)
{
	world_free(stage->world);
	crash_done(&stage->crash);
	for (size_t i = 0; i < stage->n_clients; i++) {
		lines_done(&stage->clients[i].inbox);
		lines_done(&stage->clients[i].outgoing);
		free(stage->clients[i].name);
	}
	for (size_t i = 0; i < SOURCES; i++)
		buffer_done(&stage->texts[i]);
	fake_dns_done(&stage->dns);
	guard_done(&stage->guard);
	fake_store_done(&stage->store);
	fake_checker_done(&stage->checker);
	fake_mailer_done(&stage->mailer);
	archive_shelf_done(&stage->history);
	fake_pusher_done(&stage->pusher);
	lines_done(&stage->log);
	lines_done(&stage->replies);
	buffer_done(&stage->transcript);
	buffer_done(&stage->failure);
}

void stage_fail(struct stage *stage, const char *format, ...)
{
	va_list arguments;

	if (stage->failure.length)
		return;
	va_start(arguments, format);
	buffer_format_v(&stage->failure, format, arguments);
	va_end(arguments);
}

struct client *stage_client(struct stage *stage, const char *name)
{
	size_t i = 0;

	while (i < stage->n_clients && strcmp(stage->clients[i].name, name) != 0)
		i++;
	if (i < stage->n_clients)
		return &stage->clients[i];
	if (stage->n_clients == CLIENTS) {
		stage_fail(stage, "a scenario has at most %d clients", CLIENTS);
		return &stage->clients[0];
	}
	stage->clients[stage->n_clients++].name = mem_text(name);
	return &stage->clients[i];
}

static struct client *client_of(struct stage *stage, uint64_t id)
{
	for (size_t i = 0; i < stage->n_clients; i++)
		if (stage->clients[i].id == id)
			return &stage->clients[i];
	return NULL;
}

/* Restart: save and load the world. */
static void save_and_load(struct stage *stage)
{
	struct buffer bytes = { 0 };
	const char *reason = NULL;

	world_save(stage->world, &bytes);
	world_free(stage->world);
	stage->world = world_load(bytes.bytes, bytes.length, &reason);
	buffer_done(&bytes);
	if (!stage->world) {
		stage_fail(stage, "the saved world does not load: %s", reason);
		stage->world = world_new();
	}
}

/* Crash: before the effects of the event are carried out. */
static void die_and_go_on(
	struct stage *stage, const struct event *event, const struct outbox *outbox)
{
	const char *reason = NULL;

	crash_note(&stage->crash, event, outbox);
	world_free(stage->world);
	stage->world = crash_go_on(&stage->crash, &reason);
	if (stage->world)
		return;
	stage_fail(stage, "after a crash: %s", reason);
	stage->world = world_new();
}

static void suffer(struct stage *stage, const struct event *event, const struct outbox *outbox)
{
	if (stage->fate == FATE_RESTART)
		save_and_load(stage);
	else if (stage->fate == FATE_CRASH)
		die_and_go_on(stage, event, outbox);
}

static void run_event(struct stage *stage, struct event event);

static void work(struct stage *stage, const struct effect *effect)
{
	struct fake_answer answer = { 0 };
	uint64_t status = fake_worker_run(&stage->checker, stage->world, effect, &answer);

	run_event(stage, (struct event){
				 .kind = EVENT_ANSWER,
				 .session = effect->session,
				 .request = effect->request->id,
				 .status = status,
				 .number = answer.number,
				 .step = answer.step,
				 .text = buffer_text(&answer.text),
				 .text_length = answer.text.length,
			 });
	buffer_done(&answer.text);
}

static void answer_outside(struct stage *stage)
{
	struct event event;

	while (fake_dns_answer(&stage->dns, &event) ||
		fake_store_answer(&stage->store, stage->world, &event) ||
		fake_mailer_answer(&stage->mailer, stage->world, &event) ||
		archive_shelf_answer(&stage->history, &event) ||
		fake_pusher_answer(&stage->pusher, stage->world, &event))
		run_event(stage, event);
}

static void look_up(struct stage *stage, const struct effect *effect)
{
	if (!fake_dns_ask(&stage->dns, effect))
		stage_fail(stage, "too many questions wait for the resolver");
	answer_outside(stage);
}

static void visit_history(struct stage *stage, const struct effect *effect)
{
	if (effect->kind == EFFECT_HISTORY && !archive_shelf_change(&stage->history, effect))
		stage_fail(stage, "a request to change the history makes no sense");
	if (effect->kind == EFFECT_RECALL && !archive_shelf_ask(&stage->history, effect))
		stage_fail(stage, "too many questions wait");
	answer_outside(stage);
}

static void do_effect(struct stage *stage, const struct effect *effect)
{
	struct client *client = client_of(stage, effect->session);

	switch (effect->kind) {
	case EFFECT_SEND:
		if (client)
			lines_put(&client->inbox, effect->line->bytes, effect->line->length - 2);
		return;
	case EFFECT_CLOSE:
		if (client)
			client->is_connected = false;
		return;
	case EFFECT_PAUSE:
	case EFFECT_RESUME:
		if (client)
			client->is_paused = effect->kind == EFFECT_PAUSE;
		return;
	case EFFECT_VERIFY:
	case EFFECT_AUTHENTICATE:
	case EFFECT_DERIVE:
	case EFFECT_CHECK:
	case EFFECT_SECRET:
	case EFFECT_UPLOADS:
		work(stage, effect);
		return;
	case EFFECT_LOOKUP:
	case EFFECT_BLOCKLISTS:
		look_up(stage, effect);
		return;
	case EFFECT_STORE:
	case EFFECT_MAIL:
	case EFFECT_PUSH:
		answer_outside(stage);
		return;
	case EFFECT_HISTORY:
	case EFFECT_RECALL:
		visit_history(stage, effect);
		return;
	case EFFECT_RELOAD:
		stage_reload(stage, effect->session);
		return;
	case EFFECT_LOG:
		act_note(stage, effect->log);
		return;
	case EFFECT_NOTIFY:
		if (client)
			client->wants_drained = true;
		return;
	case EFFECT_REPLY:
	case EFFECT_ACTED:
		lines_put(&stage->replies, effect->text, strlen(effect->text));
		return;
	case EFFECT_RESTART:
		stage->restarter = effect->session;
		return;
	case EFFECT_LIMITS:
	case EFFECT_ERASE:
		return;
	}
}

static void do_effects(struct stage *stage, struct outbox *outbox)
{
	outbox_describe(outbox, &stage->transcript);
	for (size_t i = 0; i < outbox->count; i++)
		do_effect(stage, &outbox->effects[i]);
	outbox_done(outbox);
}

/* Effects may lead to events with effects of their own, so each event has its own outbox. */
static void run_event(struct stage *stage, struct event event)
{
	struct outbox outbox = { 0 };
	const char *contradiction, *leak;

	event.now_ms = stage->now_ms;
	event.wall_ms = WALL_START_MS + stage->now_ms;
	event.seed = ++stage->n_events;
	dispatch(stage->world, &event, &outbox);
	leak = guard_look(&stage->guard, stage->world, &event, &outbox);
	if (leak)
		stage_fail(stage, "%s", leak);
	contradiction = world_check(stage->world);
	if (contradiction)
		stage_fail(stage, "the world contradicts itself: %s", contradiction);
	suffer(stage, &event, &outbox);
	do_effects(stage, &outbox);
}

static void send_line(struct stage *stage, struct client *client, const char *bytes, size_t length)
{
	run_event(stage, (struct event){
				 .kind = EVENT_LINE,
				 .session = client->id,
				 .is_too_long = length > 8191 + 510,
				 .consumed = (uint32_t) length + 2,
				 .text = bytes,
				 .text_length = length,
			 });
}

static void drain(struct stage *stage, struct client *client)
{
	client->wants_drained = false;
	run_event(stage, (struct event){ .kind = EVENT_DRAINED, .session = client->id });
}

/* True: something was pending for the client, and happened. */
static bool settle_client(struct stage *stage, struct client *client)
{
	const char *line;

	if (client->is_connected && client->wants_drained && !client->is_stalled) {
		drain(stage, client);
		return true;
	}
	line = client->is_connected && !client->is_paused ? lines_take(&client->outgoing) : NULL;
	if (line)
		send_line(stage, client, line, strlen(line));
	return line != NULL;
}

/* Empty the queues, and send lines that were held back during a pause of their client. */
static void settle(struct stage *stage)
{
	unsigned int turns = 0;
	bool goes_on;

	do {
		goes_on = false;
		for (size_t i = 0; i < stage->n_clients; i++)
			while (settle_client(stage, &stage->clients[i]) && ++turns < TURNS)
				goes_on = true;
	} while (goes_on);
	if (turns >= TURNS)
		stage_fail(stage, "an answer has no end");
}

void stage_say(struct stage *stage, struct client *client, const char *bytes, size_t length)
{
	if (!client->is_connected)
		stage_fail(stage, "%s is not connected and cannot say: %s", client->name, bytes);
	else if (client->is_paused)
		lines_put(&client->outgoing, bytes, length);
	else
		send_line(stage, client, bytes, length);
	settle(stage);
}

void stage_connect(struct stage *stage, struct client *client, const char *address,
	const char *listener, const struct tls_facts *tls)
{
	struct event event = { .kind = EVENT_CONNECTED,
		.uid = UINT32_MAX,
		.tls = tls,
		.text = listener,
		.text_length = strlen(listener) };

	if (!address_parse_range(address, &event.address))
		stage_fail(stage, "%s is no address", address);
	event.address.port = 40000;
	client->id = (stage->n_events + 1) << 32 | (uint64_t) (client - stage->clients + 1);
	client->is_connected = true;
	client->is_paused = false;
	client->is_stalled = false;
	client->wants_drained = false;
	event.session = client->id;
	run_event(stage, event);
	settle(stage);
}

void stage_notify(struct stage *stage, const char *address, const char *listener, const char *bytes,
	size_t length)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct datagram datagram = { .listener = listener, .bytes = bytes, .length = length };
	struct event event;

	if (!address_parse_range(address, &datagram.address))
		stage_fail(stage, "%s is no address", address);
	datagram.is_too_long = length > NOTIFICATION_BYTES;
	event = datagram_event(stage->world->settings, &datagram, &text);
	run_event(stage, event);
	settle(stage);
}

void stage_close(struct stage *stage, struct client *client, const char *reason)
{
	client->is_connected = false;
	run_event(stage, (struct event){
				 .kind = EVENT_CLOSED,
				 .session = client->id,
				 .text = reason,
				 .text_length = strlen(reason),
			 });
}

void stage_deliver(struct stage *stage, struct client *client, char *unused)
{
	(void) unused;
	run_event(stage, (struct event){ .kind = EVENT_DELIVERED, .session = client->id });
}

void stage_overflow(struct stage *stage, struct client *client)
{
	const char *reason = "SendQ exceeded";

	run_event(stage, (struct event){
				 .kind = EVENT_OVERFLOW,
				 .session = client->id,
				 .text = reason,
				 .text_length = strlen(reason),
			 });
}

void stage_log_in(struct stage *stage, struct client *client, const char *account)
{
	struct session *session = session_find(stage->world, client->id);
	struct account stranger = { 0 };
	const struct account *known = NULL;
	struct outbox outbox = { 0 };

	if (!session) {
		stage_fail(stage, "%s is not connected and cannot log in", client->name);
		return;
	}
	stranger.name = account ? mem_text(account) : NULL;
	if (account)
		known = account_find(stage->world, account);
	if (account && !known)
		known = &stranger;
	if (session->user)
		account_change(stage->world, &outbox, session->user, known);
	else
		registration_set_account(
			session->registration, known ? known->name : NULL, known ? known->id : 0);
	free(stranger.name);
	crash_take_snapshot(&stage->crash, stage->world);
	do_effects(stage, &outbox);
}

void stage_stall(struct stage *stage, struct client *client, bool is_stalled)
{
	client->is_stalled = is_stalled;
	settle(stage);
}

void stage_drain(struct stage *stage, struct client *client)
{
	if (client->wants_drained)
		drain(stage, client);
	else
		stage_fail(stage, "nothing waits for %s to read", client->name);
	settle(stage);
}

void stage_sleep(struct stage *stage, struct client *client, enum event_kind kind)
{
	run_event(stage, (struct event){ .kind = (uint8_t) kind, .session = client->id });
	settle(stage);
}

void stage_run(struct stage *stage, struct event event)
{
	run_event(stage, event);
	settle(stage);
}

void stage_certify(struct stage *stage, enum certificates certificates)
{
	stage_run(stage,
		(struct event){ .kind = EVENT_TICK, .certificates = (uint8_t) certificates });
}

void stage_set_storage(struct stage *stage, enum storage_state state)
{
	stage->store.is_failing = state == STORAGE_FAILING;
	stage_run(stage, (struct event){ .kind = EVENT_STORAGE, .status = state, .text = "" });
}

void stage_add_account(struct stage *stage, const char *name, const char *email, const char *hash)
{
	CLEANUP(mem_freep) char *folded = casemap_fold(stage->world->casemap, name);
	CLEANUP(mem_freep) char *own_name = mem_text(name);
	CLEANUP(mem_freep) char *own_email = mem_text(email);
	CLEANUP(mem_freep) char *own_hash = mem_text(hash);
	const struct account_fields fields = {
		.name = own_name,
		.folded = folded,
		.created_wall_ms = stage->world->wall_ms,
		.email = own_email,
		.verifier = own_hash,
	};
	struct store_row row = { .table = STORE_TABLE_ACCOUNTS, .version = 1 };
	CLEANUP(buffer_done) struct buffer bytes = { 0 }, rows = { 0 };

	account_fields_put(&bytes, &fields);
	row.bytes = bytes.bytes;
	row.length = bytes.length;
	fake_store_add(&stage->store, &row);
	store_row_save(&rows, 1, &row);
	stage_run(stage, (struct event){ .kind = EVENT_STORAGE,
				 .status = stage->world->storage,
				 .text = rows.bytes,
				 .text_length = rows.length });
}

void stage_hold_answers(struct stage *stage, bool *of, bool is_held)
{
	*of = is_held;
	answer_outside(stage);
	settle(stage);
}

void stage_stop(struct stage *stage, const char *reason)
{
	run_event(
		stage, (struct event){
			       .kind = EVENT_STOP, .text = reason, .text_length = strlen(reason) });
}

void stage_fail_restart(struct stage *stage, const char *reason)
{
	run_event(stage, (struct event){
				 .kind = EVENT_RESTART_FAILED,
				 .session = stage->restarter,
				 .text = reason,
				 .text_length = strlen(reason),
			 });
}

static size_t list_sources(const struct stage *stage, struct source sources[SOURCES + 1])
{
	static const char *const names[] = { "papod.conf", "secrets.ini", "motd", "rules",
		"verify.txt", "reset.txt" };
	size_t n = 0;

	sources[n++] = (struct source){ SOURCE_KIND_CONFIG, "preamble.conf", PREAMBLE };
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (stage->texts[i].length)
			sources[n++] = (struct source){ (enum source_kind) i, names[i],
				buffer_text(&stage->texts[i]) };
	return n;
}

static void refuse_settings(struct stage *stage, const struct problems *problems, uint64_t session)
{
	struct buffer text = { 0 };

	for (size_t i = 0; i < problems->count && !text.length; i++)
		if (!problems->items[i].is_warning)
			problem_format(&problems->items[i], &text);
	if (stage->world->settings)
		run_event(stage, (struct event){
					 .kind = EVENT_RELOAD_FAILED,
					 .session = session,
					 .text = text.bytes,
					 .text_length = text.length,
				 });
	else
		stage_fail(stage, "the configuration is wrong: %s", text.bytes);
	buffer_done(&text);
}

void stage_reload(struct stage *stage, uint64_t session)
{
	struct problems problems = { 0 };
	struct source sources[SOURCES + 1];
	size_t n = list_sources(stage, sources);
	struct settings *settings = settings_parse(sources, n, &problems);

	memset(stage->is_fresh, true, sizeof(stage->is_fresh));
	if (settings)
		run_event(stage,
			(struct event){
				.kind = EVENT_SETTINGS, .session = session, .settings = settings });
	else
		refuse_settings(stage, &problems, session);
	settings_unref(settings);
	problems_done(&problems);
	settle(stage);
}

void stage_wait(struct stage *stage, uint64_t ms)
{
	uint64_t end = stage->now_ms + ms, due;
	unsigned int ticks = 0;

	while ((due = world_next_deadline(stage->world)) <= end) {
		if (++ticks > TICKS)
			stage_fail(stage, "the same moment comes again and again");
		if (due > stage->now_ms)
			stage->now_ms = due;
		run_event(stage, (struct event){ .kind = EVENT_TICK });
		settle(stage);
		if (stage->failure.length)
			return;
	}
	stage->now_ms = end;
}
