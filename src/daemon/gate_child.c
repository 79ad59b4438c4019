/* Owns the process of the gate, and its start again. */
#include "daemon/gate_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"

#define GATE_NAME "papod-gate"
#define LINK_NAME DESCRIPTORS_PREFIX "gate-link"
#define PROCESS_NAME DESCRIPTORS_PREFIX "gate-process"
#define CHILD_FD 3	    /* the gate's end of the pair */
#define START_AGAIN_MS 1000 /* at first, then longer and longer */
#define LAST_AGAIN_MS 60000
#define LONG_RUN_MS 10000 /* after which it is again as at first */
#define END_MS 500

struct gate_child {
	struct gate_child_needs needs;
	struct settings *settings; /* followed last; NULL: none yet */
	bool is_wanted;
	int process_fd; /* -1: it does not run */
	struct loop_watch *watch;
	uint64_t start_ms;   /* UINT64_MAX: not planned */
	uint64_t wait_ms;    /* before the next start */
	uint64_t started_ms; /* the last start */
};

struct gate_child *gate_child_new(const struct gate_child_needs *needs)
{
	struct gate_child *child = mem_new(sizeof(*child));

	child->needs = *needs;
	child->process_fd = -1;
	child->start_ms = UINT64_MAX;
	child->wait_ms = START_AGAIN_MS;
	return child;
}

static bool child_runs(const struct gate_child *child)
{
	return child->process_fd >= 0;
}

static void forget_child(struct gate_child *child)
{
	loop_watch_remove(TAKE(child->watch));
	close(TAKE_FD(child->process_fd));
}

static void log_ended(const struct gate_child *child, const char *kind, int number)
{
	char reason[64];

	snprintf(reason, sizeof(reason), "it ended with %s %d", kind, number);
	log_entry(child->needs.log, LOGBOOK_GATE_FAILED, "REASON", reason);
}

static void plan_start(struct gate_child *child)
{
	uint64_t now_ms = loop_now_ms(child->needs.loop);

	if (now_ms >= child->started_ms + LONG_RUN_MS)
		child->wait_ms = START_AGAIN_MS;
	child->start_ms = now_ms + child->wait_ms;
	child->wait_ms = child->wait_ms * 2 < LAST_AGAIN_MS ? child->wait_ms * 2 : LAST_AGAIN_MS;
}

static void on_child_over(void *data, uint32_t events)
{
	struct gate_child *child = data;
	siginfo_t end = { 0 };

	(void) events;
	if (waitid(P_PIDFD, (id_t) child->process_fd, &end, WEXITED | WNOHANG) < 0 || !end.si_pid)
		return;
	forget_child(child);
	if (!child->is_wanted)
		return;
	log_ended(child, end.si_code == CLD_EXITED ? "status" : "signal", end.si_status);
	plan_start(child);
}

static int watch_gate_child(struct gate_child *child)
{
	child->watch = loop_watch_new(child->needs.loop, child->process_fd, on_child_over, child);
	return loop_watch_change(child->watch, EPOLLIN);
}

/* Start */

/* The file beside papod's. The caller frees; NULL: unknown. */
static char *find_gate(const struct gate_child *child)
{
	const char *program = child->needs.program;
	const char *slash = program ? strrchr(program, '/') : NULL;
	struct buffer path = { 0 };

	if (!slash)
		return NULL;
	buffer_format(&path, "%.*s/" GATE_NAME, (int) (slash - program), program);
	return buffer_take(&path);
}

static void list_words(const struct gate_child *child, const char *words[8])
{
	size_t n = 0;

	words[n++] = GATE_NAME;
	words[n++] = "--handover-fd";
	words[n++] = "3";
	if (child->needs.config) {
		words[n++] = "--config";
		words[n++] = child->needs.config;
	}
	if (child->needs.is_verbose)
		words[n++] = "--verbose";
	words[n] = NULL;
}

/* 0 or a negative errno. The gate inherits the blocked signals, so none of them ends it before it
 * is ready for them. */
