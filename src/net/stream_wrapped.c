/* Owns the kind of streams that are wrapped: how they begin, and where they stood when a process
 * ended. See wrapping.h. */
#include <errno.h>
#include <sys/socket.h>

#include "net/connection.h"

static void end_output_wrapped(const struct connection *connection)
{
	stream_tcp.end_output(connection);
}

static bool is_delivered_wrapped(const struct connection *connection)
{
	return stream_tcp.is_delivered(connection);
}

/* Records stay in the kernel until they are whole. */
static void begin_wrapped(struct connection *connection, uint64_t written, uint64_t taken)
{
	const struct wrapping *wrapping = wrapping_find(connection->all, connection->id);

	(void) written, (void) taken;
	connection_enlarge_receive_buffer(connection);
	connection->is_holding =
		wrapping->wire_sent != wrapping->wire_written || wrapping_owes_something(wrapping);
}

/* Remove what the crashed process was about to remove. */
static int finish_removal(int fd, const struct wrapping *wrapping, uint64_t taken)
{
	while (taken < wrapping->wire_taken) {
		ssize_t n = recv(fd, NULL, (size_t) (wrapping->wire_taken - taken),
			MSG_DONTWAIT | MSG_TRUNC);

		if (n == 0 || (n < 0 && errno != EINTR))
			return -EBADMSG;
		taken += n > 0 ? (uint64_t) n : 0;
	}
	return 0;
}

/* The kernel may have counted the end of a dead connection as a byte of input. */
static int compare_wire(const struct connection *connection, int fd, struct wrapping *wrapping,
	const struct stream_progress *wire)
{
	if (wire->is_dead || connection_is_closing(connection))
		return 0;
	if (wire->taken > wrapping->wire_taken || wrapping->wire_taken - wire->taken > wire->unread)
		return -EBADMSG;
	return finish_removal(fd, wrapping, wire->taken);
}

static int ask_wrapped(
	const struct connection *connection, int fd, struct stream_progress *ret_progress)
{
	struct wrapping *wrapping = wrapping_find(connection->all, connection->id);
	struct stream_progress wire;
	int result;

	if (!wrapping || !wrapping_is_valid(wrapping))
		return -EBADMSG;
	result = stream_tcp.ask(connection, fd, &wire);
	if (result == 0)
		result = compare_wire(connection, fd, wrapping, &wire);
	if (result < 0)
		return result;
	if (!wire.is_dead && !wrapping_find_rest(connection->all, wrapping, wire.written))
		return -EBADMSG;
	*ret_progress = (struct stream_progress){
		.written = wrapping->plain_written,
		.taken = wrapping->plain_taken,
		.unread = wire.unread,
		.is_dead = wire.is_dead,
	};
	return 0;
}

const struct stream stream_wrapped = {
	.most_written = WRAPPED_PLAIN_BYTES,
	.look = wrapped_look,
	.drop = wrapped_drop,
	.write = wrapped_write,
	.say_goodbye = wrapped_say_goodbye,
	.end_output = end_output_wrapped,
	.is_delivered = is_delivered_wrapped,
	.begin = begin_wrapped,
	.ask = ask_wrapped,
};
