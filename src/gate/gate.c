/* Owns the start of the gate, the turns of its loop, reloads and the stop. */
#include "gate/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "gate/forked.h"
#include "gate/gate_settings.h"
#include "gate/keyring.h"
#include "gate/link_maker.h"
#include "gate/papod_watch.h"
#include "gate/process.h"
#include "gate/processes.h"
#include "gate/watched_files.h"
#include "net/listeners.h"
#include "service/notifier.h"

#define LISTEN_AGAIN_MS 2000
#define KILL_MS (GATE_STOP_MS + 500) /* after which forked processes are killed */
#define MOST_PROCESSES 16	     /* by default */

struct gate {
	const struct gate_options *options;
	const struct log *log;
	struct loop *loop;
	struct notifier *notifier;
	struct gate_settings *settings;
	struct keyring *keyring;
	struct listeners *listeners;
	struct watched_files *files;
	struct process *process;     /* serves clients; or else, */
	struct processes *processes; /* of which each does. Neither: the start is not that far */
	struct papod_watch *papod;   /* NULL: papod has started this gate */
	struct link_maker *links;    /* to the papod that started this gate, for the processes */
	bool has_passed_sockets;
	int n_missing; /* listeners that could not be opened */
	bool is_reload_wanted;
	bool is_stopping;
	uint64_t stop_ms;	  /* when it ends at the latest; 0: it serves */
	uint64_t listen_again_ms; /* UINT64_MAX: all listeners are open */
};

/* The listeners are open before there is a process for their clients. */
static void on_accept(
	void *data, int fd, const char *listener, const struct address *address, bool has_inherited)
{
	const struct gate *gate = data;

	process_accept(gate->process, fd, listener, address, has_inherited);
}

static void on_papod_gone(void *data)
{
	struct gate *gate = data;

	gate->is_stopping = true;
	gate->stop_ms = loop_now_ms(gate->loop);
}

/* Its next client starts both again, if papod-gate.socket listens for it. */
static void on_papod_stopped(void *data)
{
	struct gate *gate = data;

	log_entry(gate->log, LOGBOOK_PAPOD_STOPPED, "FILE", gate->options->handover);
	gate->is_stopping = true;
}

/* Configuration */

static void watch_certificates(struct gate *gate)
{
	watched_files_clear(gate->files);
	if (getenv("CREDENTIALS_DIRECTORY")) /* copies, which never change */
		return;
	for (size_t i = 0; i < gate->settings->n_certificates; i++) {
		watched_files_add(gate->files, gate->settings->certificates[i].certificate);
		watched_files_add(gate->files, gate->settings->certificates[i].key);
	}
}

static void open_listeners(
	struct gate *gate, int (*apply)(struct listeners *, const struct listener_spec *, size_t))
{
	size_t n_specs;
	CLEANUP(mem_freep)
	struct listener_spec *specs =
		gate_settings_specs(gate->settings, gate->has_passed_sockets, &n_specs);
	int n_missing = apply(gate->listeners, specs, n_specs);

	gate->n_missing = n_missing;
	gate->listen_again_ms = n_missing ? loop_now_ms(gate->loop) + LISTEN_AGAIN_MS : UINT64_MAX;
}

/* NULL: none is configured. */
static void check_directory(const struct gate *gate, const char *directory)
{
	int fd = directory ? open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0)
		close(fd);
	else if (directory)
		log_entry(gate->log, LOGBOOK_PAGES_MISSING, "FILE", directory, "REASON",
			strerror(errno));
}

static void check_directories(const struct gate *gate)
{
	const struct settings *all = gate->settings->all;

	check_directory(gate, all->web.directory);
	if (all->acme.n_names)
		return; /* papod-acme makes the others for the time that it needs them */
	check_directory(gate, all->web.challenges);
	check_directory(gate, all->tls_challenges);
}

