/* A parking with its manager, which keeps the ends while processes come and go. */
#pragma once

#include <sys/resource.h>

#include "survival/parking_lot.h"

#define FOUND_MAX 20000
#define MANY_FILES 20000 /* for thousands of sockets, some in flight more than once */

struct found {
	uint64_t id;
	int fd;
	char listener[16];
};

struct lots {
	struct parking *parking;
	struct parking_end kept[PARKING_ENDS]; /* by the manager */
	int fd_limit;			       /* this and higher descriptors must stay free */
	uint64_t unwanted_from;		       /* on_found() refuses these ids */
	uint64_t unwanted_to;
	bool shares_unwanted; /* another process has them too */
	struct found *found;  /* FOUND_MAX of them, in the order of finding */
	size_t n_found;
	int turn_fd; /* locked while other tests of this user wait */
};

/* Sets the soft limit of open files, if the hard one allows, and returns the old one. */
rlim_t limit_files(rlim_t count);
void needs_files(rlim_t count); /* skips the test otherwise */

/* Raises the limit of open files to what is possible. */
int lots_setup(void **state);
int lots_teardown(void **state);

/* The manager stores the ends of the process. */
void lots_keep(struct lots *lots);
/* Copies of the ends, as a new process would inherit them, in another order. */
void lots_pass(const struct lots *lots, struct parking_end *ret_ends);
/* The process ends with all its descriptors, and the next one opens the lots. */
void lots_restart(struct lots *lots);
int lots_walk(struct lots *lots);
const struct found *lots_find(const struct lots *lots, uint64_t id); /* NULL: not found */
/* Ticks until nothing is left to do at this time. */
void lots_settle(struct lots *lots, uint64_t now_ms);

/* Many clients that share one socket: the kernel counts each of them. */
void lots_add(struct lots *lots, int fd, uint64_t from, uint64_t to);
void lots_forget(struct lots *lots, uint64_t from, uint64_t to);
void lots_restart_and_walk(struct lots *lots);
/* Park a socket that only the lots contain; *ret_peer is its peer. */
void lots_park_and_die(struct lots *lots, uint64_t id, const char *listener, int *ret_peer);
void assert_end(int peer); /* and closes it */

int make_socket(void); /* TCP, unconnected */
ino_t inode_of(int fd);
