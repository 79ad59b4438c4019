/* Listening sockets: bound by us or taken over from systemd, the accepting of clients, and
 * the reading of datagrams. Running out of descriptors pauses accepting, with one warning,
 * until some are free again. */
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

/* What a listener shall be; see struct listener_settings for the meaning. */
struct listener_spec {
	const char *name;
	const char *address; /* NULL for Unix sockets */
	uint16_t port;
	const char *path; /* NULL for TCP */
	uint32_t mode;
	const char *group;
	bool is_for_manager; /* only the service manager can open it; we take it over */
	bool is_datagram;    /* UDP or a Unix socket of datagrams, else of streams */
	uint32_t rate;	     /* datagrams taken in a second */
};

/* A client: the descriptor is the callee's, and non-blocking. It may have inherited what
 * connections_prepare_socket() does. Called with no system call since accept(2). */
typedef void (*listener_accept_fn)(void *data, int fd, const char *listener,
	const struct address *address, bool has_inherited);
/* A datagram: it lasts as long as the call, in which listeners_answer() may answer it. */
typedef void (*listener_datagram_fn)(void *data, const struct datagram *datagram);

struct listeners *listeners_new(struct loop *loop, const struct log *log,
	listener_accept_fn on_accept, listener_datagram_fn on_datagram, void *data);
void listeners_free(struct listeners *listeners); /* unlinks as well */
/* The Unix sockets that it bound, for a process that ends without freeing. */
void listeners_unlink(const struct listeners *listeners);

/* Take over sockets that systemd passed in; fallback_name is their FileDescriptorName. The
 * descriptor is ours from now on, also on error (negative errno). */
int listeners_take(struct listeners *listeners, int fd, const char *fallback_name);

/* Make the set of listeners this one: specs that match a passed-in socket (same address
 * and port, or path) give it their name; the others are bound; bound ones that no spec
 * names any more are closed. Those that fail are logged and tried again next time.
 * Returns how many specs are without a socket. */
int listeners_apply(struct listeners *listeners, const struct listener_spec *specs, size_t n_specs);
/* The same specs again, as some have failed: failures are not logged again. */
int listeners_retry(struct listeners *listeners, const struct listener_spec *specs, size_t n_specs);

/* Of the last listeners_apply(): addresses that the service manager has yet to open, and passed-in
 * TCP sockets that no spec names; each as listeners_describe() has it. */
void listeners_describe_awaited(const struct listeners *listeners, struct buffer *out);
void listeners_describe_unnamed(const struct listeners *listeners, struct buffer *out);

/* Whether a TCP address could be listened at just now, as by papod.socket with FreeBind=: the
 * machine need not have it yet. Nothing stays open. 0, or a negative errno and what it means. */
int listeners_try(const struct address *address, struct buffer *ret_reason);

/* Answer the datagram that is being handed on, with one of at most LISTENERS_ANSWER_BYTES, if its
 * sender is on this machine: at a loopback address, or a Unix socket with a name. Best effort. */
void listeners_answer(struct listeners *listeners, const char *text, size_t length);

/* For another program in this process, which inherits the descriptors. Appends fields. */
void listeners_save(const struct listeners *listeners, struct buffer *out);
/* Those that had been saved are open again, until listeners_apply() says otherwise. 0 or a negative
 * errno of the first that cannot be used and was closed. */
int listeners_load(struct listeners *listeners, struct pack record);

/* Who is at the other end of a client's socket. False: nobody any more. */
bool listeners_peer(int fd, struct address *ret_address);
uint32_t listeners_peer_uid(int fd); /* UINT32_MAX: not on a Unix socket, or not known */

size_t listeners_count(const struct listeners *listeners); /* open sockets */
int listeners_fd(const struct listeners *listeners, size_t i);
void listeners_stop(struct listeners *listeners); /* accept no more, keep them open */

/* A descriptor was closed somewhere: accepting may go on. */
void listeners_resume(struct listeners *listeners);
uint64_t listeners_next_deadline(const struct listeners *listeners);
void listeners_tick(struct listeners *listeners);

/* "127.0.0.1:6667 [::1]:6667 /run/papod/irc.sock", for the log and STATUS=. */
void listeners_describe(const struct listeners *listeners, struct buffer *out);