/* Before there are processes, or while they wait for the lock. */
static void check_uploads(const struct gate *gate)
{
	CLEANUP(mem_freep) char *directory = gate_settings_uploads(gate->settings);
	struct uploads *uploads = NULL;
	int error = 0;

	if (directory)
		error = uploads_open(directory, &uploads);
	else if (gate->settings->uploads.url)
		error = -ENOENT;
	if (error)
		log_entry(gate->log, LOGBOOK_UPLOADS_MISSING, "FILE", directory, "REASON",
			strerror(-error));
	if (uploads)
		uploads_recount(uploads);
	uploads_unref(uploads);
}

static bool configure_gate(struct gate *gate)
{
	struct gate_settings *fresh = gate_settings_read(gate->options->config, gate->log);

	if (gate->process)
		process_configure(gate->process, fresh);
	gate_settings_free(gate->settings);
	gate->settings = fresh;
	check_directories(gate);
	check_uploads(gate);
	watch_certificates(gate);
	open_listeners(gate, listeners_apply);
	return keyring_load(gate->keyring, gate->settings);
}

static size_t count_cpus(void)
{
	cpu_set_t cpus;

	return sched_getaffinity(0, sizeof(cpus), &cpus) == 0 ? (size_t) CPU_COUNT(&cpus) : 1;
}

static size_t wanted_processes(const struct gate *gate)
{
	size_t n_cpus = count_cpus();

	if (gate->settings->all->tls_processes)
		return gate->settings->all->tls_processes;
	return n_cpus < MOST_PROCESSES ? n_cpus : MOST_PROCESSES;
}

/* A process that was forked keeps what it has. */
static void replace_processes(struct gate *gate)
{
	if (gate->processes)
		processes_start(gate->processes, wanted_processes(gate));
}

static void on_certificates_changed(void *data)
{
	struct gate *gate = data;
	uint64_t n_changes = keyring_changes(gate->keyring);

	watch_certificates(gate); /* before they are read: what changes after that is reported */
	(void) keyring_load(gate->keyring, gate->settings);
	if (keyring_changes(gate->keyring) == n_changes)
		return;
	if (gate->process)
		process_configure(gate->process, gate->settings);
	replace_processes(gate);
}

static void retry_listeners(struct gate *gate)
{
	int n_missing = gate->n_missing;

	open_listeners(gate, listeners_retry);
	if (gate->n_missing != n_missing)
		replace_processes(gate);
}

static void describe_gate(const struct gate *gate, struct buffer *out)
{
	CLEANUP(buffer_done) struct buffer listeners = { 0 };

	listeners_describe(gate->listeners, &listeners);
	if (gate->process)
		buffer_format(out, "%zu handshakes", process_count_handshakes(gate->process));
	else
		buffer_format(out, "%zu processes", wanted_processes(gate));
	buffer_format(out, "; listening on %s", listeners.length ? listeners.bytes : "nothing");
}

static void reload_gate(struct gate *gate)
{
	CLEANUP(buffer_done) struct buffer status = { 0 };

	gate->is_reload_wanted = false;
	notifier_reloading(gate->notifier);
	(void) configure_gate(gate);
	replace_processes(gate);
	describe_gate(gate, &status);
	notifier_state(gate->notifier, "READY=1", status.bytes);
}

/* Start */

static void on_gate_signal(void *data, int signal_number)
{
	struct gate *gate = data;

	if (signal_number == SIGHUP)
		gate->is_reload_wanted = true;
	else
		gate->is_stopping = true;
}

static struct process_needs needs_of_process(const struct gate *gate, size_t n_processes)
{
	return (struct process_needs){
		.log = gate->log,
		.keyring = gate->keyring,
		.settings = gate->settings,
		.n_processes = n_processes,
		.path = gate->options->handover_fd < 0 ? gate->options->handover : NULL,
		.fd = gate->options->handover_fd,
	};
}

static void make_process(struct gate *gate)
{
	struct process_needs needs = needs_of_process(gate, 1);

	needs.loop = gate->loop;
	needs.on_papod_gone = on_papod_gone;
	needs.data = gate;
	gate->process = process_new(&needs);
}

