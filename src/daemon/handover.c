/* Owns the change of the program in a running process: whether the new one is any good, what it
 * gets, and what we got ourselves. Its connections are the snapshot's and the parking's. */
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
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "daemon/server.h"
#include "survival/stopwatch.h"

/* The number of a descriptor behind which everything else is told. */
#define VARIABLE "PAPOD_HANDOVER"
#define LOCK_NAME DESCRIPTORS_PREFIX "lock"
#define TRIAL_MS 10000 /* as refusals say */
#define MOST_LIST_BYTES ((size_t) 16 << 20)

enum part {
	PART_PROCESS = 1, /* for whom it is */
	PART_FILES = 2,
	PART_LISTENERS = 3,
	PART_HAS_PASSED_SOCKETS = 4,
};

/* Not /proc/self/exe, which is the file that we still have when another one has its name, nor the
 * first argument, which may be anything. */
static char *find_program(void)
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

/* Whoever asked is told, and nobody else has noticed anything. */
static void refuse(struct server *server, const char *reason)
{
	struct event event = {
		.kind = EVENT_RESTART_FAILED,
		.session = server->handover.session,
		.text = reason,
		.text_length = strlen(reason),
	};

	log_entry(server->log, LOGBOOK_HANDOVER_FAILED, "FILE", server->handover.program, "REASON",
		reason);
	engine_handle(server->engine, &event);
	loop_again(server->loop);
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

static void judge(struct server *server, const siginfo_t *end)
{
	struct buffer reason = { 0 };

	server->handover.is_good = end->si_code == CLD_EXITED && end->si_status == 0;
	if (server->handover.is_good)
		return;
	if (end->si_code == CLD_EXITED && end->si_status == EX_CONFIG)
		buffer_put_text(&reason, "the configuration has errors, which it has told; mend "
					 "them, and try with papod --check");
	else
		buffer_format(&reason, "tried with --check it ended with %s %d; is it a papod?",
			end->si_code == CLD_EXITED ? "status" : "signal", end->si_status);
	refuse(server, reason.bytes);
	buffer_done(&reason);
}

static void on_trial_over(void *data, uint32_t events)
{
	struct server *server = data;
	siginfo_t end = { 0 };

	(void) events;
	if (waitid(P_PID, (id_t) server->handover.pid, &end, WEXITED | WNOHANG | WNOWAIT) < 0 ||
		!end.si_pid)
		return;
	forget_trial(&server->handover);
	judge(server, &end);
}

/* As we were called, but that it only checks. The caller frees the list alone. */
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

static int spawn(const char *program, char *const *words, pid_t *ret_pid)
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

static int watch_trial(struct server *server)
{
	struct handover *handover = &server->handover;

	handover->fd = pidfd_open(handover->pid, 0);
	if (handover->fd < 0)
		return -errno;
	handover->deadline_ms = loop_now_ms(server->loop) + TRIAL_MS;
	handover->watch = loop_watch_new(server->loop, handover->fd, on_trial_over, server);
	return loop_watch_change(handover->watch, EPOLLIN);
}

static void begin_trial(struct server *server)
{
	CLEANUP(mem_freep) char **words = trial_words(server->arguments->words);
	struct handover *handover = &server->handover;
	int error = handover->program ? spawn(handover->program, words, &handover->pid) : -ENOENT;

	handover->is_wanted = false;
	if (error)
		handover->pid = 0;
	else
		error = watch_trial(server);
	if (!error)
		return;
	if (handover->pid)
		abort_trial(handover);
	refuse(server, strerror(-error));
}

void handover_ask(struct server *server, uint64_t session)
{
	server->handover.is_wanted = true;
	server->handover.session = session;
	loop_again(server->loop);
}

void handover_tick(struct server *server)
{
	struct handover *handover = &server->handover;

	if (handover->pid && loop_now_ms(server->loop) >= handover->deadline_ms) {
		abort_trial(handover);
		refuse(server, "tried with --check it had not ended after 10 seconds; is it a "
			       "papod?");
	}
	if (handover->is_wanted && !handover->pid && !handover->is_good)
		begin_trial(server);
}

uint64_t handover_next_deadline(const struct server *server)
{
	return server->handover.pid ? server->handover.deadline_ms : UINT64_MAX;
}

/* The change */

/* The world's clock stands at its last event, and the next program goes on from there: without
 * this, what has passed since would not count for any timer. */
int handover_save(struct server *server)
{
	struct event now = { .kind = EVENT_TICK };
	struct stopwatch stopwatch = { 0 };
	char users[24], save_ms[24];
	int error;

	engine_handle(server->engine, &now);
	stopwatch_lap(&stopwatch);
	error = survival_save_now(server);
	if (error) {
		log_entry(server->log, LOGBOOK_SNAPSHOT_FAILED, "REASON", strerror(-error));
		return error;
	}
	snprintf(users, sizeof(users), "%zu", world_count_users(engine_world(server->engine)));
	snprintf(save_ms, sizeof(save_ms), "%" PRIu64, stopwatch_lap(&stopwatch));
	log_entry(server->log, LOGBOOK_HANDED_OVER, "USERS", users, "SAVE_MS", save_ms);
	return 0;
}

static void write_list(
	const struct server *server, const struct descriptors *files, struct buffer *list)
{
	size_t part;

	pack_u64(list, PART_PROCESS, (uint64_t) getpid());
	part = pack_begin(list, PART_FILES);
	descriptors_save(files, list);
	pack_end(list, part);
	part = pack_begin(list, PART_LISTENERS);
	listeners_save(server->listeners, list);
	pack_end(list, part);
	pack_u64(list, PART_HAS_PASSED_SOCKETS, server->has_passed_sockets);
}

static int make_list_file(const struct server *server, const struct descriptors *files, int *ret_fd)
{
	CLEANUP(buffer_done) struct buffer list = { 0 };
	int fd = memfd_create("papod-handover", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	write_list(server, files, &list);
	if (write(fd, list.bytes, list.length) != (ssize_t) list.length) {
		close(fd);
		return -ENOSPC;
	}
	*ret_fd = fd;
	return 0;
}

static void inherit(int fd, bool is_inherited)
{
	(void) fcntl(fd, F_SETFD, is_inherited ? 0 : FD_CLOEXEC);
}

static void inherit_all(
	const struct server *server, const struct descriptors *files, bool is_inherited)
{
	for (size_t i = 0; i < files->count; i++)
		inherit(files->files[i].fd, is_inherited);
	for (size_t i = 0; i < listeners_count(server->listeners); i++)
		inherit(listeners_fd(server->listeners, i), is_inherited);
}

/* Returns only if that fails. */
static int execute(const struct server *server, int list_fd)
{
	CLEANUP(mem_freep) char **environment = NULL;
	CLEANUP(buffer_done) struct buffer variable = { 0 };
	size_t n = 0;

	while (environ[n])
		n++;
	environment = mem_new((n + 2) * sizeof(*environment));
	memcpy(environment, environ, n * sizeof(*environment));
	buffer_format(&variable, VARIABLE "=%d", list_fd);
	environment[n] = variable.bytes;
	execve(server->handover.program, server->arguments->words, environment);
	return -errno;
}

static int change(const struct server *server, const struct descriptors *files)
{
	int fd = -1, error = make_list_file(server, files, &fd);

	if (error)
		return error;
	inherit(fd, true);
	inherit_all(server, files, true);
	error = execute(server, fd);
	inherit_all(server, files, false);
	close(fd);
	return error;
}

static const char *hand_over(struct server *server)
{
	CLEANUP(descriptors_forget) struct descriptors files = { 0 };
	const char *reason = survival_prepare(server);
	int error;

	if (reason)
		return reason;
	error = handover_save(server);
	if (error)
		return strerror(-error);
	survival_list(server, &files);
	if (server->state_lock_fd >= 0)
		descriptors_add(&files, server->state_lock_fd, LOCK_NAME);
	return strerror(-change(server, &files));
}

/* Not before all that was asked for in this turn has been done. */
void handover_act(struct server *server)
{
	const char *reason;

	if (!server->handover.is_good || server->is_stopping || reload_is_asked(server->reload))
		return;
	server->handover.is_good = false;
	reason = hand_over(server);
	survival_settle(server);
	refuse(server, reason);
}

/* The other side */

static void take_part(struct server *server, const struct pack_field *field)
{
	switch ((enum part) field->id) {
	case PART_PROCESS:
		return;
	case PART_FILES:
		descriptors_load(&server->inherited, pack_field_record(field));
		return;
	case PART_LISTENERS:
		buffer_put(&server->handed_listeners, field->bytes, field->length);
		return;
	case PART_HAS_PASSED_SOCKETS:
		server->has_passed_sockets = pack_field_u64(field) != 0;
		return;
	}
}

/* A variable that somebody has passed on to another process means nothing there. */
static void take_list(struct server *server, struct buffer *list)
{
	struct pack pack = pack_over(list->bytes, list->length);
	struct pack_field field;

	if (!pack_next(&pack, &field) || field.id != PART_PROCESS ||
		pack_field_u64(&field) != (uint64_t) getpid())
		return;
	server->is_successor = true;
	while (pack_next(&pack, &field))
		take_part(server, &field);
}

static bool read_list(int fd, struct buffer *list)
{
	off_t length = lseek(fd, 0, SEEK_END);

	if (length <= 0 || (size_t) length > MOST_LIST_BYTES)
		return false;
	buffer_reserve(list, (size_t) length);
	list->length = (size_t) length;
	return pread(fd, list->bytes, list->length, 0) == length;
}

static void take_handed(struct server *server)
{
	CLEANUP(buffer_done) struct buffer list = { 0 };
	const char *number = getenv(VARIABLE);
	uint64_t fd;

	if (!number || !text_parse_u64(number, &fd) || fd <= STDERR_FILENO || fd > INT32_MAX)
		return;
	if (read_list((int) fd, &list))
		take_list(server, &list);
	if (server->is_successor)
		close((int) fd);
}

void handover_init(struct server *server)
{
	int lock_fd;

	server->handover.program = find_program();
	take_handed(server);
	unsetenv(VARIABLE);
	lock_fd = descriptors_take(&server->inherited, LOCK_NAME);
	if (lock_fd >= 0)
		server->state_lock_fd = lock_fd;
}

void handover_done(struct server *server)
{
	if (server->handover.pid)
		abort_trial(&server->handover);
	free(server->handover.program);
	buffer_done(&server->handed_listeners);
}
