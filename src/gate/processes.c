/* Owns forking, and the pipes by which the parent notices that a process has ended or hangs. */
#include "gate/processes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "service/log_sink.h"

#define HANG_MS 10000
#define FIRST_AGAIN_MS 10 /* then longer and longer */
#define LAST_AGAIN_MS 10000
#define LONG_RUN_MS 10000 /* after which it is again as at first */

struct forked {
	struct processes *all;
	struct list node;
	pid_t pid;
	int beat_fd;
	struct loop_watch *watch;
	uint64_t heard_ms;
	bool is_current; /* accepts clients */
};

struct processes {
	struct processes_needs needs;
	struct list items; /* oldest first */
	size_t count;
	size_t n_current;
	size_t n_wanted;
	uint64_t start_ms; /* UINT64_MAX: enough are current */
	uint64_t wait_ms;  /* before the next start */
	uint64_t started_ms;
	uint64_t ticked_ms;
};

struct processes *processes_new(const struct processes_needs *needs)
{
	struct processes *processes = mem_new(sizeof(*processes));

	processes->needs = *needs;
	list_init(&processes->items);
	processes->start_ms = UINT64_MAX;
	processes->wait_ms = FIRST_AGAIN_MS;
	return processes;
}

static void forget_forked(struct forked *forked)
{
	struct processes *all = forked->all;

	list_remove(&forked->node);
	all->count--;
	all->n_current -= forked->is_current;
	loop_watch_remove(forked->watch);
	close(forked->beat_fd);
	free(forked);
}

/* The status of its end. A process that only closed its pipe would never end. */
static int end_forked(struct forked *forked)
{
	pid_t pid = forked->pid;
	int status = 0;

	forget_forked(forked);
	kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

void processes_free(struct processes *processes)
{
	struct forked *forked, *after;

	if (!processes)
		return;
	LIST_EACH_SAFE (forked, after, &processes->items, node)
		(void) end_forked(forked);
	free(processes);
}

void processes_leave(struct processes *processes)
{
	struct forked *forked, *after;

	LIST_EACH_SAFE (forked, after, &processes->items, node)
		forget_forked(forked);
	free(processes);
}

/* A signal to one of them cannot reach another program: only the parent collects its end. */
static void signal_forked(const struct processes *processes, int number)
{
	const struct forked *forked;

	LIST_EACH (forked, &processes->items, node)
		kill(forked->pid, forked->is_current ? number : SIGTERM);
}

/* Ends */

static void plan_replacement(struct processes *processes)
{
	uint64_t now_ms = loop_now_ms(processes->needs.loop);

	if (processes->start_ms != UINT64_MAX)
		return;
	if (now_ms >= processes->started_ms + LONG_RUN_MS)
		processes->wait_ms = FIRST_AGAIN_MS;
	processes->start_ms = now_ms + processes->wait_ms;
	processes->wait_ms =
		processes->wait_ms * 2 < LAST_AGAIN_MS ? processes->wait_ms * 2 : LAST_AGAIN_MS;
}

static void log_process_failed(const struct processes *processes, const char *reason)
{
	log_entry(processes->needs.log, LOGBOOK_GATE_PROCESS_FAILED, "REASON", reason);
}

static void log_end(const struct processes *processes, int status)
{
	bool is_signal = WIFSIGNALED(status);
	char reason[64];

	snprintf(reason, sizeof(reason), "it ended with %s %d", is_signal ? "signal" : "status",
		is_signal ? WTERMSIG(status) : WEXITSTATUS(status));
	log_process_failed(processes, reason);
}

/* One that does not accept any more has ended as it should, unless its status says otherwise. */
static void take_end(struct forked *forked)
{
	struct processes *all = forked->all;
	bool was_current = forked->is_current;
	int status = end_forked(forked);

	if (was_current || status)
		log_end(all, status);
	if (was_current)
		plan_replacement(all);
}

static void hear_beat(struct forked *forked, uint8_t level)
{
	const struct processes_needs *needs = &forked->all->needs;

	forked->heard_ms = loop_now_ms(needs->loop);
	if (!level || severity_is_known(level))
		log_sink_set_level(needs->log, level);
}

/* The end of the pipe is the end of the process. */
static void on_beat(void *data, uint32_t events)
{
	struct forked *forked = data;
	char bytes[64];
	ssize_t n = read(forked->beat_fd, bytes, sizeof(bytes));

	(void) events;
	if (n > 0)
		hear_beat(forked, (uint8_t) bytes[n - 1]);
	else if (n == 0)
		take_end(forked);
}

static uint64_t hang_ms(const struct forked *forked)
{
	return forked->heard_ms + HANG_MS;
}

static bool is_hanging(const struct forked *forked)
{
	return loop_now_ms(forked->all->needs.loop) >= hang_ms(forked);
}

/* If this process was stopped, so may they have been. */
static void forgive_silence(struct processes *processes)
{
	uint64_t now_ms = loop_now_ms(processes->needs.loop);
	struct forked *forked;

	if (now_ms >= processes->ticked_ms + HANG_MS / 2)
		LIST_EACH (forked, &processes->items, node)
			forked->heard_ms = now_ms;
	processes->ticked_ms = now_ms;
}

static void replace_hanging(struct processes *processes)
{
	struct forked *forked, *after;
	bool was_current;

	LIST_EACH_SAFE (forked, after, &processes->items, node) {
		if (!is_hanging(forked))
			continue;
		was_current = forked->is_current;
		(void) end_forked(forked);
		log_process_failed(processes, "it did not answer for 10 seconds, so it was killed");
		if (was_current)
			plan_replacement(processes);
	}
}

/* Start */

static int add_forked(struct processes *processes, pid_t pid, int beat_fd)
{
	struct forked *forked = mem_new(sizeof(*forked));

	*forked = (struct forked){
		.all = processes,
		.pid = pid,
		.beat_fd = beat_fd,
		.heard_ms = loop_now_ms(processes->needs.loop),
		.is_current = true,
	};
	forked->watch = loop_watch_new(processes->needs.loop, beat_fd, on_beat, forked);
	list_add_last(&processes->items, &forked->node);
	processes->count++;
	processes->n_current++;
	return loop_watch_change(forked->watch, EPOLLIN);
}

/* prctl(2): the signal is not sent if the parent has ended before. */
static _Noreturn void run_forked(
	const struct processes_needs *needs, pid_t parent, int beat_fd, int papod_fd)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent)
		exit(EX_OSERR);
	exit(needs->run(needs->data, beat_fd, papod_fd));
}

