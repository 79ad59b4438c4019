/* Owns which sockets are parked or wait for it, and when the lots are tidied. */
#include "survival/parking.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "survival/parking_lot.h"

#define RETRY_MS 1000
#define TIDY_MS 30000 /* by then, peers of closed sockets have received their last output */
#define MANY_DEAD 512

static const char *const lot_names[PARKING_LOTS] = { "lot0", "lot1", "lot2" };

static int lot_by_name(const char *name)
{
	for (int i = 0; i < PARKING_LOTS; i++)
		if (strcmp(name, lot_names[i]) == 0)
			return i;
	return -EINVAL;
}

const char *parking_name_of_lot(size_t lot)
{
	return lot_names[lot];
}

bool parking_knows(const char *name)
{
	return lot_by_name(name) >= 0;
}

static int sort_ends(const struct parking_end *ends, size_t n_ends, int (*ret_fds)[2])
{
	for (int i = 0; i < PARKING_LOTS; i++)
		ret_fds[i][0] = ret_fds[i][1] = -1;
	for (size_t i = 0; i < n_ends; i++) {
		int lot = lot_by_name(ends[i].name);

		if (lot < 0 || ret_fds[lot][1] >= 0)
			return -EINVAL;
		ret_fds[lot][ret_fds[lot][0] >= 0] = ends[i].fd;
	}
	return 0;
}

static void list_ends(struct parking *parking, int lot, bool is_kept)
{
	struct parking_end *ends = &parking->ends[2 * lot];

	ends[0] = (struct parking_end){ lot_names[lot], parking->lots[lot].receive_fd, is_kept };
	ends[1] = (struct parking_end){ lot_names[lot], parking->lots[lot].send_fd, is_kept };
}

/* Inherited lots stay open, as the caller owns them. */
static void close_new_lots(struct parking *parking, int n_lots)
{
	for (int i = 0; i < n_lots; i++)
		if (!parking->ends[2 * i].is_kept)
			lot_close(&parking->lots[i]);
}

int parking_open(const struct parking_end *ends, size_t n_ends, struct parking **ret_parking)
{
	CLEANUP(mem_freep) struct parking *parking = mem_new(sizeof(*parking));
	int fds[PARKING_LOTS][2];
	int error = sort_ends(ends, n_ends, fds);

	if (error)
		return error;
	for (int i = 0; i < PARKING_LOTS; i++) {
		error = lot_open(&parking->lots[i], fds[i]);
		if (error) {
			close_new_lots(parking, i);
			return error;
		}
		list_ends(parking, i, fds[i][0] >= 0);
	}
	parking->is_walked = !n_ends;
	parking_look_at_limit(parking);
	*ret_parking = TAKE(parking);
	return 0;
}

void parking_free(struct parking *parking)
{
	if (!parking)
		return;
	for (int i = 0; i < PARKING_LOTS; i++)
		lot_close(&parking->lots[i]);
	interned_done(&parking->names);
	free(parking->index.slots);
	buffer_done(&parking->note);
	free(parking);
}

const struct parking_end *parking_ends(const struct parking *parking)
{
	return parking->ends;
}

static void now_parked(struct parking *parking, struct parked *item)
{
	item->copies++;
	parking->n_copies++;
	parking->n_waiting--;
	parking->n_live++;
}

static int park_alone(struct parking *parking, uint64_t id)
{
	struct parked *item = parking_index_find(&parking->index, id);
	int error;

	if (parking_is_crowded(parking))
		return -ETOOMANYREFS;
	parking_write_note(parking, &item, 1);
	error = lot_send(&parking->lots[0], &parking->note, &item->fd, 1);
	if (!error)
		now_parked(parking, item);
	return error;
}

/* The next tick retries at once, later ones from time to time. */
static void block_parking(struct parking *parking)
{
	if (!parking->is_blocked)
		parking->retry_ms = 0;
	parking->is_blocked = true;
}

static bool has_batch(const struct parking *parking)
{
	return parking->lots[0].n_messages >= BATCH;
}

/* Move the sockets in lot 0 to another lot, in one message. 0 or a negative errno. */
static int move_singles(struct parking *parking)
{
	struct lot *lot = &parking->lots[0];
	uint32_t n_messages = lot->n_messages;
	int error;

	if (!parking->is_walked || parking->is_blocked)
		return -EAGAIN;
	lot->n_left = n_messages;
	error = parking_move(parking, lot);
	if (!error && lot->n_messages == n_messages)
		error = -EAGAIN; /* a sleeper is in the way */
	lot->n_left = 0;
	if (error)
		block_parking(parking);
	return error;
}

void parking_forget(struct parking *parking, uint64_t id)
{
	struct parked *item = parking_index_find(&parking->index, id);

	if (!item || item->fd == -1)
		return;
	parking->n_asleep -= item->fd == ASLEEP;
	item->fd = -1;
	if (item->copies) {
		parking->n_live--;
		return;
	}
	parking->n_waiting--;
	parking_index_remove(&parking->index, id);
}

size_t parking_waiting(const struct parking *parking)
{
	return parking->n_waiting;
}

size_t parking_asleep(const struct parking *parking)
{
	return parking->n_asleep;
}

bool parking_is_asleep(const struct parking *parking, uint64_t id)
{
	const struct parked *item = parking_index_find(&parking->index, id);

	return item && item->fd == ASLEEP;
}

