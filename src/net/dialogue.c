/* Owns the socket of a dialogue, and its two buffers. */
#include "net/dialogue.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "net/unix_socket.h"

static void give_back_memory(struct buffer *buffer)
{
	bool is_secret = buffer->is_secret;

	buffer_done(buffer);
	buffer->is_secret = is_secret;
}

static int watch_dialogue(struct dialogue *dialogue)
{
	return loop_watch_change(
		dialogue->watch, dialogue->out.length ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

int dialogue_open(
	struct dialogue *dialogue, struct loop *loop, int fd, loop_ready_fn on_ready, void *data)
{
	int error;

	dialogue->fd = fd;
	dialogue->watch = loop_watch_new(loop, fd, on_ready, data);
	error = watch_dialogue(dialogue);
	if (error)
		dialogue_close(dialogue);
	return error;
}

void dialogue_close(struct dialogue *dialogue)
{
	if (dialogue->watch) {
		loop_watch_remove(TAKE(dialogue->watch));
		close(dialogue->fd);
	}
	dialogue->n_taken = 0;
	give_back_memory(&dialogue->in);
	give_back_memory(&dialogue->out);
}

bool dialogue_is_open(const struct dialogue *dialogue)
{
	return dialogue->watch;
}

int dialogue_flush(struct dialogue *dialogue)
{
	int error = unix_socket_flush(dialogue->fd, &dialogue->out);

	if (error)
		return error;
	if (!dialogue->out.length)
		give_back_memory(&dialogue->out);
	return watch_dialogue(dialogue);
}

/* Passwords are overwritten on the stack, too. */
int dialogue_read(struct dialogue *dialogue)
{
	char bytes[16384];
	ssize_t got = recv(dialogue->fd, bytes, sizeof(bytes), 0);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (got == 0)
		return -EPIPE;
	buffer_put(&dialogue->in, bytes, (size_t) got);
	explicit_bzero(bytes, (size_t) got);
	return 0;
}

int dialogue_go_on(struct dialogue *dialogue, uint32_t events)
{
	int error = events & EPOLLOUT ? dialogue_flush(dialogue) : 0;

	return events & (EPOLLIN | EPOLLHUP | EPOLLERR) ? dialogue_read(dialogue) : error;
}

static void drop_taken_messages(struct dialogue *dialogue)
{
	buffer_drop(&dialogue->in, dialogue->n_taken);
	dialogue->n_taken = 0;
	if (!dialogue->in.length)
		give_back_memory(&dialogue->in);
}

const char *dialogue_next(struct dialogue *dialogue, char delimiter, size_t *ret_length)
{
	const char *start = buffer_text(&dialogue->in) + dialogue->n_taken;
	const char *end = memchr(start, delimiter, dialogue_left(dialogue));

	if (!end) {
		drop_taken_messages(dialogue);
		return NULL;
	}
	*ret_length = (size_t) (end - start);
	dialogue->n_taken += *ret_length + 1;
	return start;
}

size_t dialogue_left(const struct dialogue *dialogue)
{
	return dialogue->in.length - dialogue->n_taken;
}
