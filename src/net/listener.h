/* One listening socket, shared by the files of the set. Other files must not include this. */
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>

#include "base/buffer.h"
#include "net/listeners.h"

#define LISTENER_RETRY_MS 250

/* An address to listen at, for streams or datagrams. */
struct target {
	struct sockaddr_storage address;
	socklen_t length;
	bool is_dual; /* IPv6 that accepts IPv4 clients too */
	bool is_free; /* the machine need not have the address yet: ip(7), IP_FREEBIND */
	bool is_datagram;
};

struct listener {
	struct listeners *all;
	struct loop_watch *watch;
	int fd;
	bool is_passed;	  /* by systemd: never closed here */
	bool is_wanted;	  /* by the configuration that is being applied */
	bool is_prepared; /* accepted sockets inherit the options */
	bool has_heirs;	  /* all clients from before that are accepted */
	char *name;
	char *passed_name;    /* while no configuration names it; NULL: not passed in */
	char *where;	      /* for humans: "127.0.0.1:6667" */
	struct target target; /* as requested; of a passed socket, the actual one */
	dev_t device;	      /* of the Unix socket's file, and so */
	ino_t inode;

	/* Of datagrams. */
	uint32_t rate;		   /* see struct listener_spec */
	uint32_t n_dropped_before; /* the kernel's count when this process got the socket */
	uint32_t n_dropped_warned; /* that count at the last warning */
	uint64_t n_taken;
	uint64_t full_ns;   /* when the bucket of its rate is full */
	uint64_t rest_ms;   /* when its rest ends; 0: it does not rest */
	uint64_t warned_ms; /* 0: never */
};

struct datagram_batch;

struct listeners {
	struct loop *loop;
	const struct log *log;
	listener_accept_fn on_accept;
	listener_datagram_fn on_datagram;
	void *data;
	struct listener **items;
	size_t count;
	struct buffer awaited;	      /* addresses that the service manager has yet to open */
	const struct target *sender;  /* of the datagram that is being passed on; NULL: none is */
	int sender_fd;		      /* which received that datagram */
	struct datagram_batch *batch; /* NULL: not needed yet */
	uint64_t rested_ms;	      /* when the first rest ends; UINT64_MAX: no listener rests */
	uint64_t warned_ms;	      /* 0: never */
	uint64_t retry_ms;	      /* while paused */
	bool is_paused;		      /* no descriptors are left */
	bool is_warned;		      /* and it was logged */
	bool is_deaf;		      /* listeners_resume() did not help: wait for retry_ms */
	bool has_accepted;	      /* since accepting resumed */
	bool is_stopped;
	bool is_shared;	  /* see listeners_share() */
	bool is_patient;  /* see listeners_await_input() */
	bool is_retrying; /* retrying failed listeners, which were logged */
};

/* listeners.c */

/* The listener takes ownership of the descriptor; the target is the requested one. */
int listener_add(struct listeners *all, int fd, const struct target *target, const char *name,
	struct listener **ret_listener);
/* Check an inherited socket, find its address, and make it non-blocking and close-on-exec. 0 or a
 * negative errno. */
int listener_check_passed(int fd, struct target *ret_target);
void listener_free(struct listener *listener);
/* Unlink only the file that this process created: the next process may have replaced it. */
void listener_unlink(const struct listener *listener);

/* listener_accept.c */
void listener_accept(void *data, uint32_t events); /* when the listener is ready */

/* listener_datagrams.c */
void listener_read(void *data, uint32_t events); /* when the listener is ready */
void listener_count_from_now(struct listener *listener);
void listener_wake_all(struct listeners *all); /* whose rest is over */

/* listener_watch.c */

/* Watch the listener if it may be served now. 0 or a negative errno. */
int listener_watch(struct listener *listener);
void listener_watch_all(struct listeners *all); /* failures are retried */

/* listener_open.c */

/* Find the address of a spec. False: invalid, with the reason in *ret_reason. */
bool target_resolve(
	const struct listener_spec *spec, struct target *target, struct buffer *ret_reason);
/* 0 or a negative errno; on success *ret_fd listens. */
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
/* Can this socket serve the wanted target? */
bool target_serves(const struct target *socket, const struct target *wanted);
/* Does one of the two sockets prevent the other from being opened? */
bool target_overlaps(const struct target *a, const struct target *b);
uint16_t target_port(const struct target *target);
const char *target_path(const struct target *target); /* NULL: no Unix socket with a path */
/* Would a datagram to that address stay on this machine? True for loopback addresses, and for Unix
 * sockets whose names papod can resolve. */
bool target_is_answerable(const struct target *target);
void target_describe(const struct target *target, struct buffer *out);
void target_address(const struct target *target, struct address *ret_address);