static int on_process_wanted(void *data, int *ret_fd)
{
	const struct gate *gate = data;

	return gate->links ? link_maker_connect(gate->links, ret_fd) : 0;
}

/* In a new process. */
static int run_process(void *data, int beat_fd, int papod_fd)
{
	struct gate *gate = data;
	struct process_needs needs = needs_of_process(gate, wanted_processes(gate));
	int status;

	needs.fd = papod_fd;
	loop_leave(gate->loop);
	link_maker_free(gate->links);
	processes_leave(gate->processes);
	papod_watch_free(gate->papod);
	watched_files_free(gate->files);
	notifier_free(gate->notifier);
	status = forked_run(&needs, gate->listeners, beat_fd);
	keyring_free(gate->keyring);
	gate_settings_free(gate->settings);
	loop_free(gate->loop);
	return status;
}

static void make_processes(struct gate *gate)
{
	const struct processes_needs needs = {
		.loop = gate->loop,
		.log = gate->log,
		.on_connect = on_process_wanted,
		.run = run_process,
		.data = gate,
	};

	listeners_stop(gate->listeners);
	if (gate->options->handover_fd >= 0)
		gate->links =
			link_maker_new(gate->loop, gate->options->handover_fd, on_papod_gone, gate);
	gate->processes = processes_new(&needs);
	replace_processes(gate);
}

/* sd_listen_fds(3). */
static int take_passed_sockets(struct gate *gate)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(1, &names), error;

	for (int i = 0; i < count; i++) {
		error = listeners_take(gate->listeners, SD_LISTEN_FDS_START + i, names[i]);
		if (error)
			log_entry(gate->log, LOGBOOK_LISTEN_FAILED, "LISTENER", names[i], "REASON",
				strerror(-error), "ORIGIN", "systemd");
		free(names[i]);
	}
	free(names);
	gate->has_passed_sockets = count > 0;
	return count < 0 ? count : 0;
}

static void on_gate_turn(void *data)
{
	struct gate *gate = data;

	if (gate->is_reload_wanted && !gate->is_stopping)
		reload_gate(gate);
	listeners_tick(gate->listeners);
	if (loop_now_ms(gate->loop) >= gate->listen_again_ms && !gate->is_stopping)
		retry_listeners(gate);
	watched_files_tick(gate->files);
	if (gate->papod)
		papod_watch_tick(gate->papod);
	keyring_tick(gate->keyring, loop_now_ms(gate->loop));
	if (gate->process) {
		process_tick(gate->process);
	} else {
		processes_tick(gate->processes);
		notifier_hold_watchdog(gate->notifier, !processes_are_complete(gate->processes));
	}
	notifier_tick(gate->notifier, loop_now_ms(gate->loop));
}

static int make_gate_parts(struct gate *gate)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT };
	int error = loop_new(&gate->loop);

	if (!error)
		error = loop_signals(
			gate->loop, signals, ARRAY_LENGTH(signals), on_gate_signal, gate);
	if (error)
		return error;
	gate->keyring = keyring_new(gate->log);
	gate->files = watched_files_new(gate->loop, on_certificates_changed, gate);
	gate->listeners = listeners_new(gate->loop, gate->log, on_accept, NULL, gate);
	listeners_await_input(gate->listeners);
	if (gate->options->handover_fd < 0)
		gate->papod = papod_watch_new(
			gate->loop, gate->options->handover, on_papod_stopped, gate);
	loop_at_turn_end(gate->loop, on_gate_turn, gate);
	return take_passed_sockets(gate);
}

static int fail_start(const struct gate *gate, int status, const char *reason)
{
	log_entry(gate->log, LOGBOOK_START_FAILED, "REASON", reason);
	return status;
}

static int start_gate(struct gate *gate)
{
	int error = make_gate_parts(gate);

	if (error)
		return fail_start(gate, EX_OSERR, strerror(-error));
	if (!configure_gate(gate))
		return fail_start(gate, EX_CONFIG, "there is no certificate");
	if (wanted_processes(gate) == 1)
		make_process(gate);
	else
		make_processes(gate);
	return 0;
}

