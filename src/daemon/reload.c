/* Owns new settings while serving: applied as a whole, or refused without any change. */
#include "daemon/reload.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/gate_unit.h"
#include "config/instance.h"
#include "config/problem.h"
#include "config/socket_unit.h"
#include "daemon/configuration.h"
#include "files/config_files.h"
#include "files/problems.h"

#define MOST_DROPIN_BYTES 65536
#define MOST_READINGS 2 /* in a row that crash papod */
#define LISTEN_AGAIN_MS 2000

struct reload {
	struct reload_needs needs;
	struct settings *settings;
	char *source_names;
	char *problem;		     /* why the last reload was refused; NULL: it was not */
	bool has_poisonous_settings; /* the files' settings crashed the last processes */
	bool is_asked;
	uint64_t session; /* which asked; 0: a signal */
	int n_missing;	  /* listeners without a socket */
	uint64_t listen_again_ms;
	char *waiting_listeners; /* for papod --apply, as text; NULL: none */
};

struct changes {
	const struct log *log;
	struct buffer names;
};

static void on_option_change(void *data, const struct settings_change *change)
{
	struct changes *changes = data;

	buffer_format(&changes->names, "%s%s", changes->names.length ? " " : "", change->option);
	if (change->needs_restart)
		log_entry(changes->log, LOGBOOK_RELOAD_NEEDS_RESTART, "OPTION", change->option);
}

/* The drop-in that papod-generator wrote for papod.socket; NULL: the sockets are not from there. */
static const char *generated_dropin(const struct reload *reload)
{
	return reload->needs.has_passed_sockets ? getenv("PAPOD_GENERATED") : NULL;
}

static struct listener_spec make_spec(
	const struct reload *reload, const struct listener_settings *settings)
{
	return (struct listener_spec){
		.name = settings->name,
		.address = settings->path ? NULL : settings->address,
		.port = (uint16_t) settings->port,
		.path = settings->path,
		.mode = settings->mode,
		.group = settings->group,
		.is_for_manager = generated_dropin(reload) && socket_unit_is_for(settings),
		.is_datagram = listener_is_datagram(settings),
		.rate = reload->settings->datagrams,
	};
}

/* The unit that passes sockets decides where clients come in, unless a file does. */
static bool leaves_streams(const struct reload *reload)
{
	return reload->needs.has_passed_sockets && reload->settings->listens_by_default;
}

static bool is_for_papod(const struct reload *reload, const struct listener_settings *listener)
{
	return listener_is_datagram(listener) ||
	       (!leaves_streams(reload) && !listener_is_for_gate(listener));
}

/* With the default listeners, also listen on the Unix socket of papod.socket, if systemd has
 * created its directory: the first of possibly several, systemd.exec(5). */
static char *default_socket(const struct reload *reload)
{
	const char *directory = getenv("RUNTIME_DIRECTORY");
	struct buffer path = { 0 };

	if (!reload->settings->listens_by_default || leaves_streams(reload) || !directory ||
		!directory[0])
		return NULL;
	buffer_format(&path, "%.*s/irc.sock", (int) strcspn(directory, ":"), directory);
	return buffer_take(&path);
}

/* Describe the sockets that stay open until papod.socket is restarted with another drop-in. If
 * neither this one nor the next lists any of streams, papod.socket keeps these. */
static void describe_unlisted(const struct reload *reload, const char *dropin, struct buffer *out)
{
	CLEANUP(socket_unit_done) struct socket_unit unit = { 0 };
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer wanted = { 0 };
	CLEANUP(mem_freep) char *text = NULL;
	CLEANUP(mem_freep) char *instance = instance_of_config(reload->needs.config);
	bool keeps_streams;

	socket_unit_of_settings(reload->settings, &problems, &unit);
	unit.instance = instance;
	socket_unit_format(&unit, &wanted);
	(void) config_files_read_one(dropin, MOST_DROPIN_BYTES, &text, NULL);
	if (strcmp(buffer_text(&wanted), text ? text : "") == 0)
		return;
	keeps_streams = unit.is_default && (!text || !strstr(text, "\nListenStream="));
	listeners_describe_unnamed(clients_listeners(reload->needs.clients), keeps_streams, out);
}

/* papod-gate's drop-in lies beside that of papod.socket. */
static void describe_gate_waiting(const struct reload *reload, const char *dropin,
	struct buffer *ret_open, struct buffer *ret_close)
{
	CLEANUP(mem_freep) char *instance = instance_of_config(reload->needs.config);
	CLEANUP(mem_freep) char *directory = instance_unit(instance, SOCKET_UNIT_DIRECTORY);
	CLEANUP(mem_freep)
	char *gate_directory = instance_unit(instance, GATE_UNIT_SOCKET_DIRECTORY);
	const char *name = strstr(dropin, directory);
	CLEANUP(gate_unit_done) struct gate_unit gate = { 0 };
	CLEANUP(buffer_done) struct buffer path = { 0 };
	CLEANUP(mem_freep) char *text = NULL;

