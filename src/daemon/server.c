/* Owns the start, the turns of the loop and the stop. */
#include "daemon/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "daemon/cold_start.h"
#include "daemon/delivered.h"
#include "daemon/file_limit.h"
#include "daemon/recovery.h"
#include "daemon/server_inside.h"
#include "daemon/start_failure.h"
#include "daemon/state_lock.h"
#include "daemon/stop_kind.h"
#include "service/state_directory.h"

#define LOCK_NAME DESCRIPTORS_PREFIX "lock"
#define MOST_VERIFICATIONS 4096
#define STOP_FLUSH_MS 1000

/* SIGHUP has two meanings: users who close the terminal of a papod want it to end. */
static bool has_lost_terminal(const struct server *server)
{
	return server->has_terminal && !isatty(STDERR_FILENO);
}

static void on_signal(void *data, int signal_number)
{
	struct server *server = data;

	if (signal_number == SIGUSR2) {
		handover_ask(server->handover, 0);
	} else if (signal_number == SIGHUP && !has_lost_terminal(server)) {
		reload_ask(server->reload, 0);
	} else {
		server->is_stopping = true;
		server->was_terminated = signal_number == SIGTERM;
	}
}

static void tick_core(struct server *server)
{
	struct event event = { .kind = EVENT_TICK };

	if (world_next_deadline(engine_world(server->engine)) <= engine_now_ms(server->engine))
		engine_handle(server->engine, &event);
}

/* Before queued output is written. */
static void on_turn(void *data)
{
	struct server *server = data;

	connections_tick(server->connections);
	listeners_tick(server->listeners);
	reload_tick(server->reload);
	tick_core(server);
	helpers_tick(server->helpers);
}

/* After all output was written. */
static void on_turn_over(void *data)
{
	struct server *server = data;
	size_t n_connections = connections_count(server->connections);

	if (n_connections < server->n_connections)
		listeners_resume(server->listeners);
	server->n_connections = n_connections;
	/* In the same turn as the request, because snapshots do not contain the request. */
	if (reload_is_asked(server->reload) && !server->is_stopping)
		reload_now(server->reload);
	recorder_flush(&server->recorder);
	sleepers_tick(server->sleepers);
	survival_tick(server->survival);
	clients_tick(server->clients);
	handover_tick(server->handover);
	gates_tick(server->gates, engine_world(server->engine)->settings);
	control_tick(server->control);
	status_tick(&server->status, loop_now_ms(server->loop));
}

static uint64_t next_deadline(const struct server *server)
{
	uint64_t deadline_ms =
		engine_loop_ms(server->engine, world_next_deadline(engine_world(server->engine)));

	deadline_ms = loop_earlier(deadline_ms, connections_next_deadline(server->connections));
	deadline_ms = loop_earlier(deadline_ms, listeners_next_deadline(server->listeners));
	deadline_ms = loop_earlier(deadline_ms, reload_next_deadline(server->reload));
	deadline_ms = loop_earlier(deadline_ms, helpers_next_deadline(server->helpers));
	deadline_ms = loop_earlier(deadline_ms, survival_next_deadline(server->survival));
	deadline_ms = loop_earlier(deadline_ms, handover_next_deadline(server->handover));
	deadline_ms = loop_earlier(deadline_ms, clients_next_deadline(server->clients));
	deadline_ms = loop_earlier(deadline_ms, gates_next_deadline(server->gates));
	deadline_ms = loop_earlier(deadline_ms, control_next_deadline(server->control));
	return loop_earlier(deadline_ms, notifier_next_deadline(server->notifier));
}

static int make_helpers(struct server *server)
{
	return helpers_new(&(struct helpers_needs){ server->loop, server->log, server->engine,
				   RESOLVING_SOCKETS, MOST_VERIFICATIONS },
		&server->helpers);
}

static void make_clients(struct server *server)
{
	const struct clients_needs needs = {
		.loop = server->loop,
		.log = server->log,
		.engine = server->engine,
		.helpers = server->helpers,
		.park = survival_wiring_park,
		.unpark = survival_wiring_unpark,
		.note = survival_wiring_note,
		.data = &server->wiring,
	};

	server->clients = clients_new(&needs);
	clients_limit_files(server->clients, file_limit_raise());
	server->connections = clients_connections(server->clients);
	server->listeners = clients_listeners(server->clients);
}

static void make_survival(struct server *server)
{
	server->wiring = (struct survival_wiring){
		.log = server->log,
		.loop = server->loop,
		.notifier = server->notifier,
		.parts = { server->connections, server->helpers, server->engine, NULL },
		.proxied = clients_proxied(server->clients),
		.has_news = &server->status.has_news,
	};
	survival_wiring_connect(&server->wiring);
	server->survival = server->wiring.survival;
}

static void make_sleepers(struct server *server)
{
	const struct sleepers_needs needs = { server->log, server->engine, server->clients,
		server->survival, status_note_news, &server->status };

	server->sleepers = sleepers_new(&needs);
}

