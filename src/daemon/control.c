/* Owns the control socket, its connections, and the copy of the database until a caller has it.
 * Must not know what the calls mean, except for those that take time. */
#include "daemon/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/text.h"
#include "daemon/control_calls.h"
#include "daemon/control_report.h"
#include "daemon/control_socket.h"
#include "proto/varlink_message.h"
#include "service/state_directory.h"
#include "store/store.h"

#define MOST_CALLERS 16
#define READ_BYTES 16384
#define IDLE_MS 30000 /* without a whole call, and without reading an answer */
#define LISTEN_AGAIN_MS 500

/* One connection. It is read only while no answer is under way, so a caller that does not read its
 * answers has at most one of them waiting, and a second read of calls. */
struct caller {
	struct control *control;
	struct list node;
	int fd;
	struct loop_watch *watch;
	struct buffer in;
	struct buffer out;
	int passed_fd;		      /* goes with the first byte of the answer; -1: none */
	enum control_request awaited; /* the answer comes when the copy is complete */
	uint64_t copy;		      /* the number of that */
	bool is_reporting;	      /* the next part follows when this one is sent: */
	struct control_parts parts;
	bool has_ended;	      /* it sends no more calls, but reads answers */
	uint64_t deadline_ms; /* it is closed then */
};

/* A copy of one of the databases. */
struct copying {
	struct control *control;
	enum control_request request;
	bool is_under_way;
	uint64_t number; /* counts the copies */
};

struct control {
	struct control_needs needs;
	int listener; /* -1: none */
	struct loop_watch *watch;
	bool is_inherited;
	uint64_t listen_again_ms; /* UINT64_MAX: it listens, or waits for a caller to leave */
	bool is_warned;		  /* since a caller was accepted last */
	struct list callers;
	size_t n_callers;
	struct caller *acting; /* whose act is carried out now; NULL: none is */
	struct copying copies[CONTROL_REQUESTS];
};

static const struct {
	const char *copy;
	const char *database; /* in its place */
} backup_files[CONTROL_REQUESTS] = {
	[CONTROL_REQUEST_BACKUP] = { "backup.db", "accounts.db" },
	[CONTROL_REQUEST_BACKUP_HISTORY] = { "backup-history.db", "history.db" },
};

/* Connections */

/* Without a free descriptor, a caller that waits would be reported all the time. */
static void listen_to_callers(struct control *control, bool may_listen)
{
	bool is_listening = may_listen && control->n_callers < MOST_CALLERS;
	int error = loop_watch_change(control->watch, is_listening ? EPOLLIN : 0);

	control->listen_again_ms = may_listen && !error
					   ? UINT64_MAX
					   : loop_now_ms(control->needs.loop) + LISTEN_AGAIN_MS;
}

static void close_caller(struct caller *caller)
{
	struct control *control = caller->control;
	bool was_full = control->n_callers == MOST_CALLERS;

	list_remove(&caller->node);
	control->n_callers--;
	loop_watch_remove(caller->watch);
	close(caller->fd);
	if (caller->passed_fd >= 0)
		close(caller->passed_fd);
	buffer_done(&caller->in);
	buffer_done(&caller->out);
	report_cursor_done(&caller->parts.report);
	free(caller);
	if (was_full && control->watch)
		listen_to_callers(control, true);
}

static void refuse_caller(struct caller *caller, const char *reason)
{
	log_entry(caller->control->needs.log, LOGBOOK_CONTROL_REFUSED, "REASON", reason);
	close_caller(caller);
}

static void give_caller_time(struct caller *caller)
{
	caller->deadline_ms =
		caller->awaited ? UINT64_MAX : loop_now_ms(caller->control->needs.loop) + IDLE_MS;
}

/* Calls */

static const char *find_call_end(const struct caller *caller)
{
	return caller->in.length ? memchr(caller->in.bytes, '\0', caller->in.length) : NULL;
}

static bool has_part(const struct caller *caller)
{
	return caller->is_reporting && !caller->out.length;
}

static bool has_call(const struct caller *caller)
{
	return !caller->awaited && !caller->is_reporting && !caller->out.length &&
	       find_call_end(caller);
}

/* Answers */

/* False: the connection is lost. */
static bool send_caller_answer(struct caller *caller)
{
	ssize_t n = caller->out.length
			    ? control_socket_send(caller->fd, &caller->out, caller->passed_fd)
			    : 0;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
	if (n == 0)
		return true;
	if (caller->passed_fd >= 0)
		close(TAKE_FD(caller->passed_fd));
	buffer_drop(&caller->out, (size_t) n);
	give_caller_time(caller);
	return true;
}

