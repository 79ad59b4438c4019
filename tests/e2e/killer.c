/* killer PLAN PROGRAM [ARGUMENT]...: executes the program, while a child traces it and kills it at
 * one of its system calls. Stops at entry and exit of each call are counted from 1, in all threads
 * and forked processes; the file PLAN contains the number of the stop (0: do not kill). The file is
 * removed, so that it applies to one start; without it the program is not traced. PLAN.stops lists
 * each stop: "entry" or "exit", the call, and the thread: "main", "thread" for another thread, or
 * "child" for a forked process, which is then killed alone. Exits with 77 if tracing is not
 * permitted. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define OPTIONS                                                                                    \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |  \
		PTRACE_O_TRACEEXEC)
#define SYSCALL_STOP (SIGTRAP | 0x80)
#define MOST_TASKS 64
#define MOST_FDS 1024
#define SKIPPED 77

/* Other calls are listed by number. */
static const struct {
	long long call;
	const char *name;
} names[] = {
	{ SYS_accept4, "accept4" },
	{ SYS_sendmsg, "sendmsg" },
	{ SYS_writev, "writev" },
	{ SYS_recvmsg, "recvmsg" },
	{ SYS_recvfrom, "recvfrom" },
	{ SYS_epoll_ctl, "epoll_ctl" },
	{ SYS_setsockopt, "setsockopt" },
	{ SYS_getsockopt, "getsockopt" },
	{ SYS_ioctl, "ioctl" },
	{ SYS_shutdown, "shutdown" },
	{ SYS_close, "close" },
	{ SYS_ftruncate, "ftruncate" },
	{ SYS_fallocate, "fallocate" },
	{ SYS_mmap, "mmap" },
	{ SYS_pwrite64, "pwrite64" },
};

struct task {
	pid_t pid;
	int is_child;
	long long call;
};

struct hunt {
	pid_t pid;
	FILE *stops;
	unsigned long wanted;
	unsigned long count;
	struct task tasks[MOST_TASKS];
	int n_tasks;
	int has_begun; /* the program is running */
	int is_over;
};

static struct task *find_task(struct hunt *hunt, pid_t pid)
{
	for (int i = 0; i < hunt->n_tasks; i++)
		if (hunt->tasks[i].pid == pid)
			return &hunt->tasks[i];
	if (hunt->n_tasks == MOST_TASKS)
		return &hunt->tasks[0];
	hunt->tasks[hunt->n_tasks] = (struct task){ .pid = pid, .call = -1 };
	return &hunt->tasks[hunt->n_tasks++];
}

static const char *name_of(const struct hunt *hunt, const struct task *task)
{
	if (task->is_child)
		return "child";
	return task->pid == hunt->pid ? "main" : "thread";
}

static void note(const struct hunt *hunt, const struct task *task, const char *side)
{
	char name[24];

	snprintf(name, sizeof(name), "%lld", task->call);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].call == task->call)
			snprintf(name, sizeof(name), "%s", names[i].name);
	fprintf(hunt->stops, "%s %s %s\n", side, name, name_of(hunt, task));
	fflush(hunt->stops);
}

static void on_call(struct hunt *hunt, pid_t pid)
{
	struct task *task = find_task(hunt, pid);
	struct __ptrace_syscall_info info = { 0 };
	int is_entry;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
		return;
	is_entry = info.op == PTRACE_SYSCALL_INFO_ENTRY;
	if (is_entry)
		task->call = (long long) info.entry.nr;
	note(hunt, task, is_entry ? "entry" : "exit");
	if (++hunt->count != hunt->wanted)
		return;
	hunt->is_over = 1;
	kill(task->is_child ? pid : hunt->pid, SIGKILL);
}

static void on_event(struct hunt *hunt, pid_t pid, int event)
{
	unsigned long message = 0;

	if (event == PTRACE_EVENT_EXEC)
		hunt->has_begun = 1;
	if ((event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK) &&
		ptrace(PTRACE_GETEVENTMSG, pid, NULL, &message) == 0)
		find_task(hunt, (pid_t) message)->is_child = 1;
}

/* Passes signals on, but not the stops of the tracing. */
static void on_stop(struct hunt *hunt, pid_t pid, int status)
{
	int signal_number = WSTOPSIG(status), event = status >> 16;
	long passed = 0;

	if (event)
		on_event(hunt, pid, event);
	else if (signal_number != SYSCALL_STOP)
		passed = signal_number;
	else if (hunt->has_begun && !hunt->is_over)
		on_call(hunt, pid);
	ptrace(hunt->is_over ? PTRACE_CONT : PTRACE_SYSCALL, pid, NULL, passed);
}

static void follow(struct hunt *hunt)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0 && errno != EINTR)
			return;
		if (pid > 0 && WIFSTOPPED(status))
			on_stop(hunt, pid, status);
	}
}

/* Returns 0 or an errno. */
static int seize(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, OPTIONS) < 0 ||
		ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		return errno;
	return 0;
}

/* Closes all descriptors of the program, which must not stay open here. */
static void __attribute__((noreturn))
be_hunter(struct hunt *hunt, const char *path, int from_fd, int to_fd)
{
	char byte = 0;

	for (int fd = 0; fd < MOST_FDS; fd++)
		if (fd != from_fd && fd != to_fd)
			close(fd);
	hunt->stops = fopen(path, "we");
	if (read(from_fd, &byte, 1) != 1 || !hunt->stops)
		_exit(1);
	byte = (char) seize(hunt->pid);
	if (write(to_fd, &byte, 1) == 1 && !byte)
		follow(hunt);
	_exit(0);
}

/* True: the tracer is ready. prctl() permits it to trace this process (Yama). */
static int be_hunted(struct hunt *hunt, const char *path)
{
	int to_hunter[2], from_hunter[2];
	char byte = 1;
	pid_t pid;

	hunt->pid = getpid();
	if (pipe2(to_hunter, O_CLOEXEC) < 0 || pipe2(from_hunter, O_CLOEXEC) < 0)
		return 0;
	pid = fork();
	if (pid == 0)
		be_hunter(hunt, path, to_hunter[0], from_hunter[1]);
	close(from_hunter[1]);
	prctl(PR_SET_PTRACER, pid, 0, 0, 0);
	if (pid < 0 || write(to_hunter[1], &byte, 1) != 1)
		return 0;
	return read(from_hunter[0], &byte, 1) == 1 && !byte;
}

int main(int argc, char *argv[])
{
	static struct hunt hunt;
	FILE *plan = argc > 2 ? fopen(argv[1], "re") : NULL;
	char path[4096];

	if (argc <= 2)
		return EXIT_FAILURE;
	if (plan) {
		if (fscanf(plan, "%lu", &hunt.wanted) != 1)
			return EXIT_FAILURE;
		fclose(plan);
		unlink(argv[1]);
		snprintf(path, sizeof(path), "%s.stops", argv[1]);
		if (!be_hunted(&hunt, path))
			return SKIPPED;
	}
	execv(argv[2], argv + 2);
	return EXIT_FAILURE;
}
