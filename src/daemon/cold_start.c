/* Owns the first reading of the files, when there are no settings of an earlier process. Without a
 * service manager, errors end the program. A service manager would restart it again and again, so
 * papod waits with its sockets open until the files have no errors. */
#include "daemon/cold_start.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/problem.h"
#include "daemon/configuration.h"
#include "daemon/start_failure.h"
#include "files/config_files.h"
#include "files/problems.h"
#include "net/loop.h"

/* IN_CREATE counts only for directories: a new file is still empty, and has no errors. */
#define WATCHED (IN_CLOSE_WRITE | IN_MOVE | IN_DELETE | IN_ATTRIB | IN_CREATE | IN_ONLYDIR)

struct cold_start {
	const struct cold_start_needs *needs;
	struct cold_start_result result;
	struct loop *loop;
	int inotify_fd; /* -1: only SIGHUP asks for another reading */
	struct loop_watch *watch;
	struct buffer logged; /* the problems of the last reading that was logged */
	struct buffer status;
	bool has_changed; /* a watched directory */
	bool is_asked;	  /* SIGHUP: the service manager waits for READY=1 */
	bool is_stopping;
};

static void format_problems(const struct problems *problems, struct buffer *out)
{
	for (size_t i = 0; i < problems->count; i++) {
		problem_format(&problems->items[i], out);
		buffer_put_byte(out, '\n');
	}
}

static const struct problem *find_error(const struct problems *problems)
{
	for (size_t i = 0; i < problems->count; i++)
		if (!problems->items[i].is_warning)
			return &problems->items[i];
	return NULL;
}

static void describe_waiting(struct cold_start *start, const struct problems *problems)
{
	const struct problem *error = find_error(problems);

	buffer_clear(&start->status);
	buffer_put_text(&start->status, "Waiting until the configuration has no errors: ");
	if (error)
		problem_format(error, &start->status);
	if (problems->n_errors > 1)
		buffer_format(
			&start->status, " (and %zu more, see the log)", problems->n_errors - 1);
}

/* An editor saves several times: the same problems are logged again only on request. */
static void log_reading(struct cold_start *start, const struct problems *problems)
{
	struct buffer text = { 0 };
	const struct problem *error;
	char line[16];

	format_problems(problems, &text);
	if (start->is_asked || strcmp(buffer_text(&text), buffer_text(&start->logged)) != 0) {
		error = problems_log(problems, start->needs->log);
		if (error && notifier_has_manager(start->needs->notifier)) {
			snprintf(line, sizeof(line), "%u", error->line);
			log_entry(start->needs->log, LOGBOOK_CONFIG_AWAITED, "FILE", error->file,
				"LINE", error->line ? line : NULL, "REASON", error->text);
		}
	}
	buffer_done(&start->logged);
	start->logged = text;
}

static void watch_files(const struct cold_start *start)
{
	CLEANUP(mem_freep) char *config = config_files_directory(start->needs->config);
	CLEANUP(buffer_done) struct buffer dropins = { 0 };

	if (start->inotify_fd < 0)
		return;
	buffer_format(&dropins, "%s/conf.d", config);
	/* What cannot be watched is read again on SIGHUP. */
	(void) inotify_add_watch(start->inotify_fd, config, WATCHED);
	(void) inotify_add_watch(start->inotify_fd, dropins.bytes, WATCHED);
}

static void read_files(struct cold_start *start)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	const struct cold_start_needs *needs = start->needs;
	struct buffer names = { 0 };

	/* What changes from now on is an event, also what changes during the reading. */
	watch_files(start);
	start->result.settings =
		configuration_read(needs->config, needs->cloak_key, &problems, &names);
	log_reading(start, &problems);
	describe_waiting(start, &problems);
	free(start->result.source_names);
	start->result.source_names = buffer_take(&names);
}

static void read_again(struct cold_start *start)
{
	struct notifier *notifier = start->needs->notifier;

	if (start->is_asked)
		notifier_reloading(notifier);
	read_files(start);
	/* If the files are valid, the server sends READY=1 once it serves. */
	if (!start->result.settings && start->is_asked)
		notifier_state(notifier, "READY=1", start->status.bytes);
	else if (!start->result.settings)
		notifier_status(notifier, start->status.bytes);
	start->is_asked = start->has_changed = false;
}

static void on_waiting_signal(void *data, int signal_number)
{
	struct cold_start *start = data;

	if (signal_number == SIGHUP) {
		start->is_asked = true;
		return;
	}
	start->is_stopping = true;
	start->result.is_restarting = signal_number == SIGUSR2;
}

static void take_event(struct cold_start *start, const struct inotify_event *event)
{
	start->has_changed |= !(event->mask & IN_CREATE) || (event->mask & IN_ISDIR);
}

static void on_files_changed(void *data, uint32_t events)
{
	_Alignas(struct inotify_event) char bytes[4096];
	struct cold_start *start = data;
	const char *at;
	ssize_t length;

	(void) events;
	while ((length = read(start->inotify_fd, bytes, sizeof(bytes))) > 0)
		for (at = bytes; at < bytes + length;) {
			const struct inotify_event *event = (const void *) at;

			take_event(start, event);
			at += sizeof(*event) + event->len;
		}
}

static int make_loop(struct cold_start *start)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT, SIGUSR2 };
	int error = loop_new(&start->loop);

	if (!error)
		error = loop_signals(
			start->loop, signals, ARRAY_LENGTH(signals), on_waiting_signal, start);
	start->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (error || start->inotify_fd < 0)
		return error;
	start->watch = loop_watch_new(start->loop, start->inotify_fd, on_files_changed, start);
	return loop_watch_change(start->watch, EPOLLIN);
}

/* The loop of the server calls parts that need a world; this one has none. */
static int wait_for_files(struct cold_start *start)
{
	struct notifier *notifier = start->needs->notifier;
	int error = make_loop(start);

	/* What was changed before the watches were there. */
	if (!error)
		read_files(start);
	if (!error && !start->result.settings)
		notifier_state(notifier, "READY=1", start->status.bytes);
	while (!error && !start->result.settings && !start->is_stopping) {
		error = loop_turn(start->loop, notifier_next_deadline(notifier));
		notifier_tick(notifier, loop_now_ms(start->loop));
		if (!error && (start->is_asked || start->has_changed))
			read_again(start);
	}
	return error;
}

static void cold_start_done(struct cold_start *start)
{
	loop_watch_remove(start->watch);
	if (start->inotify_fd >= 0)
		close(start->inotify_fd);
	if (start->loop)
		loop_free(start->loop);
	buffer_done(&start->logged);
	buffer_done(&start->status);
}

int cold_start_read(const struct cold_start_needs *needs, struct cold_start_result *ret_result)
{
	struct cold_start start = { .needs = needs, .inotify_fd = -1 };
	int status = 0, error = 0;

	read_files(&start);
	if (!start.result.settings && notifier_has_manager(needs->notifier))
		error = wait_for_files(&start);
	else if (!start.result.settings)
		status = start_failure(needs->log, EX_CONFIG, "the configuration has errors",
			"fix them, and check with papod --check");
	if (error)
		status = start_failure(
			needs->log, EX_OSERR, "the system refused something", strerror(-error));
	if (start.is_stopping) {
		notifier_state(needs->notifier, "STOPPING=1", "Stopping");
		settings_unref(TAKE(start.result.settings));
	}
	if (!start.result.settings)
		free(TAKE(start.result.source_names));
	*ret_result = start.result;
	cold_start_done(&start);
	return status;
}