	if (!name)
		return;
	buffer_format(
		&path, "%.*s%s/" SOCKET_UNIT_FILE, (int) (name - dropin), dropin, gate_directory);
	(void) config_files_read_one(path.bytes, MOST_DROPIN_BYTES, &text, NULL);
	gate_unit_of_settings(reload->settings, &gate);
	if (instance)
		gate_unit_of_instance(&gate);
	gate_unit_compare(&gate, text, ret_open, ret_close);
}

static void find_waiting(struct reload *reload)
{
	CLEANUP(buffer_done) struct buffer open = { 0 };
	CLEANUP(buffer_done) struct buffer close = { 0 };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	const char *dropin = generated_dropin(reload);

	mem_set_text(&reload->waiting_listeners, NULL);
	listeners_describe_awaited(clients_listeners(reload->needs.clients), &open);
	if (dropin) {
		describe_unlisted(reload, dropin, &close);
		describe_gate_waiting(reload, dropin, &open, &close);
	}
	if (!open.length && !close.length)
		return;
	buffer_put_text(&text, "listeners wait for papod --apply");
	if (open.length)
		buffer_format(&text, ", to open %s", open.bytes);
	if (close.length)
		buffer_format(&text, ", to close %s", close.bytes);
	mem_set_text(&reload->waiting_listeners, text.bytes);
	log_entry(reload->needs.log, LOGBOOK_LISTENERS_WAIT, "OPEN", buffer_text(&open), "CLOSE",
		buffer_text(&close));
}

static void apply_listeners(struct reload *reload,
	int (*apply)(struct listeners *, const struct listener_spec *, size_t))
{
	const struct settings *settings = reload->settings;
	struct listener_spec *specs = mem_new((settings->n_listeners + 1) * sizeof(*specs));
	CLEANUP(mem_freep) char *path = default_socket(reload);
	size_t n_specs = 0;

	for (size_t i = 0; i < settings->n_listeners; i++)
		if (is_for_papod(reload, &settings->listeners[i]))
			specs[n_specs++] = make_spec(reload, &settings->listeners[i]);
	if (path)
		specs[n_specs++] =
			(struct listener_spec){ .name = "local", .path = path, .mode = 0666 };
	reload->n_missing = apply(clients_listeners(reload->needs.clients), specs, n_specs);
	find_waiting(reload);
	free(specs);
}

void reload_open_listeners(struct reload *reload)
{
	apply_listeners(reload, listeners_apply);
}

bool reload_is_unreachable(const struct reload *reload)
{
	const struct clients *clients = reload->needs.clients;

	return reload->n_missing && !listeners_are_open(clients_listeners(clients)) &&
	       !connections_count(clients_connections(clients)) &&
	       notifier_has_manager(reload->needs.notifier);
}

/* Retries do not log failures again. */
void reload_tick(struct reload *reload)
{
	uint64_t now_ms = loop_now_ms(reload->needs.loop);

	if (!reload_is_unreachable(reload) || now_ms < reload->listen_again_ms)
		return;
	reload->listen_again_ms = now_ms + LISTEN_AGAIN_MS;
	apply_listeners(reload, listeners_retry);
}

uint64_t reload_next_deadline(const struct reload *reload)
{
	return reload_is_unreachable(reload) ? reload->listen_again_ms : UINT64_MAX;
}

void reload_describe_listeners(const struct reload *reload, struct buffer *out)
{
	if (reload->n_missing)
		buffer_format(out, "; %d listener%s not open, see the log", reload->n_missing,
			reload->n_missing == 1 ? " is" : "s are");
	if (reload->waiting_listeners)
		buffer_format(out, "; %s", reload->waiting_listeners);
}

void reload_describe_refusal(const struct reload *reload, struct buffer *out)
{
	if (reload->problem)
		buffer_format(out, "; reload refused: %s", reload->problem);
}

static void take_over_settings(struct reload *reload, struct settings *settings, uint64_t session)
{
	struct event event = { .kind = EVENT_SETTINGS, .settings = settings, .session = session };
	struct changes changes = { .log = reload->needs.log };

	settings_compare(reload->settings, settings, on_option_change, &changes);
	settings_unref(reload->settings);
	reload->settings = settings_ref(settings);
	reload_open_listeners(reload);
	event.text = reload->waiting_listeners;
	event.text_length = event.text ? strlen(event.text) : 0;
	engine_handle(reload->needs.engine, &event);
	if (reload->needs.helpers)
		helpers_use_settings(reload->needs.helpers);
	log_entry(reload->needs.log, LOGBOOK_RELOADED, "SOURCES", reload->source_names, "CHANGED",
		buffer_text(&changes.names));
	buffer_done(&changes.names);
}