/* Nothing is read while a call waits, but the end of the caller is noticed. */
static uint32_t wanted_caller_events(const struct caller *caller)
{
	if (caller->out.length)
		return EPOLLOUT;
	return caller->awaited || caller->is_reporting || caller->has_ended || has_call(caller)
		       ? EPOLLHUP
		       : EPOLLIN;
}

static bool is_done_with(const struct caller *caller)
{
	return caller->has_ended && !caller->out.length && !caller->awaited &&
	       !caller->is_reporting && !has_call(caller);
}

/* Send what can be sent, and wait for what comes next. The caller may be gone afterwards. */
static void go_on_with_caller(struct caller *caller)
{
	if (!send_caller_answer(caller) || is_done_with(caller) ||
		loop_watch_change(caller->watch, wanted_caller_events(caller)) < 0)
		close_caller(caller);
}

/* Backups */

/* Each caller gets a descriptor with a position of its own. */
static void answer_backup(struct caller *caller, const char *path)
{
	struct stat status = { 0 };
	char bytes[NUMBER_BYTES];

	caller->passed_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (caller->passed_fd < 0) {
		control_calls_refuse_backup(&caller->out, strerror(errno));
		return;
	}
	(void) fstat(caller->passed_fd, &status);
	snprintf(bytes, sizeof(bytes), "%jd", (intmax_t) status.st_size);
	log_entry(caller->control->needs.log, LOGBOOK_BACKUP_MADE, "FILE",
		backup_files[caller->awaited].database, "BYTES", bytes);
	control_calls_put_backup(&caller->out, (uint64_t) status.st_size);
}

static char *backup_copy_path(enum control_request request)
{
	return state_directory_path(backup_files[request].copy);
}

/* The caller may be gone afterwards. The path is NULL if there is no copy, for that reason. */
static void end_caller_waiting(struct caller *caller, const char *path, const char *reason)
{
	if (path)
		answer_backup(caller, path);
	else
		control_calls_refuse_backup(&caller->out, reason);
	caller->awaited = CONTROL_REQUEST_NONE;
	give_caller_time(caller);
	go_on_with_caller(caller);
}

static void on_backup_over(void *data, const char *reason);

static bool begin_copy(struct copying *copying, const char *path, const char **ret_reason)
{
	const struct control_needs *needs = &copying->control->needs;

	if (copying->request == CONTROL_REQUEST_BACKUP)
		return storage_back_up(needs->storage, path, on_backup_over, copying, ret_reason);
	return pasts_back_up(needs->pasts, path, on_backup_over, copying, ret_reason);
}

static bool begin_next_copy(struct copying *copying, const char **ret_reason)
{
	CLEANUP(mem_freep) char *path = backup_copy_path(copying->request);

	copying->number++;
	copying->is_under_way = begin_copy(copying, path, ret_reason);
	return copying->is_under_way;
}

static bool awaits_copy(const struct caller *caller, const struct copying *copying)
{
	return caller->awaited == copying->request;
}

/* Who called when the copy was under way, and may get another one. */
static void go_on_with_later_callers(struct copying *copying)
{
	struct caller *caller, *after;
	bool is_wanted = false;
	const char *reason;

	LIST_EACH (caller, &copying->control->callers, node)
		is_wanted = is_wanted || awaits_copy(caller, copying);
	if (!is_wanted || begin_next_copy(copying, &reason))
		return;
	LIST_EACH_SAFE (caller, after, &copying->control->callers, node)
		if (awaits_copy(caller, copying))
			end_caller_waiting(caller, NULL, reason);
}

static void on_backup_over(void *data, const char *reason)
{
	struct copying *copying = data;
	struct control *control = copying->control;
	CLEANUP(mem_freep) char *path = backup_copy_path(copying->request);
	struct caller *caller, *after;

	copying->is_under_way = false;
	if (reason)
		log_entry(control->needs.log, LOGBOOK_BACKUP_FAILED, "FILE",
			backup_files[copying->request].database, "REASON", reason);
	LIST_EACH_SAFE (caller, after, &control->callers, node)
		if (awaits_copy(caller, copying) && caller->copy <= copying->number)
			end_caller_waiting(caller, reason ? NULL : path, reason);
	store_remove_backup(path);
	go_on_with_later_callers(copying);
}

/* A copy of the accounts that is being made is for this caller, too: it will contain everything
 * that was stored until it is complete. That of the history is of the time when it began. */
