/* One listening socket, as the files of their set share it. Nobody else includes this. */
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "net/listeners.h"

/* An address to listen at. */
struct target {
	struct sockaddr_storage address;
	socklen_t length;
	bool is_dual; /* IPv6 that takes IPv4 clients as well */
	bool is_free; /* the machine need not have the address yet: ip(7), IP_FREEBIND */
};

struct listener {
	struct listeners *all;
	struct loop_watch *watch;
	int fd;
	bool is_passed;	  /* by systemd: never ours to close */
	bool is_wanted;	  /* by the configuration that is being applied */
	bool is_prepared; /* so that those who come from now on inherit that */
	bool has_heirs;	  /* all who came before have been accepted */
	char *name;
	char *passed_name;    /* while no configuration names it; NULL: not passed in */
	char *where;	      /* for people: "127.0.0.1:6667" */
	struct target target; /* what was asked for; of a passed socket, what it is */
	dev_t device;	      /* of the Unix socket's file, and so */
	ino_t inode;
};

struct listeners {
	struct loop *loop;
	const struct log *log;
	listener_accept_fn on_accept;
	listener_datagram_fn on_datagram;
	void *data;
	struct listener **items;
	size_t count;
	struct buffer awaited;	     /* from the service manager */
	const struct target *sender; /* of the datagram that is being handed on; NULL: none is */
	int sender_fd;		     /* where that came in */
	uint64_t warned_ms;	     /* 0: never */
	uint64_t retry_ms;	     /* while paused */
	bool is_paused;		     /* no descriptors are left */
	bool is_warned;		     /* and the log knows it */
	bool is_deaf;		     /* listeners_resume() did not help: only time does */
	bool has_accepted;	     /* since accepting went on */
	bool is_stopped;
	bool is_retrying; /* to open those that had failed, which the log knows */
};

/* listeners.c */

/* The descriptor is the listener's from now on; the target is what was asked for. */
int listener_add(struct listeners *all, int fd, const struct target *target, const char *name,
	struct listener **ret_listener);
/* Whether we can listen at a socket that we did not open, and where it is; it is made non-blocking
 * and closed by exec(). 0 or a negative errno. */
int listener_check_passed(int fd, struct target *ret_target);
void listener_free(struct listener *listener);
/* Only the file that we made: a successor may have put its own in the place. */
void listener_unlink(const struct listener *listener);

/* listener_accept.c */
void listener_accept(void *data, uint32_t events); /* the listener is ready */

/* listener_open.c */

/* The address of a spec. False: it is none, and *ret_reason says why. */
bool target_resolve(
	const struct listener_spec *spec, struct target *target, struct buffer *ret_reason);
/* 0 or a negative errno; *ret_fd listens then. */
int target_open(const struct target *target, const struct listener_spec *spec, int *ret_fd);
/* What the failure means and what to do about it. */
void target_explain(const struct target *target, const struct listener_spec *spec, int error,
	struct buffer *out);
/* Set owner group and permissions of a Unix socket's file. 0 or a negative errno. */
int target_permit(const char *path, const struct listener_spec *spec);

/* listener_address.c */
bool target_of_socket(int fd, struct target *ret_target);
bool target_is_unix(const struct target *target);
bool target_equals(const struct target *a, const struct target *b);
/* Would a socket that is like this serve what is asked for? */
bool target_serves(const struct target *socket, const struct target *wanted);
/* Would one of the two sockets keep the other from being opened? */
bool target_overlaps(const struct target *a, const struct target *b);
uint16_t target_port(const struct target *target);
const char *target_path(const struct target *target); /* NULL: no Unix socket with a path */
/* Whether a datagram to there stays on this machine: to a loopback address, or a Unix socket whose
 * name means the same to us. */
bool target_is_answerable(const struct target *target);
void target_describe(const struct target *target, struct buffer *out);
void target_address(const struct target *target, struct address *ret_address);