static void each_parked(
	const struct parking *parking, int fd, void (*call)(void *data, uint64_t id), void *data)
{
	for (uint32_t i = 0; i < parking->index.capacity; i++)
		if (parking->index.slots[i].id && parking->index.slots[i].fd == fd)
			call(data, parking->index.slots[i].id);
}

void parking_each_asleep(
	const struct parking *parking, void (*call)(void *data, uint64_t id), void *data)
{
	each_parked(parking, ASLEEP, call, data);
}

void parking_each_forgotten(
	const struct parking *parking, void (*call)(void *data, uint64_t id), void *data)
{
	each_parked(parking, -1, call, data);
}

static size_t count_dead(const struct parking *parking)
{
	return parking->n_copies - parking->n_live;
}

static bool is_untidy(const struct parking *parking)
{
	size_t n_dead = count_dead(parking);

	return n_dead > parking->n_live / 2 + MANY_DEAD ||
	       (n_dead >= BATCH && parking_is_crowded(parking));
}

/* A round visits all messages, so it must free enough. */
static bool can_make_room(const struct parking *parking)
{
	return parking->is_walked && !parking->is_blocked &&
	       count_dead(parking) > parking->n_copies / BATCH;
}

static void walk_a_round(struct parking *parking)
{
	parking_start_round(parking);
	while (parking_is_in_round(parking))
		if (parking_go_on(parking) < 0) {
			block_parking(parking);
			return;
		}
}

int parking_add_later(struct parking *parking, int fd, uint64_t id, const char *listener)
{
	struct parked *item = parking_index_find(&parking->index, id);

	if (item) {
		assert(item->fd < 0);
		return -EEXIST;
	}
	item = parking_index_add(&parking->index, id);
	item->fd = fd;
	item->name = parking_name(parking, listener, strlen(listener));
	parking->n_waiting++;
	return 0;
}

int parking_add(struct parking *parking, int fd, uint64_t id, const char *listener)
{
	int error = parking_add_later(parking, fd, id, listener);

	if (error)
		return error;
	error = park_alone(parking, id);
	if (error == -EAGAIN && !move_singles(parking))
		error = park_alone(parking, id);
	if (error == -ETOOMANYREFS && can_make_room(parking)) {
		walk_a_round(parking);
		error = park_alone(parking, id);
	}
	if (error)
		block_parking(parking);
	else if (has_batch(parking))
		move_singles(parking);
	return error;
}

uint64_t parking_next_deadline(const struct parking *parking)
{
	if (!parking->is_walked)
		return UINT64_MAX;
	if (parking->n_waiting || parking_is_in_round(parking) || has_batch(parking) ||
		is_untidy(parking))
		return parking->is_blocked ? parking->retry_ms : 0;
	return count_dead(parking) ? parking->tidy_ms : UINT64_MAX;
}

/* The search continues where the last one ended: what was found before is parked by now. */
static size_t find_waiting_items(struct parking *parking, size_t most, struct parked **ret_items)
{
	const struct parking_index *index = &parking->index;
	size_t n_items = 0;

	for (uint32_t i = 0; i < index->capacity && n_items < most; i++) {
		struct parked *item = &index->slots[parking->next_slot++ & (index->capacity - 1)];

		if (item->id && item->fd >= 0 && !item->copies)
			ret_items[n_items++] = item;
	}
	return n_items;
}

static int park_waiting(struct parking *parking)
{
	struct parked *items[BATCH];
	size_t n_items, room;
	int error;

	if (parking_is_crowded(parking))
		return -ETOOMANYREFS;
	room = parking->most_copies - parking->n_copies;
	n_items = find_waiting_items(parking, room < BATCH ? room : BATCH, items);
	error = parking_send(parking, items, n_items);
	for (size_t i = 0; !error && i < n_items; i++)
		now_parked(parking, items[i]);
	return error;
}

static bool is_time_to_tidy(struct parking *parking, uint64_t now_ms)
{
	if (!count_dead(parking))
		return false;
	if (is_untidy(parking) || (parking->tidy_ms && now_ms >= parking->tidy_ms))
		return true;
	if (!parking->tidy_ms)
		parking->tidy_ms = now_ms + TIDY_MS;
	return false;
}

/* Tidying goes first, because it makes room for waiting sockets. */
static int step_round(struct parking *parking, uint64_t now_ms)
{
	int error = 0;

	if (!parking_is_in_round(parking) && is_time_to_tidy(parking, now_ms))
		parking_start_round(parking);
	if (parking_is_in_round(parking)) {
		error = parking_go_on(parking);
		if (!error && parking_is_in_round(parking))
			return 0;
		if (parking->n_asleep && is_untidy(parking))
			error = -EAGAIN;
	}
	if (has_batch(parking) && move_singles(parking) < 0)
		error = -EAGAIN;
	if (parking->n_waiting && park_waiting(parking) < 0)
		error = -EAGAIN;
	return error;
}

void parking_tick(struct parking *parking, uint64_t now_ms)
{
	if (!parking->is_walked || (parking->is_blocked && now_ms < parking->retry_ms))
		return;
	/* The limit may have been raised. */
	if (parking->is_blocked)
		parking_look_at_limit(parking);
	parking->is_blocked = false;
	if (!step_round(parking, now_ms))
		return;
	parking->is_blocked = true;
	parking->retry_ms = now_ms + RETRY_MS;
}
