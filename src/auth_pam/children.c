/* Owns the processes, and the pipe over which each sends its answer as a line. A process that has
 * answered, or has taken too long, is killed; until it is gone it counts. */
#include "auth_pam/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"

struct child_process {
	struct children *children;
	struct list in_children;
	pid_t pid;
	int fd; /* -1: it has answered, or no one wants to know */
	struct loop_watch *watch;
	struct buffer in;
	uint64_t id; /* of the request */
	uint64_t deadline_ms;
	void *owner;
};

struct children {
	struct children_needs needs;
	struct list processes;
	size_t count;
};

static void close_child_pipe(struct child_process *process)
{
	loop_watch_remove(TAKE(process->watch));
	if (process->fd >= 0)
		close(TAKE_FD(process->fd));
	buffer_done(&process->in);
}

static void forget_child_process(struct child_process *process)
{
	list_remove(&process->in_children);
	process->children->count--;
	close_child_pipe(process);
	free(process);
}

/* Its id is not used again before it is waited for. */
static void end_child_process(struct child_process *process)
{
	kill(process->pid, SIGKILL);
	close_child_pipe(process);
}

static void pass_answer(struct child_process *process, const struct checker_answer *answer)
{
	struct children *children = process->children;
	void *owner = process->owner;

	end_child_process(process);
	children->needs.on_answer(children->needs.data, owner, answer);
}

static void pass_failure(struct child_process *process, const char *text)
{
	struct checker_answer answer = {
		.id = process->id,
		.result = CHECKER_RESULT_ERROR,
		.text = mem_text(text),
	};

	pass_answer(process, &answer);
	checker_answer_done(&answer);
}

static void read_child_answer(struct child_process *process)
{
	CLEANUP(checker_answer_done) struct checker_answer answer = { 0 };
	char reason[CHECKER_REASON_BYTES];

	if (checker_parse_answer(buffer_text(&process->in), process->in.length, reason, &answer))
		pass_answer(process, &answer);
	else
		pass_failure(process, "the process that asks PAM has crashed");
}

/* The line is shorter than a pipe is long; the end of the pipe is the end of the line. */
static void on_child_readable(void *data, uint32_t events)
{
	struct child_process *process = data;
	char bytes[4096];
	ssize_t got = read(process->fd, bytes, sizeof(bytes));

	(void) events;
	if (got > 0 && process->in.length <= CHECKER_LINE_BYTES)
		buffer_put(&process->in, bytes, (size_t) got);
	if ((got > 0 && bytes[got - 1] == '\n') || got == 0)
		read_child_answer(process);
	else if (got < 0 && errno != EAGAIN && errno != EINTR)
		pass_failure(process, strerror(errno));
}

/* Modules of PAM start processes too, and wait for them. */
static void prepare_child(pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
}

static void run_child(
	const struct children_needs *needs, const struct checker_request *request, int fd)
{
	struct buffer out = { .is_secret = true };
	struct checker_answer answer;

	needs->check(needs->check_data, request, &answer);
	if (!checker_format_answer(&answer, &out))
		_exit(1);
	_exit(write(fd, out.bytes, out.length) == (ssize_t) out.length ? 0 : 1);
}

static int fork_child(struct children *children, const struct checker_request *request, int fd)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		prepare_child(parent);
		run_child(&children->needs, request, fd);
	}
	return pid < 0 ? -errno : pid;
}

static int add_child_process(
	struct children *children, pid_t pid, int fd, struct child_process **ret_process)
{
	struct child_process *process = mem_new(sizeof(*process));

	process->children = children;
	process->pid = pid;
	process->fd = fd;
	process->watch = loop_watch_new(children->needs.loop, fd, on_child_readable, process);
	list_add_last(&children->processes, &process->in_children);
	children->count++;
	*ret_process = process;
	return loop_watch_change(process->watch, EPOLLIN);
}

int children_start(struct children *children, const struct checker_request *request, void *owner)
{
	struct child_process *process;
	int ends[2], error, pid;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	pid = fork_child(children, request, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return pid;
	}
	error = add_child_process(children, pid, ends[0], &process);
	process->id = request->id;
	process->owner = owner;
	process->deadline_ms = loop_now_ms(children->needs.loop) + children->needs.timeout_ms;
	if (error)
		end_child_process(process);
	return error;
}

bool children_have_room(const struct children *children)
{
	return children->count < children->needs.most;
}

void children_forget(struct children *children, const void *owner)
{
	struct child_process *process;

	LIST_EACH (process, &children->processes, in_children)
		if (process->owner == owner && process->fd >= 0)
			end_child_process(process);
}

uint64_t children_next_deadline(const struct children *children)
{
	const struct child_process *process;
	uint64_t first_ms = UINT64_MAX;

	LIST_EACH (process, &children->processes, in_children)
		if (process->fd >= 0 && process->deadline_ms < first_ms)
			first_ms = process->deadline_ms;
	return first_ms;
}

void children_tick(struct children *children)
{
	uint64_t now_ms = loop_now_ms(children->needs.loop);
	struct child_process *process, *after;

	LIST_EACH_SAFE (process, after, &children->processes, in_children) {
		if (process->fd >= 0 && process->deadline_ms <= now_ms)
			pass_failure(process, "PAM gave no answer in time");
		if (process->fd < 0 && waitpid(process->pid, NULL, WNOHANG) != 0)
			forget_child_process(process);
	}
}

struct children *children_new(const struct children_needs *needs)
{
	struct children *children = mem_new(sizeof(*children));

	children->needs = *needs;
	list_init(&children->processes);
	return children;
}

void children_free(struct children *children)
{
	struct child_process *process;

	if (!children)
		return;
	while (!list_is_empty(&children->processes)) {
		process = LIST_FIRST(&children->processes, struct child_process, in_children);
		end_child_process(process);
		waitpid(process->pid, NULL, 0);
		forget_child_process(process);
	}
	free(children);
}
