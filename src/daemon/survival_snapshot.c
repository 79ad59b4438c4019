/* Owns the writing of snapshots: by a child while the server goes on, or between two turns. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/server.h"
#include "daemon/snapshot.h"
#include "survival/stopwatch.h"

#define REAP_TRIES 1000 /* a millisecond each */
#define REAP_MS 1000

static int write_snapshot(const struct server *server)
{
	const struct snapshot_parts parts = server_parts(server);
	struct buffer bytes = { .is_secret = server->secrets.count > 0 };
	int error;

	snapshot_save(&parts, &bytes);
	error = event_log_write_snapshot(server->event_log, &bytes);
	buffer_done(&bytes);
	return error;
}

/* In the child: nothing but this, whatever else the parent has. It must not outlive the parent: who
 * comes after that one writes snapshots to the same place. */
static void __attribute__((noreturn))
be_child(const struct server *server, pid_t parent, int result_fd)
{
	char error;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	error = (char) -write_snapshot(server);
	_exit(write(result_fd, &error, 1) == 1 ? 0 : 1);
}

/* False: the kernel cannot let go of it yet, and it may still write. */
static bool reap_child(struct server *server)
{
	struct survival_child *child = &server->child;
	pid_t pid = waitpid(child->pid, NULL, WNOHANG);

	if (!pid || (pid < 0 && errno == EINTR))
		return false;
	*child = (struct survival_child){ 0 };
	return true;
}

/* Its result does not matter any more. Killed, it also ends when somebody has stopped it. */
static void end_child(struct server *server)
{
	struct survival_child *child = &server->child;

	if (!child->is_killed) {
		loop_watch_remove(child->watch);
		close(child->result_fd);
		kill(child->pid, SIGKILL);
		*child = (struct survival_child){ .pid = child->pid, .is_killed = true };
	}
	for (int i = 0; i < REAP_TRIES && !reap_child(server); i++)
		(void) poll(NULL, 0, 1);
	child->reap_ms = loop_now_ms(server->loop) + REAP_MS;
}

void survival_done_child(struct server *server)
{
	if (server->child.pid)
		end_child(server);
}

static void abandon(struct server *server)
{
	if (event_log_is_switching(server->event_log))
		event_log_abandon_snapshot(server->event_log);
}

/* One entry, however often it goes wrong. */
static void child_failed(struct server *server, const char *why)
{
	abandon(server);
	pace_child_failed(&server->pace, loop_now_ms(server->loop));
	if (server->pace.n_child_failures == 1)
		log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", why);
	survival_has_news(server);
}

static void child_done(struct server *server)
{
	event_log_commit_snapshot(server->event_log);
	if (server->pace.n_child_failures || server->pace.n_own_failures) {
		log_entry(server->log, LOGBOOK_SNAPSHOTS_RESUMED);
		survival_has_news(server);
	}
	pace_child_done(&server->pace);
}

static void on_child_done(void *data, uint32_t events)
{
	struct server *server = data;
	char error = 0;
	ssize_t n = read(server->child.result_fd, &error, 1);

	(void) events;
	if (n < 0 && errno == EAGAIN)
		return;
	end_child(server);
	if (n != 1)
		child_failed(server, "its process ended before it was written");
	else if (error)
		child_failed(server, strerror(error));
	else
		child_done(server);
}

static int watch_child(struct server *server, pid_t pid, int result_fd)
{
	struct loop_watch *watch = loop_watch_new(server->loop, result_fd, on_child_done, server);

	server->child =
		(struct survival_child){ .pid = pid, .result_fd = result_fd, .watch = watch };
	return loop_watch_change(watch, EPOLLIN);
}

/* 0 or a negative errno, and then the end of the pipe that is read has been closed. */
static int start_child(struct server *server, const int pipe_fds[2])
{
	pid_t parent = getpid(), pid = fork();
	int error;

	if (pid == 0)
		be_child(server, parent, pipe_fds[1]);
	if (pid < 0) {
		error = -errno;
		close(pipe_fds[0]);
		return error;
	}
	error = watch_child(server, pid, pipe_fds[0]);
	if (error)
		end_child(server);
	return error;
}

