/* The stream under a connection: how plain bytes get from and to its socket. Included by the files
 * of connections alone, which move bytes by this and nothing else.
 *
 * A kind of stream is a row of functions. Each counts plain bytes from the connection's start, so
 * that whatever lies below (a record, a frame) is known to the row alone. Results are those of
 * recv(2) and send(2): errors are -1 with errno, and 0 is the end of the input. Nothing blocks.
 *
 * Input goes one of two ways. take() moves it out of the kernel, into memory that the next process
 * inherits, which is announced before (connection_begin_reading()). look() and drop() leave it in
 * the kernel until it has been reported: for when there is no place for a partial line, or when the
 * kernel does not count what it gave away. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct connection;

enum stream_kind {
	STREAM_KIND_TCP,
	STREAM_KIND_UNIX,
	STREAM_KINDS
};

/* How far a connection has come whose process died or stopped, in bytes since its start. */
struct stream_progress {
	uint64_t written;
	uint64_t taken;
	uint64_t unread;
	bool is_dead; /* it is over: nothing can go out, and the end may count as a byte of input */
};

struct stream {
	/* NULL: input has to be looked at first. */
	ssize_t (*take)(const struct connection *connection, char *bytes, size_t most);
	/* What is there, from the start, and stays there. A look ends at a mark that is then behind
	 * it: urgent data or descriptors, which only drop() gets past. Set, never cleared. */
	ssize_t (*look)(
		const struct connection *connection, char *bytes, size_t most, bool *ret_has_mark);
	/* Out of the kernel, to nowhere. Less than that may be dropped. */
	ssize_t (*drop)(const struct connection *connection, size_t bytes);
	/* Less than all may have been tried, which is then the length; the rest is for the next
	 * time. */
	ssize_t (*write)(struct connection *connection, const char *bytes, size_t *length);
	/* Nothing more will be written; what was, still arrives. */
	void (*end_output)(const struct connection *connection);
	/* The peer's kernel has all that was written. */
	bool (*is_delivered)(const struct connection *connection);

	/* Of a socket that is the connection's from now on: how far it has come. */
	void (*begin)(const struct connection *connection, uint64_t written, uint64_t taken);
	/* Of one that was it in another process: 0 or a negative errno, EBADMSG if nobody knows. */
	int (*ask)(
		const struct connection *connection, int fd, struct stream_progress *ret_progress);
};

extern const struct stream *const streams[STREAM_KINDS];
extern const struct stream stream_tcp;
extern const struct stream stream_unix;
