/* Owns the tidying of the lots: messages at the front of a queue are made into one full
 * message at the end of one, without the sockets of closed clients, and only then removed. */
#include <assert.h>
#include <errno.h>
#include <sys/resource.h>

#include "survival/parking_lot.h"

#define RESERVE_FDS (2 * BATCH)
#define RESERVE_SHARE 8 /* but at most 1/RESERVE_SHARE of the limit */

/* Messages at the front of a lot that will be removed. Their ids are in parking->moved, and the
 * index no longer counts their copies. */
struct haul {
	size_t n_moved;
	uint32_t n_messages;
	struct parked *kept[BATCH]; /* their last copy is removed, so another must be sent */
	size_t n_kept;
};

/* Parking stops below the kernel's limit, because tidying needs some sockets more in flight. */
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
	/* Only sockets from lots 1 and 2 may use the reserve: their old message is removed next. */
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

/* A sleeper cannot be sent on, as it has no descriptor. */
static bool has_sleeper(const struct parking *parking, const struct note *note)
{
	for (size_t i = 0; i < note->count; i++) {
		const struct parked *item = parking_index_find(&parking->index, note->ids[i]);

		if (item && item->fd == ASLEEP && item->copies <= 1)
			return true;
	}
	return false;
}

/* False: not all of its last copies fit, so the message stays. Those that fit are still sent; next
 * time they are duplicates, and fewer remain. */
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

/* The old messages are replaced by the new one: update the counts. */
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

/* Lot 0 comes last, when the others have room. */
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
	/* The lot is empty, whatever was counted, or a sleeper is at its front. */
	if (!haul.n_messages && !haul.n_kept)
		from->n_left = 0;
	settle_haul(parking, &haul);
	return 0;
}
