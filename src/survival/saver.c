/* Owns writing snapshots: in a child while the server continues, or between two turns. */
#include "survival/saver.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "survival/pace.h"
#include "survival/stopwatch.h"

#define REAP_TRIES 1000 /* of a millisecond each */
#define REAP_MS 1000

/* A child that writes a snapshot. All zero: there is none. */
struct saver_child {
	pid_t pid;
	int result_fd;
	void *watch;
	bool is_killed; /* only needs to be reaped */
	uint64_t reap_ms;
};

struct saver {
	struct saver_needs needs;
	struct event_log *log;
	struct saver_child child;
	struct pace pace;
	bool has_gap;
};

struct saver *saver_new(const struct saver_needs *needs)
{
	struct saver *saver = mem_new(sizeof(*saver));

	saver->needs = *needs;
	return saver;
}

bool saver_is_failing(const struct saver *saver)
{
	return saver->pace.n_child_failures > 0;
}

bool saver_has_gap(const struct saver *saver)
{
	return saver->has_gap;
}

static uint64_t saver_now_ms(const struct saver *saver)
{
	return saver->needs.now_ms(saver->needs.data);
}

static bool owner_wants_snapshot(const struct saver *saver)
{
	return saver->needs.wants_snapshot(saver->needs.data);
}

static void tell_saver_news(const struct saver *saver)
{
	saver->needs.on_news(saver->needs.data);
}

/* From now on the log is incomplete: a crash would lose all clients with later events. */
void saver_note_gap(struct saver *saver)
{
	saver->has_gap = true;
	log_entry(saver->needs.log, LOGBOOK_NOT_KEPT, "REASON",
		"the log of events is full, and no snapshot could be written");
	tell_saver_news(saver);
}

/* A new snapshot contains everything that was missing. */
static void close_gap(struct saver *saver)
{
	if (!saver->has_gap)
		return;
	saver->has_gap = false;
	log_entry(saver->needs.log, LOGBOOK_KEPT_AGAIN);
	tell_saver_news(saver);
}

static int write_snapshot(const struct saver *saver)
{
	struct buffer bytes = { 0 };
	int error;

	saver->needs.save(saver->needs.data, &bytes);
	error = event_log_write_snapshot(saver->log, &bytes);
	buffer_done(&bytes);
	return error;
}

/* The child does only this. It must not outlive the parent, because the next process writes
 * snapshots to the same place. */
static void __attribute__((noreturn))
be_child(const struct saver *saver, pid_t parent, int result_fd)
{
	char error;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	error = (char) -write_snapshot(saver);
	_exit(write(result_fd, &error, 1) == 1 ? 0 : 1);
}

/* False: the child has not ended yet and may still write. */
static bool reap_child(struct saver *saver)
{
	struct saver_child *child = &saver->child;
	pid_t pid = waitpid(child->pid, NULL, WNOHANG);

	if (!pid || (pid < 0 && errno == EINTR))
		return false;
	*child = (struct saver_child){ 0 };
	return true;
}

/* Its result is known, or no longer needed. SIGKILL ends even a stopped one. */
static void kill_child(struct saver *saver)
{
	struct saver_child *child = &saver->child;

	if (child->is_killed)
		return;
	if (child->watch)
		saver->needs.unwatch(saver->needs.data, child->watch);
	close(child->result_fd);
	kill(child->pid, SIGKILL);
	*child = (struct saver_child){
		.pid = child->pid,
		.is_killed = true,
		.reap_ms = saver_now_ms(saver) + REAP_MS,
	};
}

/* For who must not go on while the child may write. Giving back its memory takes a few
 * milliseconds, for which no client should wait: all others leave that to the next turns. */
static void end_child(struct saver *saver)
{
	kill_child(saver);
	for (int i = 0; i < REAP_TRIES && !reap_child(saver); i++)
		(void) poll(NULL, 0, 1);
}

/* Ends the child, which would write to the old log. After a recovery all clients act at once, which
 * costs more while a child shares the memory, so the first snapshot begins a little later. */
void saver_set_log(struct saver *saver, struct event_log *log)
{
	if (saver->child.pid)
		end_child(saver);
	saver->log = log;
	if (log)
		pace_begin(&saver->pace, saver_now_ms(saver));
}

void saver_free(struct saver *saver)
{
	if (!saver)
		return;
	if (saver->child.pid)
		end_child(saver);
	free(saver);
}

static void abandon_snapshot(struct saver *saver)
{
	if (event_log_is_switching(saver->log))
		event_log_abandon_snapshot(saver->log);
}

/* Only the first failure in a row is logged. */
static void child_failed(struct saver *saver, const char *why)
{
	abandon_snapshot(saver);
	pace_child_failed(&saver->pace, saver_now_ms(saver));
	if (saver->pace.n_child_failures == 1)
		log_entry(saver->needs.log, LOGBOOK_SNAPSHOT_FAILED, "REASON", why);
	tell_saver_news(saver);
}

static void child_done(struct saver *saver)
{
	event_log_commit_snapshot(saver->log);
	if (saver->pace.n_child_failures || saver->pace.n_own_failures) {
		log_entry(saver->needs.log, LOGBOOK_SNAPSHOTS_RESUMED);
		tell_saver_news(saver);
	}
	pace_child_done(&saver->pace);
}

