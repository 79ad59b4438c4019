/* Owns the tidying of the lots: messages at the front of a queue are made into one full
 * message at the end of one, without the sockets that nobody needs any more, and only
 * then taken out. */
#include <assert.h>
#include <errno.h>
#include <sys/resource.h>

#include "survival/parking_lot.h"

#define RESERVE_FDS (2 * BATCH)
#define RESERVE_SHARE 8 /* but no more than that part of the limit */

/* Messages at the front of a lot that are to be taken out. Their ids are in parking->moved,
 * and their copies no longer counted in the index. */
struct haul {
	size_t n_moved;
	uint32_t n_messages;
	struct parked *kept[BATCH]; /* the last copy would go, so another must be sent */
	size_t n_kept;
};

/* Our own limit is below the kernel's, else tidying would be impossible just when needed. */
void parking_look_at_limit(struct parking *parking)
{
	struct rlimit limit;

	rlim_t reserve;

	parking->most_copies = SIZE_MAX;
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	reserve = limit.rlim_cur / RESERVE_SHARE;
	parking->most_copies = limit.rlim_cur - (reserve < RESERVE_FDS ? reserve : RESERVE_FDS);
}

bool parking_is_crowded(const struct parking *parking)
{
	return parking->n_copies >= parking->most_copies;
}

static int send_anywhere(struct parking *parking, const int *fds, size_t n_fds, bool is_last)
{
	int error = -EAGAIN;

	for (int i = 1; error == -EAGAIN && i < PARKING_LOTS; i++)
		error = is_last ? lot_send_at_last(&parking->lots[i], &parking->note, fds, n_fds)
				: lot_send(&parking->lots[i], &parking->note, fds, n_fds);
	return error;
}

static void prepare_message(
	struct parking *parking, struct parked *const *items, size_t n_items, int *ret_fds)
{
	for (size_t i = 0; i < n_items; i++)
		ret_fds[i] = items[i]->fd;
	parking_write_note(parking, items, n_items);
}

int parking_send(struct parking *parking, struct parked *const *items, size_t n_items)
{
	int fds[BATCH];

	prepare_message(parking, items, n_items, fds);
	return send_anywhere(parking, fds, n_items, false);
}

static int send_kept(struct parking *parking, const struct lot *from, const struct haul *haul)
{
	int fds[BATCH], error;

	if (!haul->n_kept)
		return 0;
	prepare_message(parking, haul->kept, haul->n_kept, fds);
	error = send_anywhere(parking, fds, haul->n_kept, false);
	/* What comes from lot 0 takes room indefinitely. */
	if (error == -EAGAIN && from != &parking->lots[0])
		error = send_anywhere(parking, fds, haul->n_kept, true);
	return error;
}

static void put_back(struct parking *parking, struct haul *haul, size_t n_moved)
{
	while (haul->n_moved > n_moved) {
		struct parked *item =
			parking_index_find(&parking->index, parking->moved[--haul->n_moved]);

		if (!item)
			continue;
		item->copies++;
		parking->n_copies++;
	}
}

/* It cannot be sent on, as there is no descriptor of it. */
static bool has_sleeper(const struct parking *parking, const struct note *note)
{
	for (size_t i = 0; i < note->count; i++) {
		const struct parked *item = parking_index_find(&parking->index, note->ids[i]);

		if (item && item->fd == ASLEEP && item->copies <= 1)
			return true;
	}
	return false;
}

/* False: its last copies do not all fit, so it must stay. Those that did fit are sent
 * nevertheless: next time they count as doubled, and the message as that much shorter. */
static bool take_message(struct parking *parking, struct haul *haul, const struct note *note)
{
	size_t n_before = haul->n_moved;

	for (size_t i = 0; i < note->count; i++) {
		struct parked *item = parking_index_find(&parking->index, note->ids[i]);
		bool is_last = item && item->fd >= 0 && item->copies <= 1;

		if (is_last && haul->n_kept == BATCH) {
			put_back(parking, haul, n_before);
			return false;
		}
		if (is_last)
			haul->kept[haul->n_kept++] = item;
		parking->moved[haul->n_moved++] = note->ids[i];
		if (!item || !item->copies)
			continue;
		item->copies--;
		parking->n_copies--;
	}
	haul->n_messages++;
	return true;
}

static void gather_haul(struct parking *parking, struct lot *from, struct haul *haul)
{
	size_t offset = 0;
	struct note note;

	while (haul->n_messages < from->n_left && haul->n_messages < BATCH &&
		haul->n_moved + MOST_FDS <= MOVE_IDS) {
		ssize_t n = lot_peek(from, offset, parking->received);

		if (n < 0)
			return;
		parking_read_note(parking, (size_t) n, &note);
		if (has_sleeper(parking, &note) || !take_message(parking, haul, &note))
			return;
		offset += (size_t) n;
	}
}

/* The messages are gone and the new one is there: count what that means. */
static void settle_haul(struct parking *parking, const struct haul *haul)
{
	for (size_t i = 0; i < haul->n_kept; i++)
		haul->kept[i]->copies++;
	parking->n_copies += haul->n_kept;
	for (size_t i = 0; i < haul->n_moved; i++) {
		struct parked *item = parking_index_find(&parking->index, parking->moved[i]);

		if (item && item->fd < 0 && !item->copies)
			parking_index_remove(&parking->index, item->id);
	}
}

void parking_start_round(struct parking *parking)
{
	for (int i = 0; i < PARKING_LOTS; i++)
		parking->lots[i].n_left = parking->lots[i].n_messages;
	parking->has_strangers = false;
	parking->tidy_ms = 0;
}

/* The single ones last: by then there is room for them. */
static struct lot *lot_of_round(struct parking *parking)
{
	for (int i = PARKING_LOTS - 1; i >= 0; i--)
		if (parking->lots[i].n_left)
			return &parking->lots[i];
	return NULL;
}

bool parking_is_in_round(const struct parking *parking)
{
	for (int i = 0; i < PARKING_LOTS; i++)
		if (parking->lots[i].n_left)
			return true;
	return false;
}

int parking_go_on(struct parking *parking)
{
	return parking_move(parking, lot_of_round(parking));
}

int parking_move(struct parking *parking, struct lot *from)
{
	struct haul haul = { 0 };
	int error;

	assert(parking->is_walked);
	gather_haul(parking, from, &haul);
	error = send_kept(parking, from, &haul);
	if (error) {
		put_back(parking, &haul, 0);
		return error;
	}
	lot_pop(from, haul.n_messages);
	from->n_left -= haul.n_messages;
	/* Then there is nothing to look at, whatever was counted, or somebody sleeps there. */
	if (!haul.n_messages && !haul.n_kept)
		from->n_left = 0;
	settle_haul(parking, &haul);
	return 0;
}
