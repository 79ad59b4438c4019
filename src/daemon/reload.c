/* Owns new settings while serving: whole and in force, or refused and nothing changes. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/problem.h"
#include "config/socket_unit.h"
#include "daemon/configuration.h"
#include "daemon/problems.h"
#include "daemon/server.h"
#include "files/config_files.h"

#define MOST_DROPIN_BYTES 65536
#define MOST_READINGS 2 /* that kill us, one after the other */

struct changes {
	const struct log *log;
	struct buffer names;
};

static void on_change(void *data, const char *option, bool needs_restart)
{
	struct changes *changes = data;

	buffer_format(&changes->names, "%s%s", changes->names.length ? " " : "", option);
	if (needs_restart)
		log_entry(changes->log, LOGBOOK_RELOAD_NEEDS_RESTART, "OPTION", option);
}

/* What papod-generator wrote for papod.socket; NULL: the sockets are not from there. */
static const char *generated_dropin(const struct server *server)
{
	return server->has_passed_sockets ? getenv("PAPOD_GENERATED") : NULL;
}

static struct listener_spec make_spec(
	const struct server *server, const struct listener_settings *settings)
{
	return (struct listener_spec){
		.name = settings->name,
		.address = settings->path ? NULL : settings->address,
		.port = (uint16_t) settings->port,
		.path = settings->path,
		.mode = settings->mode,
		.group = settings->group,
		.is_for_manager = !settings->path && settings->port && generated_dropin(server),
	};
}

/* Beside the default ones, where systemd has made a place for it: the same Unix socket that
 * papod.socket has. First of possibly several directories, systemd.exec(5). */
static char *default_socket(const struct server *server)
{
	const char *directory = getenv("RUNTIME_DIRECTORY");
	struct buffer path = { 0 };

	if (!server->settings->listens_by_default || !directory || !directory[0])
		return NULL;
	buffer_format(&path, "%.*s/irc.sock", (int) strcspn(directory, ":"), directory);
	return buffer_take(&path);
}

/* Until papod.socket is restarted by that drop-in, what it opened before stays open. */
static bool is_generated(const struct server *server, const char *dropin)
{
	CLEANUP(socket_unit_done) struct socket_unit unit = { 0 };
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer wanted = { 0 };
	CLEANUP(mem_freep) char *text = NULL;

	socket_unit_of_settings(server->settings, &problems, &unit);
	socket_unit_format(&unit, &wanted);
	(void) config_files_read_one(dropin, MOST_DROPIN_BYTES, &text, NULL);
	return strcmp(buffer_text(&wanted), text ? text : "") == 0;
}

static void find_waiting(struct server *server)
{
	CLEANUP(buffer_done) struct buffer open = { 0 };
	CLEANUP(buffer_done) struct buffer close = { 0 };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	const char *dropin = generated_dropin(server);

	mem_set_text(&server->waiting_listeners, NULL);
	listeners_describe_awaited(server->listeners, &open);
	if (dropin && !is_generated(server, dropin))
		listeners_describe_unnamed(server->listeners, &close);
	if (!open.length && !close.length)
		return;
	buffer_put_text(&text, "listeners wait for papod --apply");
	if (open.length)
		buffer_format(&text, ", to open %s", open.bytes);
	if (close.length)
		buffer_format(&text, ", to close %s", close.bytes);
	mem_set_text(&server->waiting_listeners, text.bytes);
	log_entry(server->log, LOGBOOK_LISTENERS_WAIT, "OPEN", buffer_text(&open), "CLOSE",
		buffer_text(&close));
}

static void apply_listeners(struct server *server,
	int (*apply)(struct listeners *, const struct listener_spec *, size_t))
{
	size_t n_specs = server->settings->n_listeners;
	struct listener_spec *specs = mem_new((n_specs + 1) * sizeof(*specs));
	CLEANUP(mem_freep) char *path = default_socket(server);

	for (size_t i = 0; i < n_specs; i++)
		specs[i] = make_spec(server, &server->settings->listeners[i]);
	if (path)
		specs[n_specs++] =
			(struct listener_spec){ .name = "local", .path = path, .mode = 0666 };
	/* Whoever passes sockets in has said where to listen, unless the file says more. */
	if (server->has_passed_sockets && server->settings->listens_by_default)
		n_specs = 0;
	server->n_missing = apply(server->listeners, specs, n_specs);
	find_waiting(server);
	free(specs);
}

