/* Owns the writing of snapshots: by a child while the server goes on, or between two turns. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/server.h"
#include "daemon/snapshot.h"

#define SNAPSHOT_MS 10000
#define SNAPSHOT_BYTES ((size_t) 256 << 10)

static int write_snapshot(const struct server *server)
{
	struct buffer bytes = { 0 };
	int error;

	snapshot_save(server, &bytes);
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

static void forget_child(struct server *server)
{
	struct survival_child *child = &server->child;

	loop_watch_remove(child->watch);
	close(child->result_fd);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*child = (struct survival_child){ 0 };
}

static void on_child_done(void *data, uint32_t events)
{
	struct server *server = data;
	char error = ECHILD;

	(void) events;
	if (read(server->child.result_fd, &error, 1) < 0 && errno == EAGAIN)
		return;
	forget_child(server);
	if (!error) {
		event_log_commit_snapshot(server->event_log);
		return;
	}
	event_log_abandon_snapshot(server->event_log);
	log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(error));
}

static void watch_child(struct server *server, pid_t pid, int result_fd)
{
	struct loop_watch *watch = loop_watch_new(server->loop, result_fd, on_child_done, server);

	server->child =
		(struct survival_child){ .pid = pid, .result_fd = result_fd, .watch = watch };
	if (loop_watch_change(watch, EPOLLIN) < 0)
		log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(errno));
}

static void begin_snapshot(struct server *server)
{
	pid_t parent = getpid(), pid;
	int pipe_fds[2];

	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return;
	event_log_begin_snapshot(server->event_log);
	server->snapshot_ms = loop_now_ms(server->loop);
	pid = fork();
	if (pid == 0)
		be_child(server, parent, pipe_fds[1]);
	close(pipe_fds[1]);
	if (pid > 0) {
		watch_child(server, pid, pipe_fds[0]);
		return;
	}
	close(pipe_fds[0]);
	event_log_abandon_snapshot(server->event_log);
	log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(errno));
}

/* When the log would take long, and now and then to give its memory back. */
static bool wants_snapshot(const struct server *server)
{
	uint64_t age_ms = loop_now_ms(server->loop) - server->snapshot_ms;

	if (server->child.pid || event_log_is_switching(server->event_log))
		return false;
	return event_log_is_long(server->event_log) ||
	       (age_ms > SNAPSHOT_MS && event_log_bytes(server->event_log) > SNAPSHOT_BYTES);
}

void survival_look_at_snapshot(struct server *server)
{
	if (wants_snapshot(server))
		begin_snapshot(server);
}

int survival_save_now(struct server *server)
{
	int error;

	if (server->child.pid) {
		kill(server->child.pid, SIGKILL);
		forget_child(server);
	}
	if (event_log_is_switching(server->event_log))
		event_log_abandon_snapshot(server->event_log);
	event_log_begin_snapshot(server->event_log);
	error = write_snapshot(server);
	if (error)
		event_log_abandon_snapshot(server->event_log);
	else
		event_log_commit_snapshot(server->event_log);
	return error;
}