static void begin_backup(struct caller *caller, enum control_request request)
{
	struct copying *copying = &caller->control->copies[request];
	bool is_too_late = copying->is_under_way && request == CONTROL_REQUEST_BACKUP_HISTORY;
	const char *reason = NULL;

	if (!copying->is_under_way && !begin_next_copy(copying, &reason)) {
		control_calls_refuse_backup(&caller->out, reason);
		return;
	}
	caller->awaited = request;
	caller->copy = copying->number + is_too_late;
}

/* Reports */

static void put_report_part(struct caller *caller)
{
	caller->is_reporting =
		control_report_put(&caller->control->needs.metrics, &caller->parts, &caller->out);
	give_caller_time(caller);
}

static void begin_report(struct caller *caller, struct control_wanted *wanted)
{
	if (wanted->call.kind == REPORT_KIND_CHANGES) {
		control_report_changes(caller->control->needs.reload, &caller->out);
		return;
	}
	if (!control_report_begin(
		    engine_world(caller->control->needs.engine), wanted, &caller->parts)) {
		control_calls_refuse_missing(&caller->out, &wanted->call);
		return;
	}
	put_report_part(caller);
	if (caller->is_reporting && !wanted->more) {
		caller->is_reporting = false;
		buffer_clear(&caller->out);
		control_calls_expect_more(&caller->out);
	}
}

/* Acts */

void control_acted(void *data, const struct effect *effect)
{
	const struct control *control = data;

	if (control && control->acting)
		control_calls_put_acted(&control->acting->out, effect->text);
}

static void act_for_caller(struct caller *caller, const struct control_wanted *wanted)
{
	struct control *control = caller->control;
	const char *problem;

	control->acting = wanted->is_oneway ? NULL : caller;
	problem = control_report_act(control->needs.engine, control->needs.reload, &wanted->call);
	control->acting = NULL;
	if (problem && !wanted->is_oneway) {
		buffer_clear(&caller->out);
		control_calls_refuse(&caller->out, problem);
	}
}

static void answer_wanted(struct caller *caller, struct control_wanted *wanted)
{
	if (wanted->request == CONTROL_REQUEST_REPORT || wanted->request == CONTROL_REQUEST_METRICS)
		begin_report(caller, wanted);
	else if (wanted->request == CONTROL_REQUEST_ACT)
		act_for_caller(caller, wanted);
	else if (wanted->request != CONTROL_REQUEST_NONE)
		begin_backup(caller, wanted->request);
}

/* Reading */

/* False: the caller is gone. */
static bool take_call(struct caller *caller)
{
	size_t length = (size_t) (find_call_end(caller) - caller->in.bytes);
	CLEANUP(control_wanted_done) struct control_wanted wanted = { 0 };

	if (!control_calls_take(caller->in.bytes, length, &caller->out, &wanted)) {
		refuse_caller(caller, "it sent something else than calls of Varlink");
		return false;
	}
	buffer_drop(&caller->in, length + 1);
	answer_wanted(caller, &wanted);
	give_caller_time(caller);
	return true;
}

/* False: the connection is lost. Descriptors that come along are closed by the kernel. */
static bool read_calls(struct caller *caller)
{
	char bytes[READ_BYTES];
	ssize_t n = recv(caller->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		caller->has_ended = true;
	buffer_put(&caller->in, bytes, (size_t) n);
	return true;
}

static void on_caller_ready(void *data, uint32_t events)
{
	struct caller *caller = data;

	if (!(events & EPOLLIN) && (events & (EPOLLHUP | EPOLLERR))) {
		close_caller(caller);
		return;
	}
	if ((events & EPOLLIN) && !read_calls(caller)) {
		close_caller(caller);
		return;
	}
	if (caller->in.length >= VARLINK_MESSAGE_BYTES && !find_call_end(caller)) {
		refuse_caller(caller, "it sent a call of more than 64 KiB");
		return;
	}
	go_on_with_caller(caller);
}

/* Listening */

static void add_caller(struct control *control, int fd)
{
	struct caller *caller = mem_new(sizeof(*caller));

	caller->control = control;
	caller->fd = fd;
	caller->passed_fd = -1;
	caller->watch = loop_watch_new(control->needs.loop, fd, on_caller_ready, caller);
	list_add_last(&control->callers, &caller->node);
	control->n_callers++;
	control->is_warned = false;
	give_caller_time(caller);
	if (loop_watch_change(caller->watch, EPOLLIN) < 0)
		close_caller(caller);
	else if (control->n_callers == MOST_CALLERS)
		listen_to_callers(control, true);
}

static void on_callers_wait(void *data, uint32_t events)
{
	struct control *control = data;
	int fd = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void) events;
	if (fd >= 0) {
		add_caller(control, fd);
		return;
	}
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	if (!control->is_warned)
		log_entry(control->needs.log, LOGBOOK_CONTROL_WAITS, "REASON", strerror(errno));
	control->is_warned = true;
	listen_to_callers(control, false);
}