static int spawn_gate(const struct gate_child *child, int fd, pid_t *ret_pid)
{
	CLEANUP(mem_freep) char *path = find_gate(child);
	posix_spawn_file_actions_t actions;
	const char *words[8];
	int error;

	if (!path)
		return -ENOENT;
	list_words(child, words);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, fd, CHILD_FD);
	error = posix_spawn(
		ret_pid, path, &actions, NULL, (char *const *) (uintptr_t) words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return -error;
}

/* A gate that cannot be watched is ended, and another one follows. */
static int add_child(struct gate_child *child, pid_t pid)
{
	int error;

	child->process_fd = pidfd_open(pid, 0);
	error = child->process_fd < 0 ? -errno : watch_gate_child(child);
	if (!error)
		return 0;
	(void) kill(pid, SIGKILL);
	(void) waitpid(pid, NULL, 0);
	if (child_runs(child))
		forget_child(child);
	return error;
}

/* 0 or a negative errno. The end of a link that fails is closed, and the gate ends. */
static int try_start(struct gate_child *child)
{
	int ends[2], error;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -errno;
	error = spawn_gate(child, ends[1], &pid);
	close(ends[1]);
	if (!error)
		error = add_child(child, pid);
	if (error) {
		close(ends[0]);
		return error;
	}
	return gate_link_add(child->needs.link, ends[0]);
}

static void start_gate_child(struct gate_child *child)
{
	int error;

	child->start_ms = UINT64_MAX;
	child->started_ms = loop_now_ms(child->needs.loop);
	error = try_start(child);
	if (!error)
		return;
	log_entry(child->needs.log, LOGBOOK_GATE_FAILED, "REASON", strerror(-error));
	plan_start(child);
}

/* Stop */

static void signal_child(const struct gate_child *child, int number)
{
	(void) pidfd_send_signal(child->process_fd, number, NULL, 0);
}

static void stop_child(struct gate_child *child)
{
	signal_child(child, SIGTERM);
	child->start_ms = UINT64_MAX;
}

void gate_child_free(struct gate_child *child)
{
	struct pollfd end;

	if (!child)
		return;
	if (child_runs(child)) {
		signal_child(child, SIGTERM);
		end = (struct pollfd){ .fd = child->process_fd, .events = POLLIN };
		if (poll(&end, 1, END_MS) != 1)
			signal_child(child, SIGKILL);
		(void) waitid(P_PIDFD, (id_t) child->process_fd, &(siginfo_t){ 0 }, WEXITED);
		forget_child(child);
	}
	settings_unref(child->settings);
	free(child);
}

/* Change of the program */

void gate_child_inherit(struct gate_child *child, struct descriptors *files)
{
	int fd;

	child->process_fd = descriptors_take(files, PROCESS_NAME);
	while ((fd = descriptors_take(files, LINK_NAME)) >= 0)
		(void) gate_link_add(child->needs.link, fd);
	if (child_runs(child) && watch_gate_child(child) != 0)
		stop_child(child);
}

void gate_child_list(const struct gate_child *child, struct descriptors *files)
{
	if (!child_runs(child))
		return;
	gate_link_list(child->needs.link, LINK_NAME, files);
	descriptors_add(files, child->process_fd, PROCESS_NAME);
}

/* Settings */

static bool needs_gate(const struct settings *settings)
{
	for (size_t i = 0; i < settings->n_listeners; i++)
		if (listener_is_for_gate(&settings->listeners[i]))
			return true;
	return false;
}

void gate_child_follow(struct gate_child *child, struct settings *settings)
{
	if (settings == child->settings)
		return;
	settings_unref(child->settings);
	child->settings = settings_ref(settings);
	child->is_wanted = needs_gate(settings);
	if (!child_runs(child) && child->is_wanted)
		start_gate_child(child);
	else if (child_runs(child) && child->is_wanted)
		signal_child(child, SIGHUP);
	else if (child_runs(child))
		stop_child(child);
}

bool gate_child_is_wanted(const struct gate_child *child)
{
	return child->is_wanted;
}

void gate_child_tick(struct gate_child *child)
{
	if (loop_now_ms(child->needs.loop) >= child->start_ms && child->is_wanted)
		start_gate_child(child);
}

uint64_t gate_child_next_deadline(const struct gate_child *child)
{
	return child->is_wanted ? child->start_ms : UINT64_MAX;
}
