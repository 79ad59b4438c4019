/* Listening sockets, opened here or inherited from systemd, accepting clients, and reading
 * datagrams. When no descriptors are left, accepting pauses, with one warning, until some are free
 * again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/log.h"
#include "base/pack.h"
#include "net/loop.h"
#include "proto/datagram.h"

#define LISTENERS_ANSWER_BYTES 512

struct listeners;

/* A wanted listener; see struct listener_settings for the meaning. */
struct listener_spec {
	const char *name;
	const char *address; /* NULL for Unix sockets */
	uint16_t port;
	const char *path; /* NULL for TCP */
	uint32_t mode;
	const char *group;
	bool is_for_manager; /* only the service manager can open it; papod inherits it */
	bool is_datagram;    /* UDP or a Unix socket of datagrams, else of streams */
	uint32_t rate;	     /* datagrams taken in a second; 0: none */
};

/* A client was accepted: the callee owns the descriptor, which is non-blocking. has_inherited: it
 * has the options of connections_prepare_socket(). Called directly after accept(2), without another
 * system call between. */
typedef void (*listener_accept_fn)(void *data, int fd, const char *listener,
	const struct address *address, bool has_inherited);
/* A datagram, with its first NOTIFICATION_BYTES if it is too long. It lasts as long as the call, in
 * which listeners_answer() may answer it. */
typedef void (*listener_datagram_fn)(void *data, const struct datagram *datagram);

struct listeners *listeners_new(struct loop *loop, const struct log *log,
	listener_accept_fn on_accept, listener_datagram_fn on_datagram, void *data);
void listeners_free(struct listeners *listeners); /* unlinks too */
/* Unlink the Unix sockets that were created here, for a process that ends without freeing. */
void listeners_unlink(const struct listeners *listeners);

/* Take over a socket from systemd; fallback_name is its FileDescriptorName. Takes ownership of the
 * descriptor, even on error (negative errno). Datagrams are read once a spec names their socket. */
int listeners_take(struct listeners *listeners, int fd, const char *fallback_name);

/* Change the set of listeners to these: a spec that matches a passed-in socket (same address and
 * port, or path) names it; others are opened; opened sockets without a spec are closed. Failures
 * are logged and retried by the next call. Returns how many specs have no socket. */
int listeners_apply(struct listeners *listeners, const struct listener_spec *specs, size_t n_specs);
/* Retry the same specs after failures, which are not logged again. */
int listeners_retry(struct listeners *listeners, const struct listener_spec *specs, size_t n_specs);

/* After listeners_apply(): addresses that the service manager has yet to open, and passed-in
 * sockets without a spec, except Unix sockets of streams, in the form of listeners_describe(). */
void listeners_describe_awaited(const struct listeners *listeners, struct buffer *out);
void listeners_describe_unnamed(
	const struct listeners *listeners, bool only_datagrams, struct buffer *out);

/* Try to listen on a TCP or UDP address, as papod.socket would with FreeBind=: the machine need not
 * have it yet. Closes the socket again. 0, or a negative errno with its explanation. */
int listeners_try(const struct address *address, bool is_datagram, struct buffer *ret_reason);

/* Answer the datagram that is being passed on, with at most LISTENERS_ANSWER_BYTES, if its sender
 * is on this machine: at a loopback address, or a Unix socket with a name. Best effort. */
void listeners_answer(struct listeners *listeners, const char *text, size_t length);

/* Counts of one socket, since this process got it. */
struct datagram_counts {
	const char *listener; /* its name, until the next listeners_apply() */
	uint64_t n_taken;
	uint64_t n_dropped; /* by the kernel, whose buffer was full; senders to Unix sockets wait */
};

/* False: the socket with that number takes no datagrams. */
bool listeners_count_datagrams(
	const struct listeners *listeners, size_t i, struct datagram_counts *ret_counts);

/* Save for the next program in this process, which inherits the descriptors. Appends fields. */
void listeners_save(const struct listeners *listeners, struct buffer *out);
/* Load the saved listeners, which stay until listeners_apply(). 0, or the negative errno of the
 * first that was unusable and closed. */
int listeners_load(struct listeners *listeners, struct pack record);

/* The address of a client's socket. False: the client is gone. */
bool listeners_peer(int fd, struct address *ret_address);
uint32_t listeners_peer_uid(int fd); /* UINT32_MAX: no Unix socket, or unknown */

bool listeners_are_open(const struct listeners *listeners); /* at least one for clients */
size_t listeners_count(const struct listeners *listeners);  /* open sockets */
int listeners_fd(const struct listeners *listeners, size_t i);
void listeners_stop(struct listeners *listeners); /* stop accepting, keep them open */
/* In a forked process: accept clients in this loop, beside other processes. Each client wakes one
 * process that waits. The parent has stopped accepting, and unlinks Unix sockets. */
void listeners_share(
	struct listeners *listeners, struct loop *loop, listener_accept_fn on_accept, void *data);

/* For protocols in which the client speaks first: accept TCP clients once their first bytes are
 * there, or after a second. Before any listener is added. */
void listeners_await_input(struct listeners *listeners);

/* A descriptor was closed, so accepting may resume. */
void listeners_resume(struct listeners *listeners);
uint64_t listeners_next_deadline(const struct listeners *listeners);
void listeners_tick(struct listeners *listeners);

/* "127.0.0.1:6667 [::1]:6659/udp /run/papod/irc.sock", for the log and STATUS=. */
void listeners_describe(const struct listeners *listeners, struct buffer *out);