static void on_child_done(void *data, uint32_t events)
{
	struct saver *saver = data;
	char error = 0;
	ssize_t n = read(saver->child.result_fd, &error, 1);

	(void) events;
	if (n < 0 && errno == EAGAIN)
		return;
	kill_child(saver);
	if (n != 1)
		child_failed(saver, "its process ended before it was written");
	else if (error)
		child_failed(saver, strerror(error));
	else
		child_done(saver);
}

static int watch_child(struct saver *saver, pid_t pid, int result_fd)
{
	const struct saver_needs *needs = &saver->needs;

	saver->child = (struct saver_child){ .pid = pid, .result_fd = result_fd };
	return needs->watch(needs->data, result_fd, on_child_done, saver, &saver->child.watch);
}

/* 0, or a negative errno after closing the reading end of the pipe. */
static int start_child(struct saver *saver, const int pipe_fds[2])
{
	pid_t parent = getpid(), pid = fork();
	int error;

	if (pid == 0)
		be_child(saver, parent, pipe_fds[1]);
	if (pid < 0) {
		error = -errno;
		close(pipe_fds[0]);
		return error;
	}
	error = watch_child(saver, pid, pipe_fds[0]);
	if (error)
		kill_child(saver);
	return error;
}

static void begin_snapshot(struct saver *saver)
{
	int pipe_fds[2], error;

	pace_begin(&saver->pace, saver_now_ms(saver));
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0) {
		child_failed(saver, strerror(errno));
		return;
	}
	event_log_begin_snapshot(saver->log);
	error = start_child(saver, pipe_fds);
	close(pipe_fds[1]);
	if (error)
		child_failed(saver, strerror(-error));
}

int saver_save_now(struct saver *saver)
{
	struct event_log *log = saver->log;
	int error;

	if (saver->child.pid)
		end_child(saver);
	if (saver->child.pid)
		return -EBUSY;
	abandon_snapshot(saver);
	/* If the new events could not be appended to the old ones, their place must not be reused,
	 * unless the log is incomplete anyway. */
	if (event_log_is_switching(log) && !saver->has_gap)
		return -ENOSPC;
	event_log_begin_snapshot(log);
	error = write_snapshot(saver);
	if (error) {
		event_log_abandon_snapshot(log);
		return error;
	}
	event_log_commit_snapshot(log);
	close_gap(saver);
	return 0;
}

static void save_ourselves(struct saver *saver)
{
	struct stopwatch stopwatch = { 0 };
	uint64_t now_ms = saver_now_ms(saver);
	int error;

	stopwatch_lap(&stopwatch);
	pace_begin(&saver->pace, now_ms);
	error = saver_save_now(saver);
	if (!error) {
		pace_own_done(&saver->pace, now_ms, stopwatch_lap(&stopwatch));
		return;
	}
	pace_own_failed(&saver->pace, now_ms);
	if (saver->pace.n_own_failures == 1)
		log_entry(saver->needs.log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(-error));
	tell_saver_news(saver);
}

static struct pace_need find_need(const struct saver *saver)
{
	const struct event_log *log = saver->log;

	return (struct pace_need){
		.now_ms = saver_now_ms(saver),
		.bytes = event_log_memory(log),
		.is_long = event_log_is_long(log),
		.is_heavy = event_log_is_heavy(log),
		.is_nearly_full = event_log_is_nearly_full(log),
		.has_stopped = saver->has_gap,
		.has_secrets = owner_wants_snapshot(saver),
		.has_child = saver->child.pid != 0,
	};
}

static void look_at_child(struct saver *saver)
{
	uint64_t now_ms = saver_now_ms(saver);

	if (saver->child.is_killed) {
		if (!reap_child(saver))
			saver->child.reap_ms = now_ms + REAP_MS;
	} else if (saver->child.pid && pace_is_over(&saver->pace, now_ms)) {
		kill_child(saver);
		child_failed(saver, "its process had not ended after 30 seconds and was killed");
	}
}

/* No child is running, no snapshot is due, and no failure is pending. This is true at the end of
 * most turns, and cheap to test. */
static bool is_at_ease(const struct saver *saver)
{
	return !saver->child.pid && !saver->has_gap && !owner_wants_snapshot(saver) &&
	       event_log_is_short(saver->log);
}

static void look_at_need(struct saver *saver)
{
	struct pace_need need = find_need(saver);

	switch (pace_choose(&saver->pace, &need)) {
	case PACE_BY_CHILD:
		begin_snapshot(saver);
		return;
	case PACE_BY_US:
		save_ourselves(saver);
		return;
	case PACE_WAIT:
		return;
	}
}

void saver_tick(struct saver *saver)
{
	if (is_at_ease(saver))
		return;
	look_at_child(saver);
	look_at_need(saver);
}

uint64_t saver_next_deadline(const struct saver *saver)
{
	struct pace_need need;

	if (is_at_ease(saver))
		return UINT64_MAX;
	if (saver->child.is_killed)
		return saver->child.reap_ms;
	need = find_need(saver);
	return pace_next_deadline(&saver->pace, &need);
}
