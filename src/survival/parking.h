/* Parking lots: copies of the clients' sockets that outlive this process.
 *
 * A socket that was sent with SCM_RIGHTS and not received yet is kept open by the queue that
 * contains it (unix(7)). A lot is such a queue, a pair of connected SOCK_SEQPACKET sockets. Both
 * ends of the few lots are passed once to something that outlives the process: the file descriptor
 * store of systemd (sd_notify(3)), or the next program after exec(). So any number of clients costs
 * the service manager six descriptors.
 *
 * Lot 0 takes one message per client. When it has a batch of them, sockets that are still open move
 * in one message to lot 1 or 2. Sockets of closed clients stay until the lots are tidied. At any
 * instruction, each parked socket is in at least one message: it is sent on before the old message
 * is taken out. So a crash at any point loses nothing, and a socket that is parked twice is found
 * once.
 *
 * In flight, the kernel counts sockets against the soft RLIMIT_NOFILE of the user, besides open
 * ones: set it to at least twice the clients plus 1000. The limit is read when the parking is
 * opened and walked, and again whenever it is too low.
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

/* One end of a lot. Both ends have the same name ("lot0", FDNAME=), so that they are sent in one
 * message and stored both or not at all. The receiving end is the one with messages in its
 * queue. */
struct parking_end {
	const char *name;
	int fd;
	bool is_kept; /* stored by the service manager already */
};

/* Is this the name of a lot? */
bool parking_knows(const char *name);
const char *parking_name_of_lot(size_t lot); /* of PARKING_LOTS */

/* Take over inherited ends, in any order, and create the missing lots. 0 or a negative errno:
 * EINVAL for an end that is invalid or lacks its other end. On success the parking owns the ends;
 * on errors they stay the caller's. If any was inherited, call parking_walk() next. */
int parking_open(const struct parking_end *ends, size_t n_ends, struct parking **ret_parking);
/* Closes the ends of this process: sockets stay parked if another process has the ends too. */
void parking_free(struct parking *parking);

/* All PARKING_ENDS ends, lot by lot; valid as long as the parking. Before the first socket is
 * parked, the caller must store those that are not kept, with FDPOLL=0. */
const struct parking_end *parking_ends(const struct parking *parking);

/* A socket was found; listener is valid during the call. True: the socket is wanted, the callee
 * owns the descriptor, and it stays parked. False: it is shut down, closed and no longer parked. Id
 * 0 and no listener: its note is unreadable (of another release); such a socket does not stay
 * parked, so the callee can only send a last line. Must not call the parking. */
typedef bool (*parking_found_fn)(void *data, int fd, uint64_t id, const char *listener);

struct parking_visitor {
	parking_found_fn on_found;
	/* The same for a socket with a descriptor number that must stay free. If it is wanted, the
	 * descriptor is closed and the socket sleeps: it stays parked, and another walk finds it
	 * again. NULL: call on_found. */
	parking_found_fn on_crowded;
	/* Does another process have this unwanted socket too? Then it is closed, but not shut down.
	 * NULL: no. */
	bool (*is_shared)(void *data, uint64_t id);
	int fd_limit; /* this and higher descriptor numbers must stay free; 0: no limit */
	void *data;
};

/* Find each parked socket once, then tidy. 0 or a negative errno: EMFILE if some sleep, because
 * more are parked than may be open. After others are closed or RLIMIT_NOFILE is raised, another
 * walk finds the rest. */
int parking_walk(struct parking *parking, const struct parking_visitor *visitor);

size_t parking_asleep(const struct parking *parking);
bool parking_is_asleep(const struct parking *parking, uint64_t id);
void parking_each_asleep(
	const struct parking *parking, void (*call)(void *data, uint64_t id), void *data);
/* Ids that cannot be used, because sockets are in the lots under them until they are tidied. */
void parking_each_forgotten(
	const struct parking *parking, void (*call)(void *data, uint64_t id), void *data);

/* Park a socket, which stays the caller's; an id is never used twice. 0, or a negative errno if it
 * is not parked (yet) and would not outlive the process: EAGAIN if the lots are full, ETOOMANYREFS
 * if too many are in flight. parking_tick() tries again until parking_forget(), except after
 * EEXIST: an inherited socket with that id is not gone yet. */
int parking_add(struct parking *parking, int fd, uint64_t id, const char *listener);

/* The same, but the socket waits for parking_tick(), which parks many in one message. 0 or
 * -EEXIST. */
int parking_add_later(struct parking *parking, int fd, uint64_t id, const char *listener);

/* Call before the descriptor is closed. The caller must shut it down first, because the peer of a
 * parked socket does not notice the close alone. Unknown ids are allowed. */
void parking_forget(struct parking *parking, uint64_t id);

/* The number of sockets that are not parked yet, which the next process would not get. */
size_t parking_waiting(const struct parking *parking);

/* When parking_tick() must run next; UINT64_MAX: never. One call takes less than a few
 * milliseconds: it parks a batch of those that wait, or tidies a little. */
uint64_t parking_next_deadline(const struct parking *parking);
void parking_tick(struct parking *parking, uint64_t now_ms);
