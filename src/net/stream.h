/* The stream under a connection: how plain bytes are read from and written to its socket. Only the
 * files of connections include this, and they move bytes in no other way.
 *
 * A kind of stream is a row of functions. Each counts plain bytes from the connection's start, so
 * only the row knows the layer below (records, frames). Results are those of recv(2) and send(2):
 * errors are -1 with errno, and 0 is the end of the input. EINPROGRESS: the kernel has the begin of
 * something, and epoll reports its rest. Nothing blocks.
 *
 * Input is read in one of two ways. take() removes it from the kernel into memory that the next
 * process inherits, as announced before (connection_begin_reading()). look() and drop() leave it in
 * the kernel until it was reported: if no place for a partial line is free, or if the kernel does
 * not count removed bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct connection;

enum stream_kind {
	STREAM_KIND_TCP,
	STREAM_KIND_UNIX,
	STREAM_KIND_WRAPPED, /* see wrapping.h */
	STREAM_KINDS
};

/* The progress of a connection whose process has ended, in bytes since the connection's start. */
struct stream_progress {
	uint64_t written;
	uint64_t taken;
	uint64_t unread;
	bool is_dead; /* closed: nothing can be sent, and the end may count as a byte of input */
};

/* Why a look ended before the input did. */
struct stream_end {
	bool has_mark; /* at urgent data or descriptors, which only drop() can pass */
	bool has_more; /* after what one look can take */
	size_t noise;  /* bytes that were removed, because there was no plain byte in them */
};

struct stream {
	size_t most_written; /* bytes that one write() takes, at most WRITE_BYTES */
	/* NULL: only look() and drop() are possible. */
	ssize_t (*take)(const struct connection *connection, char *bytes, size_t most);
	/* Copy the input from its start, without removing it. *ret_end is set, never cleared, if
	 * the look ended before the input did. */
	ssize_t (*look)(struct connection *connection, char *bytes, size_t most,
		struct stream_end *ret_end);
	/* Remove bytes from the kernel. It may drop fewer. */
	ssize_t (*drop)(struct connection *connection, size_t bytes);
	/* It may try to write less, and then reduces *length; the rest follows next time. Bytes
	 * that the stream has, but the kernel has not accepted, count as written: is_holding
	 * says that there are some, or other bytes that the stream itself has to send. */
	ssize_t (*write)(struct connection *connection, const char *bytes, size_t *length);
	/* Before the end of the output: the stream has to say that it ends. False: it holds these
	 * bytes, so call again once they are sent. NULL: nothing has to be said. */
	bool (*say_goodbye)(struct connection *connection);
	/* No more output follows; written bytes still arrive. */
	void (*end_output)(const struct connection *connection);
	/* Has the peer's kernel received all written bytes? */
	bool (*is_delivered)(const struct connection *connection);

	/* The connection got a socket with this progress. */
	void (*begin)(struct connection *connection, uint64_t written, uint64_t taken);
	/* The progress of a socket from another process, whose last step it may complete: 0 or a
	 * negative errno, EBADMSG if unknown. */
	int (*ask)(
		const struct connection *connection, int fd, struct stream_progress *ret_progress);
};

extern const struct stream *const streams[STREAM_KINDS];
extern const struct stream stream_tcp;
extern const struct stream stream_unix;
extern const struct stream stream_wrapped;
