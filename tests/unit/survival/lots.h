/* A parking with its manager: somebody who keeps the ends while processes come and go. */
#pragma once

#include <sys/resource.h>

#include "survival/parking_lot.h"

#define FOUND_MAX 20000
#define MANY_FILES 20000 /* thousands of descriptors, in flight more than once */

struct found {
	uint64_t id;
	int fd;
	char listener[16];
};

struct lots {
	struct parking *parking;
	struct parking_end kept[PARKING_ENDS]; /* the manager's */
	int fd_limit;			       /* descriptors to leave free begin there */
	uint64_t unwanted_from;		       /* ids that on_found() sends away */
	uint64_t unwanted_to;
	struct found *found; /* FOUND_MAX of them, in the order of finding */
	size_t n_found;
	int turn_fd; /* locked while others of this user are to wait */
};

/* Sets the soft limit of open files, if the hard one allows, and returns the old one. */
rlim_t limit_files(rlim_t count);
void needs_files(rlim_t count); /* or the test is skipped */

/* Raises the limit of open files to what is possible. */
int lots_setup(void **state);
int lots_teardown(void **state);

/* The manager stores what the process has. */
void lots_keep(struct lots *lots);
/* Ends of our own, as a new process would get them, in another order. */
void lots_pass(const struct lots *lots, struct parking_end *ret_ends);
/* The process is gone, with all of its descriptors, and the next one has them open. */
void lots_restart(struct lots *lots);
int lots_walk(struct lots *lots);
const struct found *lots_find(const struct lots *lots, uint64_t id); /* NULL: not found */
/* Ticks until nothing is to be done at this time. */
void lots_settle(struct lots *lots, uint64_t now_ms);

/* Many clients that share one socket: the kernel counts each of them. */
void lots_add(struct lots *lots, int fd, uint64_t from, uint64_t to);
void lots_forget(struct lots *lots, uint64_t from, uint64_t to);
void lots_restart_and_walk(struct lots *lots);
/* A socket that only the lots have; its peer. */
void lots_park_and_die(struct lots *lots, uint64_t id, const char *listener, int *ret_peer);
void assert_end(int peer); /* and close it */

int make_socket(void); /* of TCP, unconnected */
ino_t inode_of(int fd);