static void refuse_settings(struct reload *reload, const struct problem *problem, uint64_t session)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event = { .kind = EVENT_RELOAD_FAILED, .session = session };

	if (problem)
		problem_format(problem, &text);
	mem_set_text(&reload->problem, buffer_text(&text));
	log_entry(reload->needs.log, LOGBOOK_RELOAD_REFUSED, "REASON", buffer_text(&text));
	event.text = buffer_text(&text);
	event.text_length = text.length;
	engine_handle(reload->needs.engine, &event);
}

/* False: the files have errors, and the settings did not change. */
static bool read_and_apply(struct reload *reload, uint64_t session)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	struct buffer names = { 0 };
	struct settings *settings = configuration_read(
		reload->needs.config, reload->needs.cloak_key, &problems, &names);
	const struct problem *first = problems_log(&problems, reload->needs.log);

	if (settings) {
		mem_set_text(&reload->problem, NULL);
		mem_set_text(&reload->source_names, buffer_text(&names));
		take_over_settings(reload, settings, session);
		settings_unref(settings);
	} else {
		refuse_settings(reload, first, session);
	}
	buffer_done(&names);
	return settings != NULL;
}

/* A line for each. */
static void put_errors(const struct problems *problems, struct buffer *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		if (problems->items[i].is_warning)
			continue;
		if (out->length)
			buffer_put_byte(out, '\n');
		problem_format(&problems->items[i], out);
	}
}

bool reload_preview(const struct reload *reload, settings_change_fn on_change, void *data,
	struct buffer *ret_problem)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer names = { 0 };
	struct settings *settings = configuration_read(
		reload->needs.config, reload->needs.cloak_key, &problems, &names);

	if (!settings) {
		put_errors(&problems, ret_problem);
		return false;
	}
	settings_compare(reload->settings, settings, on_change, data);
	settings_unref(settings);
	return true;
}

/* Do not read the files: the next reload or restart, after they are fixed, reads them again. */
static void leave_unread(struct reload *reload)
{
	mem_set_text(&reload->problem, "the configuration crashed the server");
	log_entry(reload->needs.log, LOGBOOK_SETTINGS_SKIPPED);
}

static bool may_read_files(const struct reload *reload, _Atomic uint32_t *readings)
{
	if (reload->has_poisonous_settings || !readings)
		return !reload->has_poisonous_settings;
	return (*readings)++ < MOST_READINGS;
}

void reload_read_again(struct reload *reload, _Atomic uint32_t *readings)
{
	uint64_t session = reload->is_asked ? reload->session : 0;
	bool is_applied = false;

	reload->is_asked = false;
	if (may_read_files(reload, readings))
		is_applied = read_and_apply(reload, session);
	else
		leave_unread(reload);
	/* Only once, so that a failing listener is not logged twice. */
	if (!is_applied)
		reload_open_listeners(reload);
	if (readings)
		*readings = 0;
}

/* systemd waits for READY=1 even if the settings are refused. */
void reload_now(struct reload *reload)
{
	const struct reload_needs *needs = &reload->needs;
	CLEANUP(buffer_done) struct buffer status = { 0 };

	reload->is_asked = false;
	notifier_reloading(needs->notifier);
	(void) read_and_apply(reload, reload->session);
	needs->describe(needs->data, &status);
	notifier_state(needs->notifier, "READY=1", status.bytes);
}

void reload_ask(struct reload *reload, uint64_t session)
{
	reload->is_asked = true;
	reload->session = session;
	loop_again(reload->needs.loop);
}

const char *reload_problem(const struct reload *reload)
{
	return reload->problem;
}

bool reload_is_asked(const struct reload *reload)
{
	return reload->is_asked;
}

void reload_note_done(struct reload *reload)
{
	reload->is_asked = false;
}

void reload_note_poison(struct reload *reload)
{
	reload->has_poisonous_settings = true;
}

bool reload_has_notes(const struct reload *reload)
{
	return reload->is_asked || reload->has_poisonous_settings;
}

void reload_forget_notes(struct reload *reload)
{
	reload->is_asked = reload->has_poisonous_settings = false;
}

void reload_begin(struct reload *reload, struct settings *settings, char *source_names)
{
	reload->settings = settings;
	reload->source_names = source_names;
}

struct settings *reload_settings(const struct reload *reload)
{
	return reload->settings;
}

const char *reload_source_names(const struct reload *reload)
{
	return reload->source_names;
}

struct reload *reload_new(const struct reload_needs *needs)
{
	struct reload *reload = mem_new(sizeof(*reload));

	reload->needs = *needs;
	return reload;
}

void reload_free(struct reload *reload)
{
	if (!reload)
		return;
	settings_unref(reload->settings);
	free(reload->source_names);
	free(reload->problem);
	free(reload->waiting_listeners);
	free(reload);
}