static int make_parts(struct server *server)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR2 };
	const struct engine_calls calls = server_engine_calls(server);
	int error = loop_new(&server->loop);

	if (!error)
		error = loop_signals(
			server->loop, signals, ARRAY_LENGTH(signals), on_signal, server);
	if (!error)
		error = engine_new(server->loop, &calls, &server->engine);
	if (!error)
		error = make_helpers(server);
	if (error)
		return error;
	loop_at_turn_end(server->loop, on_turn, server);
	make_clients(server);
	make_survival(server);
	make_sleepers(server);
	loop_at_turn_end(server->loop, on_turn_over, server);
	return 0;
}

static void describe_server(void *data, struct buffer *out)
{
	const struct server *server = data;

	status_describe(&server->status, out);
}

static void make_reload(struct server *server)
{
	const struct reload_needs needs = {
		.loop = server->loop,
		.log = server->log,
		.engine = server->engine,
		.clients = server->clients,
		.notifier = server->notifier,
		.helpers = server->helpers,
		.cloak_key = server->cloak_key,
		.config = server->arguments->config,
		.has_passed_sockets = server->inheritance.has_passed_sockets,
		.describe = describe_server,
		.data = server,
	};

	server->reload = reload_new(&needs);
}

static const char *prepare_for_next(void *data)
{
	const struct server *server = data;

	return survival_prepare(server->survival);
}

static int save_for_next(void *data)
{
	const struct server *server = data;

	helpers_close(server->helpers);
	return survival_save_now(server->survival);
}

static void list_for_next(void *data, struct descriptors *files)
{
	const struct server *server = data;

	survival_list(server->survival, files);
	gates_list(server->gates, files);
	control_list(server->control, files);
	if (server->state_lock_fd >= 0)
		descriptors_add(files, server->state_lock_fd, LOCK_NAME);
}

static void settle_after_handover(void *data)
{
	const struct server *server = data;

	helpers_begin(server->helpers);
	survival_settle(server->survival);
}

static void make_handover(struct server *server)
{
	const struct handover_needs needs = {
		.loop = server->loop,
		.log = server->log,
		.engine = server->engine,
		.listeners = server->listeners,
		.program = server->program,
		.words = server->arguments->words,
		.has_passed_sockets = server->inheritance.has_passed_sockets,
		.prepare = prepare_for_next,
		.save = save_for_next,
		.list = list_for_next,
		.settle = settle_after_handover,
		.data = server,
	};

	server->handover = handover_new(&needs);
}

static struct metric_sources metrics_of(const struct server *server)
{
	return (struct metric_sources){ server->engine, &server->meters, server->loop,
		server->connections, server->survival, helpers_pasts(server->helpers),
		helpers_blocklists(server->helpers) };
}

static void make_gates_and_control(struct server *server)
{
	const struct gates_needs gates = { server->loop, server->log, server->engine,
		server->clients, server->helpers, server->arguments, server->program,
		notifier_has_manager(server->notifier),
		{ server->engine, server->log, metrics_of(server), &server->control, NULL, NULL,
			NULL } };
	const struct control_needs control = { server->loop, server->log,
		helpers_storage(server->helpers), helpers_pasts(server->helpers), server->engine,
		server->reload, metrics_of(server) };

	server->gates = gates_new(&gates, &server->inherited);
	server->control = control_new(&control, &server->inherited);
}

static int begin_world(struct server *server)
{
	const struct cold_start_needs needs = { server->log, server->notifier, server->cloak_key,
		server->arguments->config };
	struct event event = { .kind = EVENT_SETTINGS };
	struct cold_start_result start;
	int status = cold_start_read(&needs, &start);

	server->is_restarting = start.is_restarting;
	if ((server->is_stopping = !start.settings))
		return status;
	reload_begin(server->reload, start.settings, start.source_names);
	event.settings = start.settings;
	survival_start(server->survival);
	engine_set_world(server->engine, world_new());
	engine_handle(server->engine, &event);
	helpers_begin(server->helpers);
	reload_open_listeners(server->reload);
	return 0;
}

static bool run_recovery(struct server *server)
{
	const struct recovery_needs needs = {
		.log = server->log,
		.engine = server->engine,
		.clients = server->clients,
		.helpers = server->helpers,
		.reload = server->reload,
		.survival = server->survival,
		.sleepers = server->sleepers,
		.cloak_key = server->cloak_key,
		.secrets = &server->wiring.secrets,
		.recording = server->recorder.recording,
	};

	return recovery_run(&needs, &server->inherited);
}

/* Start with the settings of the previous process, then read the files: a mistake in them must not
 * lose the clients. */
static int start_serving(struct server *server)
{
	struct event_log *log;

	if (!run_recovery(server))
		return begin_world(server);
	survival_settle(server->survival);
	helpers_begin(server->helpers);
	log = survival_event_log(server->survival);
	reload_read_again(server->reload, log ? event_log_readings(log) : NULL);
	return 0;
}

