/* Owns what happens before and after each event, and which part carries out each effect. */
#include "daemon/server_inside.h"

static void before_event(void *data, const struct event *event)
{
	struct server *server = data;

	meters_begin_event(&server->meters, event);
	if (server->recorder.recording)
		recording_add(server->recorder.recording, event);
	survival_wiring_log_event(&server->wiring, event);
}

static void after_event(void *data, const struct event *event, const struct outbox *outbox)
{
	struct server *server = data;

	recording_hide(server->recorder.recording, event, outbox);
	survival_wiring_log_done(&server->wiring, event, outbox);
}

static void end_event(void *data, const struct event *event, const struct outbox *outbox)
{
	struct server *server = data;

	meters_end_event(&server->meters, event, outbox);
}

static void ask_helpers(void *data, const struct effect *effect)
{
	const struct server *server = data;

	helpers_ask(server->helpers, effect);
}

static void ask_for_reload(void *data, const struct effect *effect)
{
	const struct server *server = data;

	reload_ask(server->reload, effect->session); /* carried out after this event */
}

/* An operator requests a restart: by the service manager, or by a handover. */
static void ask_for_restart(void *data, const struct effect *effect)
{
	struct server *server = data;

	if (!notifier_has_manager(server->notifier)) {
		handover_ask(server->handover, effect->session);
		return;
	}
	server->is_stopping = server->is_restarting = true;
	loop_again(server->loop);
}

static void log_effect(void *data, const struct effect *effect)
{
	const struct server *server = data;

	log_fields(server->log, effect->log->entry, effect->log->fields);
}

static void carry_out_effects(void *data, const struct outbox *outbox)
{
	const struct server *server = data;
	const struct clients_others others = {
		.ask = ask_helpers,
		.reload = ask_for_reload,
		.restart = ask_for_restart,
		.log = log_effect,
		.acted = control_acted,
		.erase = gates_erase,
		.noted = gates_note,
		.data = data,
		.gates = server->gates,
		.control = server->control,
	};

	clients_carry_out(server->clients, outbox, &others);
}

struct engine_calls server_engine_calls(struct server *server)
{
	return (struct engine_calls){ before_event, after_event, carry_out_effects, end_event,
		server };
}
