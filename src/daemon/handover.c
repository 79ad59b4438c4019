/* Owns the change of the program in a running process: the trial of the new one, and its start. */
#include "daemon/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/handover_list.h"
#include "survival/stopwatch.h"

#define TRIAL_MS 10000 /* refusals quote it */

struct handover {
	struct handover_needs needs;
	bool is_wanted;
	uint64_t session; /* of the last request; 0: a signal */
	bool is_good;	  /* the trial succeeded: start it between two turns */
	pid_t pid;	  /* of the trial; 0: there is none */
	int fd;		  /* of that process */
	struct loop_watch *watch;
	uint64_t deadline_ms;
};

char *handover_find_program(void)
{
	const char *path = (const char *) (uintptr_t) getauxval(AT_EXECFN);
	struct buffer whole = { 0 };
	char *directory;

	if (!path || path[0] == '/')
		return mem_text(path);
	directory = getcwd(NULL, 0);
	if (!directory)
		return mem_text(path);
	buffer_format(&whole, "%s/%s", directory, path);
	free(directory);
	return buffer_take(&whole);
}

/* Report the refusal to the session that asked; other clients notice nothing. */
static void refuse_handover(const struct handover *handover, const char *reason)
{
	const struct handover_needs *needs = &handover->needs;
	struct event event = {
		.kind = EVENT_RESTART_FAILED,
		.session = handover->session,
		.text = reason,
		.text_length = strlen(reason),
	};

	log_entry(needs->log, LOGBOOK_HANDOVER_FAILED, "FILE", needs->program, "REASON", reason);
	engine_handle(needs->engine, &event);
	loop_again(needs->loop);
}

/* The trial */

static void forget_trial(struct handover *handover)
{
	loop_watch_remove(TAKE(handover->watch));
	close(handover->fd);
	while (waitpid(handover->pid, NULL, 0) < 0 && errno == EINTR)
		;
	handover->pid = 0;
}

static void abort_trial(struct handover *handover)
{
	kill(handover->pid, SIGKILL);
	forget_trial(handover);
}

static void judge_trial(struct handover *handover, const siginfo_t *end)
{
	struct buffer reason = { 0 };

	handover->is_good = end->si_code == CLD_EXITED && end->si_status == 0;
	if (handover->is_good)
		return;
	if (end->si_code == CLD_EXITED && end->si_status == EX_CONFIG)
		buffer_put_text(&reason, "the configuration has errors, which it has printed; "
					 "fix them, and check with papod --check");
	else
		buffer_format(&reason, "tried with --check it ended with %s %d; is it a papod?",
			end->si_code == CLD_EXITED ? "status" : "signal", end->si_status);
	refuse_handover(handover, reason.bytes);
	buffer_done(&reason);
}