static void close_pair(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

/* 0 or a negative errno. The descriptor of papod stays open here. */
static int fork_process(struct processes *processes, int papod_fd)
{
	const struct processes_needs needs = processes->needs;
	pid_t parent = getpid(), pid;
	int ends[2], error = 0;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		run_forked(&needs, parent, ends[1], papod_fd);
	}
	if (pid < 0) {
		error = -errno;
		close_pair(ends);
		return error;
	}
	close(ends[1]);
	return add_forked(processes, pid, ends[0]);
}

static int start_one(struct processes *processes)
{
	int papod_fd = -1, error;

	error = processes->needs.on_connect(processes->needs.data, &papod_fd);
	if (error)
		return error;
	error = fork_process(processes, papod_fd);
	if (papod_fd >= 0)
		close(papod_fd);
	return error;
}

static void start_missing(struct processes *processes)
{
	int error = 0;

	processes->start_ms = UINT64_MAX;
	processes->started_ms = loop_now_ms(processes->needs.loop);
	while (!error && processes->n_current < processes->n_wanted)
		error = start_one(processes);
	if (!error)
		return;
	log_process_failed(processes, strerror(-error));
	plan_replacement(processes);
}

void processes_start(struct processes *processes, size_t count)
{
	struct forked *forked;

	signal_forked(processes, SIGHUP);
	LIST_EACH (forked, &processes->items, node)
		forked->is_current = false;
	processes->n_current = 0;
	processes->n_wanted = count;
	start_missing(processes);
}

void processes_stop(struct processes *processes)
{
	struct forked *forked;

	processes->n_wanted = 0;
	processes->start_ms = UINT64_MAX;
	signal_forked(processes, SIGTERM);
	LIST_EACH (forked, &processes->items, node)
		forked->is_current = false;
	processes->n_current = 0;
}

size_t processes_count(const struct processes *processes)
{
	return processes->count;
}

bool processes_are_complete(const struct processes *processes)
{
	return processes->n_current >= processes->n_wanted;
}

void processes_tick(struct processes *processes)
{
	forgive_silence(processes);
	replace_hanging(processes);
	if (loop_now_ms(processes->needs.loop) >= processes->start_ms)
		start_missing(processes);
}

uint64_t processes_next_deadline(const struct processes *processes)
{
	uint64_t deadline_ms = processes->start_ms;
	const struct forked *forked;

	LIST_EACH (forked, &processes->items, node)
		if (hang_ms(forked) < deadline_ms)
			deadline_ms = hang_ms(forked);
	return deadline_ms;
}
