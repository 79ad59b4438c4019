/* Owns the finding of sockets that earlier processes parked. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "survival/parking_lot.h"

struct walk {
	struct parking *parking;
	const struct parking_visitor *visitor;
	bool is_full; /* no descriptors are left for sleepers */
};

static void shut_socket(int fd)
{
	shutdown(fd, SHUT_RDWR);
	close(fd);
}

static void on_stranger(struct walk *walk, int fd)
{
	walk->parking->has_strangers = true;
	if (!walk->visitor->on_found(walk->visitor->data, fd, 0, NULL))
		shut_socket(fd);
}

static void count_copy(struct parked *item)
{
	if (item->copies < UINT16_MAX)
		item->copies++;
}

/* False: even the lowest free number must stay free. */
static bool find_low(struct walk *walk, int *fd)
{
	int low;

	if (!walk->visitor->fd_limit || *fd < walk->visitor->fd_limit)
		return true;
	low = fcntl(*fd, F_DUPFD_CLOEXEC, 0);
	if (low >= 0 && low < walk->visitor->fd_limit) {
		close(*fd);
		*fd = low;
		return true;
	}
	if (low >= 0)
		close(low);
	walk->is_full = true;
	return false;
}

static parking_found_fn whom_to_ask(struct walk *walk, int *fd)
{
	return find_low(walk, fd) || !walk->visitor->on_crowded ? walk->visitor->on_found
								: walk->visitor->on_crowded;
}

static void show_parked(struct walk *walk, struct parked *item, int fd)
{
	parking_found_fn ask = whom_to_ask(walk, &fd);
	const char *listener = walk->parking->names.texts[item->name];
	bool is_wanted = ask(walk->visitor->data, fd, item->id, listener);

	item->fd = -1;
	if (is_wanted && ask == walk->visitor->on_found) {
		item->fd = fd;
	} else if (is_wanted) {
		item->fd = ASLEEP;
		close(fd);
	} else if (walk->visitor->is_shared &&
		   walk->visitor->is_shared(walk->visitor->data, item->id)) {
		close(fd);
	} else {
		shut_socket(fd);
	}
}

/* The descriptor is -1 if no more could be opened. */
static void give_socket(struct walk *walk, int fd, uint64_t id, uint16_t name)
{
	struct parked *item = parking_index_find(&walk->parking->index, id);

	if (!item) {
		item = parking_index_add(&walk->parking->index, id);
		item->name = name;
		item->fd = ASLEEP;
	}
	count_copy(item);
	if (fd >= 0 && item->fd == ASLEEP)
		show_parked(walk, item, fd);
	else if (fd >= 0)
		close(fd);
}

/* Known sockets need no new descriptor, and sleepers only while there are free ones. */
static bool needs_fds(const struct walk *walk, const struct note *note)
{
	for (size_t i = 0; i < note->count; i++) {
		const struct parked *item = parking_index_find(&walk->parking->index, note->ids[i]);

		if (!item || (item->fd == ASLEEP && !walk->is_full))
			return true;
	}
	return !note->count;
}

static void give_all(struct walk *walk, const struct note *note, const int *fds, size_t n_fds)
{
	for (size_t i = 0; i < note->count; i++)
		if (note->ids[i])
			give_socket(walk, i < n_fds ? fds[i] : -1, note->ids[i], note->names[i]);
		else if (i < n_fds)
			on_stranger(walk, fds[i]);
	for (size_t i = note->count; i < n_fds; i++)
		on_stranger(walk, fds[i]);
}

static int walk_lot(struct walk *walk, struct lot *lot)
{
	struct parking *parking = walk->parking;
	int fds[MOST_FDS];
	struct note note;
	size_t offset = 0;

	lot->n_messages = 0;
	for (;;) {
		ssize_t n = lot_peek(lot, offset, parking->received);
		size_t n_fds = 0;

		if (n < 0)
			return n == -EAGAIN ? 0 : (int) n;
		parking_read_note(parking, (size_t) n, &note);
		if (needs_fds(walk, &note))
			n = lot_peek_fds(lot, offset, parking->received, fds, &n_fds);
		if (n < 0)
			return (int) n;
		give_all(walk, &note, fds, n_fds);
		lot->n_messages++;
		offset += (size_t) n;
	}
}

static void count_parked(struct parking *parking)
{
	parking->n_copies = parking->n_live = parking->n_waiting = parking->n_asleep = 0;
	for (uint32_t i = 0; i < parking->index.capacity; i++) {
		const struct parked *item = &parking->index.slots[i];

		parking->n_copies += item->copies;
		if (item->id && item->fd != -1)
			*(item->copies ? &parking->n_live : &parking->n_waiting) += 1;
		parking->n_asleep += item->id && item->fd == ASLEEP;
	}
}

/* Tidy at once, so that no id is used again while an old socket with it is parked. */
static void tidy_parked(struct parking *parking)
{
	if (parking->n_copies == parking->n_live && !parking->has_strangers)
		return;
	parking_start_round(parking);
	while (parking_is_in_round(parking))
		if (parking_go_on(parking) < 0)
			return;
}

int parking_walk(struct parking *parking, const struct parking_visitor *visitor)
{
	struct walk walk = { parking, visitor, false };
	int error = 0;

	parking_look_at_limit(parking);
	for (uint32_t i = 0; i < parking->index.capacity; i++)
		parking->index.slots[i].copies = 0;
	for (int i = 0; !error && i < PARKING_LOTS; i++)
		error = walk_lot(&walk, &parking->lots[i]);
	count_parked(parking);
	if (error)
		return error;
	parking->is_walked = true;
	tidy_parked(parking);
	return parking->n_asleep ? -EMFILE : 0;
}