static void on_trial_over(void *data, uint32_t events)
{
	struct handover *handover = data;
	siginfo_t end = { 0 };

	(void) events;
	if (waitid(P_PID, (id_t) handover->pid, &end, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		!end.si_pid)
		return;
	forget_trial(handover);
	judge_trial(handover, &end);
}

/* This process's command line with the option to only check. The caller frees the list, not the
 * words. */
static char **trial_words(char *const *words)
{
	size_t n_words = 0;
	char **trial;

	while (words[n_words])
		n_words++;
	trial = mem_new((n_words + 2) * sizeof(*trial));
	trial[0] = words[0];
	trial[1] = (char *) (uintptr_t) "--check";
	memcpy(trial + 2, words + 1, (n_words - 1) * sizeof(*trial));
	return trial;
}

static int spawn_trial(const char *program, char *const *words, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawn(ret_pid, program, &actions, &attributes, words, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return -error;
}

static int watch_trial(struct handover *handover)
{
	struct loop *loop = handover->needs.loop;

	handover->fd = pidfd_open(handover->pid, 0);
	if (handover->fd < 0)
		return -errno;
	handover->deadline_ms = loop_now_ms(loop) + TRIAL_MS;
	handover->watch = loop_watch_new(loop, handover->fd, on_trial_over, handover);
	return loop_watch_change(handover->watch, EPOLLIN);
}

static void begin_trial(struct handover *handover)
{
	const char *program = handover->needs.program;
	CLEANUP(mem_freep) char **words = trial_words(handover->needs.words);
	int error = program ? spawn_trial(program, words, &handover->pid) : -ENOENT;

	handover->is_wanted = false;
	if (error)
		handover->pid = 0;
	else
		error = watch_trial(handover);
	if (!error)
		return;
	if (handover->pid)
		abort_trial(handover);
	refuse_handover(handover, strerror(-error));
}

void handover_ask(struct handover *handover, uint64_t session)
{
	handover->is_wanted = true;
	handover->session = session;
	loop_again(handover->needs.loop);
}

void handover_tick(struct handover *handover)
{
	if (handover->pid && loop_now_ms(handover->needs.loop) >= handover->deadline_ms) {
		abort_trial(handover);
		refuse_handover(handover,
			"tried with --check it had not ended after 10 seconds; is it a "
			"papod?");
	}
	if (handover->is_wanted && !handover->pid && !handover->is_good)
		begin_trial(handover);
}

uint64_t handover_next_deadline(const struct handover *handover)
{
	return handover->pid ? handover->deadline_ms : UINT64_MAX;
}

bool handover_is_ready(const struct handover *handover)
{
	return handover->is_good;
}

/* The change */

/* Sends a tick first: the world's clock stands at its last event, and the next program continues
 * from there, so timers would miss the time since. */
int handover_save(const struct handover *handover)
{
	const struct handover_needs *needs = &handover->needs;
	struct event now = { .kind = EVENT_TICK };
	struct stopwatch stopwatch = { 0 };
	char users[24], save_ms[24];
	int error;

	engine_handle(needs->engine, &now);
	stopwatch_lap(&stopwatch);
	error = needs->save(needs->data);
	if (error) {
		log_entry(needs->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(-error));
		return error;
	}
	snprintf(users, sizeof(users), "%zu", world_count_users(engine_world(needs->engine)));
	snprintf(save_ms, sizeof(save_ms), "%" PRIu64, stopwatch_lap(&stopwatch));
	log_entry(needs->log, LOGBOOK_HANDED_OVER, "USERS", users, "SAVE_MS", save_ms);
	return 0;
}

static void set_inherited(int fd, bool is_inherited)
{
	(void) fcntl(fd, F_SETFD, is_inherited ? 0 : FD_CLOEXEC);
}

static void inherit_all(
	const struct handover *handover, const struct descriptors *files, bool is_inherited)
{
	const struct listeners *listeners = handover->needs.listeners;

	for (size_t i = 0; i < files->count; i++)
		set_inherited(files->files[i].fd, is_inherited);
	for (size_t i = 0; i < listeners_count(listeners); i++)
		set_inherited(listeners_fd(listeners, i), is_inherited);
}

/* Returns only if that fails. */
static int execute_program(const struct handover_needs *needs, int list_fd)
{
	CLEANUP(mem_freep) char **environment = NULL;
	CLEANUP(buffer_done) struct buffer variable = { 0 };
	size_t n = 0;

	while (environ[n])
		n++;
	environment = mem_new((n + 2) * sizeof(*environment));
	memcpy(environment, environ, n * sizeof(*environment));
	buffer_format(&variable, HANDOVER_LIST_VARIABLE "=%d", list_fd);
	environment[n] = variable.bytes;
	execve(needs->program, needs->words, environment);
	return -errno;
}

static int change_program(const struct handover *handover, struct handover_list *list)
{
	const struct handover_needs *needs = &handover->needs;
	int fd = -1, error;

	listeners_save(needs->listeners, &list->listeners);
	list->has_passed_sockets = needs->has_passed_sockets;
	error = handover_list_write(list, &fd);
	if (error)
		return error;
	set_inherited(fd, true);
	inherit_all(handover, &list->files, true);
	error = execute_program(needs, fd);
	inherit_all(handover, &list->files, false);
	close(fd);
	return error;
}

static const char *hand_over(const struct handover *handover)
{
	const struct handover_needs *needs = &handover->needs;
	CLEANUP(handover_list_done) struct handover_list list = { 0 };
	const char *reason = needs->prepare(needs->data);
	int error;

	if (reason)
		return reason;
	error = handover_save(handover);
	if (error)
		return strerror(-error);
	needs->list(needs->data, &list.files);
	return strerror(-change_program(handover, &list));
}

void handover_act(struct handover *handover)
{
	const char *reason;

	handover->is_good = false;
	reason = hand_over(handover);
	handover->needs.settle(handover->needs.data);
	refuse_handover(handover, reason);
}

struct handover *handover_new(const struct handover_needs *needs)
{
	struct handover *handover = mem_new(sizeof(*handover));

	handover->needs = *needs;
	return handover;
}

void handover_free(struct handover *handover)
{
	if (!handover)
		return;
	if (handover->pid)
		abort_trial(handover);
	free(handover);
}