static int watch_listener(struct control *control)
{
	int flags = fcntl(control->listener, F_GETFL);

	if (flags < 0 || fcntl(control->listener, F_SETFL, flags | O_NONBLOCK) < 0 ||
		fcntl(control->listener, F_SETFD, FD_CLOEXEC) < 0)
		return -errno;
	control->watch =
		loop_watch_new(control->needs.loop, control->listener, on_callers_wait, control);
	return loop_watch_change(control->watch, EPOLLIN);
}

/* That no caller came to take before a crash. */
static void init_copies(struct control *control)
{
	for (enum control_request i = CONTROL_REQUEST_BACKUP; i < CONTROL_REQUESTS; i++) {
		CLEANUP(mem_freep) char *path = backup_copy_path(i);

		control->copies[i] = (struct copying){ .control = control, .request = i };
		if (path)
			store_remove_backup(path);
	}
}

static void begin_to_listen(struct control *control)
{
	int error =
		control->is_inherited ? 0 : control_socket_open(MOST_CALLERS, &control->listener);

	if (!error && control->listener >= 0)
		error = watch_listener(control);
	if (!error)
		return;
	log_entry(control->needs.log, LOGBOOK_LISTEN_FAILED, "LISTENER", CONTROL_SOCKET, "REASON",
		strerror(-error), "ORIGIN", control->is_inherited ? "systemd" : "papod");
	if (control->listener >= 0)
		close(TAKE_FD(control->listener));
}

struct control *control_new(const struct control_needs *needs, struct descriptors *inherited)
{
	struct control *control = mem_new(sizeof(*control));

	control->needs = *needs;
	control->listener = descriptors_take(inherited, CONTROL_SOCKET_NAME);
	control->is_inherited = control->listener >= 0;
	control->listen_again_ms = UINT64_MAX;
	list_init(&control->callers);
	init_copies(control);
	begin_to_listen(control);
	return control;
}

void control_free(struct control *control)
{
	struct caller *caller, *after;

	if (!control)
		return;
	loop_watch_remove(TAKE(control->watch));
	LIST_EACH_SAFE (caller, after, &control->callers, node)
		close_caller(caller);
	if (control->listener >= 0 && !control->is_inherited)
		control_socket_unlink();
	if (control->listener >= 0)
		close(control->listener);
	free(control);
}

void control_list(const struct control *control, struct descriptors *files)
{
	if (control->is_inherited && control->listener >= 0)
		descriptors_add(files, control->listener, CONTROL_SOCKET_NAME);
}

/* Turns */

static struct caller *find_caller_to_serve(const struct control *control)
{
	struct caller *caller;

	LIST_EACH (caller, &control->callers, node)
		if (has_call(caller) || has_part(caller))
			return caller;
	return NULL;
}

/* One call or part of an answer in a turn, of all callers alternately, so that clients of the chat
 * do not wait. */
static void serve_next_caller(struct control *control)
{
	struct caller *caller = find_caller_to_serve(control);

	if (!caller)
		return;
	list_remove(&caller->node);
	list_add_last(&control->callers, &caller->node);
	if (has_part(caller))
		put_report_part(caller);
	else if (!take_call(caller))
		return;
	go_on_with_caller(caller);
}

static void close_idle_callers(struct control *control)
{
	uint64_t now_ms = loop_now_ms(control->needs.loop);
	struct caller *caller, *after;

	LIST_EACH_SAFE (caller, after, &control->callers, node) {
		if (caller->deadline_ms > now_ms || has_call(caller) || has_part(caller))
			continue;
		if (caller->out.length)
			refuse_caller(caller, "it did not read the answer to its call");
		else
			close_caller(caller);
	}
}

void control_tick(struct control *control)
{
	serve_next_caller(control);
	close_idle_callers(control);
	if (loop_now_ms(control->needs.loop) >= control->listen_again_ms)
		listen_to_callers(control, true);
}

uint64_t control_next_deadline(const struct control *control)
{
	uint64_t deadline_ms = control->listen_again_ms;
	const struct caller *caller;

	if (find_caller_to_serve(control))
		return 0;
	LIST_EACH (caller, &control->callers, node)
		if (caller->deadline_ms < deadline_ms)
			deadline_ms = caller->deadline_ms;
	return deadline_ms;
}
