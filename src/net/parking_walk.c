/* Owns the finding of what was parked before our time. */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/parking_lot.h"

struct walk {
	struct parking *parking;
	parking_found_fn on_found;
	void *data;
};

static void turn_away(int fd)
{
	shutdown(fd, SHUT_RDWR);
	close(fd);
}

static void on_stranger(struct walk *walk, int fd)
{
	walk->parking->has_strangers = true;
	if (!walk->on_found(walk->data, fd, 0, NULL))
		turn_away(fd);
}

static void on_known(struct parked *item, int fd)
{
	close(fd);
	if (item->copies < UINT16_MAX)
		item->copies++;
}

static void on_new(struct walk *walk, int fd, uint64_t id, uint16_t name)
{
	struct parking *parking = walk->parking;
	bool is_wanted = walk->on_found(walk->data, fd, id, parking->names.texts[name]);
	struct parked *item = parking_index_add(&parking->index, id);

	item->name = name;
	item->copies = 1;
	if (is_wanted)
		item->fd = fd;
	else
		turn_away(fd);
}

static void give(struct walk *walk, int fd, uint64_t id, uint16_t name)
{
	struct parked *item = id ? parking_index_find(&walk->parking->index, id) : NULL;

	if (!id)
		on_stranger(walk, fd);
	else if (item)
		on_known(item, fd);
	else
		on_new(walk, fd, id, name);
}

static int walk_lot(struct walk *walk, struct lot *lot)
{
	struct parking *parking = walk->parking;
	size_t offset = 0, n_fds = 0;
	int fds[BATCH];
	struct note note;

	lot->n_messages = 0;
	for (;;) {
		ssize_t n = lot_peek_fds(lot, offset, parking->received, fds, &n_fds);

		if (n < 0)
			return n == -EAGAIN ? 0 : (int) n;
		parking_read_note(parking, (size_t) n, &note);
		for (size_t i = 0; i < n_fds; i++)
			give(walk, fds[i], i < note.count ? note.ids[i] : 0,
				i < note.count ? note.names[i] : 0);
		lot->n_messages++;
		offset += (size_t) n;
	}
}

static void count(struct parking *parking)
{
	parking->n_copies = parking->n_live = parking->n_waiting = 0;
	for (uint32_t i = 0; i < parking->index.capacity; i++) {
		const struct parked *item = &parking->index.slots[i];

		parking->n_copies += item->copies;
		if (item->id && item->fd >= 0)
			*(item->copies ? &parking->n_live : &parking->n_waiting) += 1;
	}
}

/* At once, so that no id is used again while a socket that had it is still there. */
static void tidy(struct parking *parking)
{
	if (parking->n_copies == parking->n_live && !parking->has_strangers)
		return;
	parking_start_round(parking);
	while (parking_is_in_round(parking))
		if (parking_go_on(parking) < 0)
			return;
}

int parking_walk(struct parking *parking, parking_found_fn on_found, void *data)
{
	struct walk walk = { parking, on_found, data };
	int error = 0;

	parking_look_at_limit(parking);
	for (uint32_t i = 0; i < parking->index.capacity; i++)
		parking->index.slots[i].copies = 0;
	for (int i = 0; !error && i < PARKING_LOTS; i++)
		error = walk_lot(&walk, &parking->lots[i]);
	count(parking);
	if (error)
		return error;
	parking->is_walked = true;
	tidy(parking);
	return 0;
}
