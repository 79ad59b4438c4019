/* Owns the connections of callers: what is read, what is sent, and when they end. Must not know
 * what the calls mean. */
#include "daemon/control_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "net/unix_socket.h"
#include "proto/varlink_message.h"

#define READ_BYTES 16384
#define IDLE_MS 30000 /* without a whole call, and without reading an answer */

void caller_close(struct caller *caller)
{
	struct reception *reception = caller->control->reception;

	list_remove(&caller->node);
	loop_watch_remove(caller->watch);
	close(caller->fd);
	if (caller->passed_fd >= 0)
		close(caller->passed_fd);
	buffer_done(&caller->in);
	buffer_done(&caller->out);
	report_cursor_done(&caller->parts.report);
	control_import_done(&caller->import);
	control_messages_free(caller->messages);
	reading_end(caller->reading);
	free(caller);
	reception_leave(reception);
}

void caller_refuse(struct caller *caller, const char *reason)
{
	log_entry(caller->control->needs.log, LOGBOOK_CONTROL_REFUSED, "REASON", reason);
	caller_close(caller);
}

void caller_give_time(struct caller *caller)
{
	bool is_waiting = caller->awaited || (caller->reading && !caller->out.length);

	caller->deadline_ms =
		is_waiting ? UINT64_MAX : loop_now_ms(caller->control->needs.loop) + IDLE_MS;
}

/* Calls */

const char *caller_find_call(const struct caller *caller)
{
	return caller->in.length ? memchr(caller->in.bytes, '\0', caller->in.length) : NULL;
}

bool caller_has_part(const struct caller *caller)
{
	if (caller->messages)
		return control_messages_is_ready(caller->messages);
	return caller->is_reporting && !caller->out.length &&
	       (!caller->reading || reading_state(caller->reading) != READING_STATE_WAITS);
}

/* With a call that has no answer yet, or not all of it. */
static bool is_caller_busy(const struct caller *caller)
{
	return caller->awaited || caller->act_request || caller->is_reporting;
}

bool caller_has_call(const struct caller *caller)
{
	return !is_caller_busy(caller) && !caller->out.length && caller_find_call(caller);
}

/* Answers */

/* False: the connection is lost. */
static bool send_caller_answer(struct caller *caller)
{
	size_t sent = 0;
	int error;

	if (!caller->out.length)
		return true;
	error = unix_socket_pass(caller->fd, &caller->out, caller->passed_fd, &sent);
	if (error)
		return error == -EAGAIN || error == -EINTR || error == -ENOBUFS;
	if (caller->passed_fd >= 0)
		close(TAKE_FD(caller->passed_fd));
	buffer_drop(&caller->out, sent);
	caller_give_time(caller);
	return true;
}

/* Nothing is read while a call waits, but the end of the caller is noticed. */
static uint32_t wanted_caller_events(const struct caller *caller)
{
	if (caller->out.length)
		return EPOLLOUT;
	return is_caller_busy(caller) || caller->has_ended || caller_has_call(caller) ? EPOLLHUP
										      : EPOLLIN;
}

static bool is_done_with(const struct caller *caller)
{
	return caller->has_ended && !caller->out.length && !is_caller_busy(caller) &&
	       !caller_has_call(caller);
}

void caller_go_on(struct caller *caller)
{
	if (!send_caller_answer(caller) || is_done_with(caller) ||
		loop_watch_change(caller->watch, wanted_caller_events(caller)) < 0)
		caller_close(caller);
}

/* Reading */

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
		caller_close(caller);
		return;
	}
	if ((events & EPOLLIN) && !read_calls(caller)) {
		caller_close(caller);
		return;
	}
	if (caller->in.length >= VARLINK_MESSAGE_BYTES && !caller_find_call(caller)) {
		caller_refuse(caller, "it sent a call of more than 64 KiB");
		return;
	}
	caller_go_on(caller);
}

void caller_add(struct control *control, int fd)
{
	struct caller *caller = mem_new(sizeof(*caller));

	caller->control = control;
	caller->fd = fd;
	caller->passed_fd = -1;
	caller->watch = loop_watch_new(control->needs.loop, fd, on_caller_ready, caller);
	list_add_last(&control->callers, &caller->node);
	caller_give_time(caller);
	if (loop_watch_change(caller->watch, EPOLLIN) < 0)
		caller_close(caller);
}