void server_apply_listeners(struct server *server)
{
	apply_listeners(server, listeners_apply);
}

void server_retry_listeners(struct server *server)
{
	apply_listeners(server, listeners_retry);
}

void server_status(const struct server *server, struct buffer *out)
{
	size_t n_users = world_count_users(engine_world(server->engine));
	size_t n_channels = world_count_channels(engine_world(server->engine));

	buffer_format(out, "%zu user%s, %zu channel%s", n_users, n_users == 1 ? "" : "s",
		n_channels, n_channels == 1 ? "" : "s");
	if (server->n_missing)
		buffer_format(out, "; %d listener%s not open, see the log", server->n_missing,
			server->n_missing == 1 ? " is" : "s are");
	if (server->waiting_listeners)
		buffer_format(out, "; %s", server->waiting_listeners);
	survival_describe(server, out);
	sleepers_describe(server, out);
	if (server->reload_problem)
		buffer_format(out, "; reload refused: %s", server->reload_problem);
}

static void take_over(struct server *server, struct settings *settings, uint64_t session)
{
	struct event event = { .kind = EVENT_SETTINGS, .settings = settings, .session = session };
	struct changes changes = { .log = server->log };

	settings_compare(server->settings, settings, on_change, &changes);
	settings_unref(server->settings);
	server->settings = settings_ref(settings);
	server_apply_listeners(server);
	event.text = server->waiting_listeners;
	event.text_length = event.text ? strlen(event.text) : 0;
	engine_handle(server->engine, &event);
	log_entry(server->log, LOGBOOK_RELOADED, "SOURCES", server->source_names, "CHANGED",
		buffer_text(&changes.names));
	buffer_done(&changes.names);
}

static void refuse(struct server *server, const struct problem *problem, uint64_t session)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct event event = { .kind = EVENT_RELOAD_FAILED, .session = session };

	if (problem)
		problem_format(problem, &text);
	mem_set_text(&server->reload_problem, buffer_text(&text));
	log_entry(server->log, LOGBOOK_RELOAD_REFUSED, "REASON", buffer_text(&text));
	event.text = buffer_text(&text);
	event.text_length = text.length;
	engine_handle(server->engine, &event);
}

/* False: the settings are the same as before. */
static bool read_and_apply(struct server *server, uint64_t session)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	struct buffer names = { 0 };
	struct settings *settings =
		configuration_read(server->arguments->config, server->cloak_key, &problems, &names);
	const struct problem *first = problems_log(&problems, server->log);

	if (settings) {
		mem_set_text(&server->reload_problem, NULL);
		mem_set_text(&server->source_names, buffer_text(&names));
		take_over(server, settings, session);
		settings_unref(settings);
	} else {
		refuse(server, first, session);
	}
	buffer_done(&names);
	return settings != NULL;
}

/* Whoever mends the files reloads, or restarts, and that reads them again. */
static void leave_unread(struct server *server)
{
	mem_set_text(&server->reload_problem, "the configuration killed the server");
	log_entry(server->log, LOGBOOK_SETTINGS_SKIPPED);
}

/* Where nobody keeps a log, nobody starts us again either. */
static bool begin_reading(const struct server *server)
{
	if (server->has_poisonous_settings || !server->event_log)
		return !server->has_poisonous_settings;
	return (*event_log_readings(server->event_log))++ < MOST_READINGS;
}

void server_read_again(struct server *server)
{
	uint64_t session = server->wants_reload ? server->reload_session : 0;
	bool is_applied = false;

	server->wants_reload = false;
	if (begin_reading(server))
		is_applied = read_and_apply(server, session);
	else
		leave_unread(server);
	/* Once, or a listener that cannot be opened would be logged twice. */
	if (!is_applied)
		server_apply_listeners(server);
	if (server->event_log)
		*event_log_readings(server->event_log) = 0;
}

/* systemd waits for READY=1, also after a refusal: the server is as ready as before. */
void server_reload(struct server *server, uint64_t session)
{
	CLEANUP(buffer_done) struct buffer status = { 0 };

	notifier_reloading(server->notifier);
	(void) read_and_apply(server, session);
	server_status(server, &status);
	notifier_state(server->notifier, "READY=1", status.bytes);
}