static void announce_gate(const struct gate *gate)
{
	CLEANUP(buffer_done) struct buffer listeners = { 0 };
	CLEANUP(buffer_done) struct buffer names = { 0 };
	CLEANUP(buffer_done) struct buffer status = { 0 };

	listeners_describe(gate->listeners, &listeners);
	keyring_describe(gate->keyring, &names);
	log_entry(gate->log, LOGBOOK_GATE_STARTED, "VERSION", PACKAGE_VERSION, "LISTENERS",
		buffer_text(&listeners), "NAMES", buffer_text(&names));
	describe_gate(gate, &status);
	notifier_state(gate->notifier, "READY=1", status.bytes);
}

/* The loop */

static uint64_t earlier_deadline(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t gate_deadline(const struct gate *gate)
{
	uint64_t deadline_ms = gate->stop_ms ? gate->stop_ms : UINT64_MAX;

	deadline_ms = earlier_deadline(deadline_ms, gate->listen_again_ms);
	deadline_ms = earlier_deadline(deadline_ms, listeners_next_deadline(gate->listeners));
	deadline_ms = earlier_deadline(deadline_ms, watched_files_next_deadline(gate->files));
	deadline_ms = earlier_deadline(deadline_ms, keyring_next_deadline(gate->keyring));
	if (gate->papod)
		deadline_ms = earlier_deadline(deadline_ms, papod_watch_next_deadline(gate->papod));
	deadline_ms = earlier_deadline(
		deadline_ms, gate->process ? process_next_deadline(gate->process)
					   : processes_next_deadline(gate->processes));
	return earlier_deadline(deadline_ms, notifier_next_deadline(gate->notifier));
}

/* Handshakes under way, and clients that papod has not taken, have a moment left. */
static void begin_to_stop(struct gate *gate)
{
	if (gate->stop_ms)
		return;
	gate->stop_ms = loop_now_ms(gate->loop) + (gate->process ? GATE_STOP_MS : KILL_MS);
	gate->listen_again_ms = UINT64_MAX;
	notifier_state(gate->notifier, "STOPPING=1", "Stopping");
	listeners_stop(gate->listeners);
	if (gate->processes)
		processes_stop(gate->processes);
}

static bool gate_has_ended(const struct gate *gate)
{
	if (!gate->stop_ms)
		return false;
	if (loop_now_ms(gate->loop) >= gate->stop_ms)
		return true;
	return gate->process ? process_is_idle(gate->process) : !processes_count(gate->processes);
}

static int serve_gate(struct gate *gate)
{
	int error = 0;

	announce_gate(gate);
	while (!error && !gate_has_ended(gate)) {
		error = loop_turn(gate->loop, gate_deadline(gate));
		if (gate->is_stopping)
			begin_to_stop(gate);
	}
	log_entry(gate->log, LOGBOOK_GATE_STOPPED);
	return error ? fail_start(gate, EX_OSERR, strerror(-error)) : 0;
}

static void gate_done(struct gate *gate)
{
	process_free(gate->process);
	processes_free(gate->processes);
	link_maker_free(gate->links);
	listeners_free(gate->listeners);
	papod_watch_free(gate->papod);
	watched_files_free(gate->files);
	keyring_free(gate->keyring);
	gate_settings_free(gate->settings);
	notifier_free(gate->notifier);
	loop_free(gate->loop);
}

int gate_run(const struct gate_options *options, const struct log *log)
{
	struct gate gate = { .options = options, .log = log, .listen_again_ms = UINT64_MAX };
	int status;

	signal(SIGPIPE, SIG_IGN); /* OpenSSL writes to sockets without MSG_NOSIGNAL */
	gate.notifier = notifier_new();
	status = start_gate(&gate);
	if (!status)
		status = serve_gate(&gate);
	gate_done(&gate);
	return status;
}