static int start_server(struct server *server)
{
	int status = state_lock_take(server->log, &server->state_lock_fd), error;

	if (!status)
		/* After a handover clients are connected already, so a failure must not stop the
		 * start. */
		status = recorder_begin(&server->recorder, server->inheritance.is_successor);
	if (status)
		return status;
	error = make_parts(server);
	if (!error)
		error = inheritance_give_listeners(
			&server->inheritance, server->listeners, server->log);
	if (error)
		return start_failure(
			server->log, EX_OSERR, "the system refused something", strerror(-error));
	make_reload(server);
	make_handover(server);
	make_gates_and_control(server);
	server->status.needs = (struct status_needs){ server->engine, server->notifier,
		server->reload, server->survival, server->sleepers, server->listeners };
	status = start_serving(server);
	if (status || server->is_stopping)
		return status;
	gates_tick(server->gates, engine_world(server->engine)->settings);
	/* With connected clients, papod serves them until a reload opens a listener. */
	if (!reload_is_unreachable(server->reload) && !listeners_are_open(server->listeners) &&
		!connections_count(server->connections) && !gates_are_expected(server->gates))
		return start_failure(server->log, EX_UNAVAILABLE, "no listener could be opened",
			"the entries before this one give the reasons");
	return 0;
}

/* Will the next process continue from here? If unknown, assume so. */
static bool may_go_on(const struct server *server)
{
	if (!survival_event_log(server->survival))
		return false;
	return server->is_restarting ||
	       (server->was_terminated && stop_kind_ask() != STOP_KIND_STOP);
}

/* End without closing clients. If the snapshot fails, the log still restores all, only slower.
 * Clients wait for the next process, so memory is left to the kernel instead of being freed. */
static void __attribute__((noreturn)) leave_to_next(struct server *server)
{
	(void) handover_save(server->handover);
	recorder_flush(&server->recorder);
	listeners_unlink(server->listeners);
	exit(server->is_restarting ? EX_TEMPFAIL : 0);
}

static void stop_serving(struct server *server)
{
	const char *reason =
		server->is_restarting ? "The server is restarting" : "The server is shutting down";
	char users[24];

	snprintf(users, sizeof(users), "%zu", world_count_users(engine_world(server->engine)));
	log_entry(server->log, LOGBOOK_STOPPING, "USERS", users);
	listeners_stop(server->listeners);
	delivered_stop(server->engine, server->connections, reason);
	sleepers_stop(server->sleepers, reason);
	connections_drain(server->connections, STOP_FLUSH_MS);
	helpers_settle(server->helpers);
	recorder_flush(&server->recorder);
	survival_end(server->survival);
}

static int serve_clients(struct server *server)
{
	uint64_t deadline_ms;
	int error = 0;

	status_announce_start(&server->status, server->log, server->inheritance.is_successor);
	while (!server->is_stopping && !error) {
		deadline_ms = next_deadline(server);
		engine_expect_turn(server->engine, deadline_ms);
		error = loop_turn(server->loop, deadline_ms);
		/* Only after all requests of this turn are done. */
		if (handover_is_ready(server->handover) && !server->is_stopping &&
			!reload_is_asked(server->reload))
			handover_act(server->handover);
	}
	notifier_state(server->notifier, "STOPPING=1", "Stopping");
	if (!error && may_go_on(server))
		leave_to_next(server);
	stop_serving(server);
	if (server->is_restarting && !error)
		return EX_TEMPFAIL;
	return error ? start_failure(
			       server->log, EX_OSERR, "the event loop failed", strerror(-error))
		     : 0;
}

static void server_done(struct server *server)
{
	gates_free(server->gates); /* its answers use those of control */
	control_free(server->control);
	clients_free(server->clients);
	helpers_free(server->helpers);
	handover_free(server->handover);
	free(server->program);
	inheritance_done(&server->inheritance);
	sleepers_free(server->sleepers);
	survival_wiring_done(&server->wiring);
	descriptors_done(&server->inherited);
	engine_free(server->engine);
	recording_free(server->recorder.recording);
	notifier_free(server->notifier);
	loop_free(server->loop);
	reload_free(server->reload);
	cloak_key_free(server->cloak_key);
	if (server->state_lock_fd >= 0)
		close(server->state_lock_fd);
}

int server_run(const struct arguments *arguments, const struct log *log)
{
	struct server server = { .arguments = arguments };
	int status;

	meters_init(&server.meters, log);
	server.log = &server.meters.log;
	server.recorder = (struct recorder){ .log = server.log, .name = arguments->record };

	server.has_terminal = isatty(STDERR_FILENO);
	signal(SIGPIPE, SIG_IGN);
	server.notifier = notifier_new();
	server.cloak_key = cloak_key_new(server.log);
	server.program = handover_find_program();
	server.inheritance = inheritance_new(&server.inherited);
	server.state_lock_fd = descriptors_take(&server.inherited, LOCK_NAME);
	status = start_server(&server);
	if (!status && server.is_stopping) /* while it waited for a configuration without errors */
		status = server.is_restarting ? EX_TEMPFAIL : 0;
	else if (!status)
		status = serve_clients(&server);
	server_done(&server);
	return status;
}