static void begin_snapshot(struct server *server)
{
	int pipe_fds[2], error;

	pace_begin(&server->pace, loop_now_ms(server->loop));
	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0) {
		child_failed(server, strerror(errno));
		return;
	}
	event_log_begin_snapshot(server->event_log);
	error = start_child(server, pipe_fds);
	close(pipe_fds[1]);
	if (error)
		child_failed(server, strerror(-error));
}

int survival_save_now(struct server *server)
{
	struct event_log *log = server->event_log;
	int error;

	if (server->child.pid)
		end_child(server);
	if (server->child.pid)
		return -EBUSY;
	abandon(server);
	/* Events that have no room behind the others must stay where they are, if they count. */
	if (event_log_is_switching(log) && !server->has_stopped_log)
		return -ENOSPC;
	event_log_begin_snapshot(log);
	error = write_snapshot(server);
	if (error) {
		event_log_abandon_snapshot(log);
		return error;
	}
	event_log_commit_snapshot(log);
	survival_log_again(server);
	return 0;
}

static void save_ourselves(struct server *server)
{
	struct stopwatch stopwatch = { 0 };
	uint64_t now_ms = loop_now_ms(server->loop);
	int error;

	stopwatch_lap(&stopwatch);
	pace_begin(&server->pace, now_ms);
	error = survival_save_now(server);
	if (!error) {
		pace_own_done(&server->pace, now_ms, stopwatch_lap(&stopwatch));
		return;
	}
	pace_own_failed(&server->pace, now_ms);
	if (server->pace.n_own_failures == 1)
		log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(-error));
	survival_has_news(server);
}

static struct pace_need find_need(const struct server *server)
{
	const struct event_log *log = server->event_log;

	return (struct pace_need){
		.now_ms = loop_now_ms(server->loop),
		.bytes = event_log_bytes(log),
		.is_long = event_log_is_long(log),
		.is_heavy = event_log_is_heavy(log),
		.is_nearly_full = event_log_is_nearly_full(log),
		.has_stopped = server->has_stopped_log,
		.has_secrets = secret_places_want_snapshot(&server->secrets, log),
		.has_child = server->child.pid != 0,
	};
}

static void look_at_child(struct server *server)
{
	uint64_t now_ms = loop_now_ms(server->loop);

	if (server->child.is_killed) {
		if (!reap_child(server))
			server->child.reap_ms = now_ms + REAP_MS;
	} else if (server->child.pid && pace_is_over(&server->pace, now_ms)) {
		end_child(server);
		child_failed(server, "its process had not ended after 30 seconds and was killed");
	}
}

/* No child is under way, no snapshot is due, and no failure is to be made good. That is so at the
 * end of most turns, and found out with few instructions. */
static bool is_at_ease(const struct server *server)
{
	return !server->child.pid && !server->has_stopped_log &&
	       !secret_places_want_snapshot(&server->secrets, server->event_log) &&
	       event_log_is_short(server->event_log);
}

static void look_at_need(struct server *server)
{
	struct pace_need need = find_need(server);

	switch (pace_choose(&server->pace, &need)) {
	case PACE_BY_CHILD:
		begin_snapshot(server);
		return;
	case PACE_BY_US:
		save_ourselves(server);
		return;
	case PACE_WAIT:
		return;
	}
}

void survival_look_at_snapshot(struct server *server)
{
	if (is_at_ease(server))
		return;
	look_at_child(server);
	look_at_need(server);
}

uint64_t survival_snapshot_deadline(const struct server *server)
{
	struct pace_need need;

	if (is_at_ease(server))
		return UINT64_MAX;
	if (server->child.is_killed)
		return server->child.reap_ms;
	need = find_need(server);
	return pace_next_deadline(&server->pace, &need);
}
