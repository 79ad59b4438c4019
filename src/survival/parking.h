/* Parking lots: copies of the clients' sockets that outlive this process.
 *
 * A socket that was sent with SCM_RIGHTS and not received yet is kept open by the queue it
 * waits in (unix(7)). A lot is such a queue, a pair of connected SOCK_SEQPACKET sockets.
 * Both ends of the few lots are given once to whoever outlives us: the file descriptor
 * store of systemd (sd_notify(3)), or our successor by exec(). So any number of clients
 * costs the service manager six descriptors.
 *
 * Lot 0 takes one message per client. When it has a batch of them, those who are still
 * here move in one message to lot 1 or 2. Closed clients leave their sockets behind until
 * the lots are tidied. At any instruction, each parked socket is in at least one message:
 * it is sent on before the old message is taken out. So dying at any point loses
 * nothing, and what is doubled by it is given once.
 *
 * In flight, the kernel counts sockets against the soft RLIMIT_NOFILE of the user, besides
 * those that are open: let it be at least twice the clients, and 1000. It is looked at when the
 * parking is opened and walked, and again whenever it is too low.
 *
 * A process that may open less than the one before leaves those for which it has no descriptors
 * in the lots: they sleep. Tidying stops at a message with sleepers, as it cannot send them on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct parking;

#define PARKING_LOTS 3
#define PARKING_ENDS (2 * PARKING_LOTS)

/* One end of a lot. Both ends of a lot have the same name ("lot0", FDNAME=), so that they
 * can be stored in one message and are kept both or not at all; which of the two is
 * the receiving one is seen from where something waits. */
struct parking_end {
	const char *name;
	int fd;
	bool is_kept; /* by the service manager already */
};

/* Is this the name of a lot, among the descriptors that the service manager kept? */
bool parking_knows(const char *name);
const char *parking_name_of_lot(size_t lot); /* of PARKING_LOTS */

/* Take over the ends that were kept, in any order; lots without any are made new, so with
 * none at all everything is. 0 or a negative errno: EINVAL for an end that is none or
 * misses its other one. The ends are ours then, but on errors stay the caller's. If any was
 * kept, parking_walk() comes next. */
int parking_open(const struct parking_end *ends, size_t n_ends, struct parking **ret_parking);
/* Closes our ends: what is parked stays, if somebody else has the ends too. */
void parking_free(struct parking *parking);

/* All PARKING_ENDS of them, lot by lot; valid as long as the parking. Those that are not
 * kept are to be stored, with FDPOLL=0, before the first socket is parked. */
const struct parking_end *parking_ends(const struct parking *parking);

/* A socket that was found; listener is valid during the call. Returns whether it is wanted:
 * then the descriptor is the callee's and stays parked, else it is shut down, closed
 * and no longer parked. Id 0 and no listener: what was written beside it cannot be read
 * (another release's); such a socket is never parked any longer, so the callee can only send
 * a last line. Must not call the parking. */
typedef bool (*parking_found_fn)(void *data, int fd, uint64_t id, const char *listener);

struct parking_visitor {
	parking_found_fn on_found;
	/* The same for a socket whose descriptor is to stay free. If it is wanted, the descriptor
	 * is closed, and the socket sleeps: it stays parked, and another walk finds it again.
	 * NULL: like the others. */
	parking_found_fn on_crowded;
	int fd_limit; /* descriptors with this number and above are to stay free; 0: none are */
	void *data;
};

/* Give each parked socket once, then tidy. 0 or a negative errno: EMFILE if some sleep, as more
 * were parked than may be open. Another walk, when others are closed or RLIMIT_NOFILE is raised,
 * gives those that were not given before. */
int parking_walk(struct parking *parking, const struct parking_visitor *visitor);

size_t parking_asleep(const struct parking *parking);
bool parking_is_asleep(const struct parking *parking, uint64_t id);
void parking_each_asleep(
	const struct parking *parking, void (*call)(void *data, uint64_t id), void *data);

/* Park a socket, which stays the caller's; an id is never used twice. 0, or a negative errno
 * if it is not parked (yet) and would not outlive the process: EAGAIN if the lots are full,
 * ETOOMANYREFS if too much is in flight. It is tried again by parking_tick() until
 * parking_forget(), except for EEXIST: a socket that the id had before our time is not gone
 * yet. */
int parking_add(struct parking *parking, int fd, uint64_t id, const char *listener);

/* Before the caller closes the descriptor, which must be shut down first: the peer of a
 * parked socket does not notice the close alone. Unknown ids are fine. */
void parking_forget(struct parking *parking, uint64_t id);

/* How many sockets are not parked yet: the next process would not have them. */
size_t parking_waiting(const struct parking *parking);

/* When parking_tick() must run next; UINT64_MAX: never. One call takes less than a few
 * milliseconds: it parks a batch of those that wait, or tidies a little. */
uint64_t parking_next_deadline(const struct parking *parking);
void parking_tick(struct parking *parking, uint64_t now_ms);
