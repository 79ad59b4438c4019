/* Owns the memory of wrapped streams: slots, their changes, and places for sealed bytes. */
#include "net/wrapping.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/publish.h"
#include "net/connection.h"

/* A release with another layout must not read the memory: it changes with the size of a slot, and
 * by hand if a field changes its meaning. */
#define LAYOUT ((uint64_t) 2 << 32 | sizeof(struct wrapping))

#define LOCKED_SLOTS 256 /* at once */

static_assert(sizeof(struct wrapping_place) % 4096 == 0 &&
		      sizeof(((struct wrapping_place *) NULL)->pongs[0]) >= WEBSOCKET_CONTROL_BYTES,
	"a place is whole pages, and has room for a frame");
static_assert(sizeof(struct wrapping) == 336, "releases share the layout of a slot");

static struct wrapping *slot_of(const struct connections *all, uint64_t id)
{
	uint32_t slot = (uint32_t) id;

	return all->wrappings && slot < WRAPPING_SLOTS ? &all->wrappings->slots[slot] : NULL;
}

struct wrapping *wrapping_find(const struct connections *all, uint64_t id)
{
	struct wrapping *wrapping = slot_of(all, id);

	return id && wrapping && wrapping->id == id ? wrapping : NULL;
}

static void carry_out_change(struct wrappings *wrappings)
{
	wrappings->slots[(uint32_t) wrappings->change.id] = wrappings->change;
	PUBLISH(&wrappings->change_id, 0);
}

struct wrapping *wrapping_begin_change(const struct connections *all, uint64_t id)
{
	struct wrappings *wrappings = all->wrappings;

	wrappings->change = wrappings->slots[(uint32_t) id];
	return &wrappings->change;
}

void wrapping_end_change(const struct connections *all)
{
	PUBLISH(&all->wrappings->change_id, all->wrappings->change.id);
	carry_out_change(all->wrappings);
}

struct wrapping_place *wrapping_place(const struct connections *all, uint64_t id)
{
	return &all->wrappings->places[(uint32_t) id];
}

void wrapping_keep_rest(const struct connections *all, struct wrapping *wrapping,
	const uint8_t *bytes, size_t length)
{
	PUBLISH(&wrapping->rest_length, 0);
	memcpy(wrapping_place(all, wrapping->id)->rest, bytes, length);
	wrapping->has_place = true;
	wrapping->rest_from = wrapping->wire_written - length;
	PUBLISH(&wrapping->rest_length, (uint32_t) length);
}

/* If the kernel does not take the pages back, they are there for the next rest; nothing reads them
 * before. */
void wrapping_drop_rest(const struct connections *all, struct wrapping *wrapping)
{
	wrapping->rest_length = 0;
	if (!wrapping->has_place || wrapping->pong_length)
		return;
	(void) madvise(
		wrapping_place(all, wrapping->id), sizeof(struct wrapping_place), MADV_REMOVE);
	wrapping->has_place = false;
}

/* The crashed process may not have copied the bytes from the output to the place yet. The next
 * output of any connection overwrites them. */
static void keep_output(const struct connections *all)
{
	struct wrapped_output *output = &all->wrappings->output;
	struct wrapping *wrapping = wrapping_find(all, output->id);

	if (wrapping && output->length <= WRAPPED_BYTES &&
		output->from + output->length == wrapping->wire_written)
		wrapping_keep_rest(all, wrapping, output->bytes, output->length);
	PUBLISH(&output->id, 0);
}

bool wrapping_find_rest(const struct connections *all, struct wrapping *wrapping, uint64_t sent)
{
	if (sent > wrapping->wire_written || wrapping->wire_written - sent > WRAPPED_BYTES)
		return false;
	wrapping->wire_sent = sent;
	if (sent == wrapping->wire_written) {
		wrapping_drop_rest(all, wrapping);
		return true;
	}
	return wrapping->rest_length <= WRAPPED_BYTES && wrapping->rest_from <= sent &&
	       wrapping->rest_from + wrapping->rest_length == wrapping->wire_written;
}

/* Nothing that the previous process left can crash this one. */
static bool makes_sense(const struct wrappings *wrappings)
{
	if (wrappings->n_used > WRAPPING_SLOTS)
		return false;
	return !wrappings->change_id || (wrappings->change_id == wrappings->change.id &&
						(uint32_t) wrappings->change_id < WRAPPING_SLOTS);
}

/* Keys must not get into a swap file. Without the right to lock so much memory (LimitMEMLOCK=) they
 * may. */
static void lock_memory(const void *from, const void *to)
{
	(void) mlock2(from, (size_t) ((const char *) to - (const char *) from), MLOCK_ONFAULT);
}

static void lock_slots(const struct wrappings *wrappings, uint32_t from)
{
	lock_memory(&wrappings->slots[from], &wrappings->slots[from + LOCKED_SLOTS]);
}

static void lock_used(const struct wrappings *wrappings)
{
	lock_memory(wrappings, wrappings->slots);
	for (uint32_t from = 0; from < wrappings->n_used; from += LOCKED_SLOTS)
		lock_slots(wrappings, from);
}

static void use_slot(struct wrappings *wrappings, uint32_t slot)
{
	while (wrappings->n_used <= slot) {
		if (wrappings->n_used % LOCKED_SLOTS == 0)
			lock_slots(wrappings, wrappings->n_used);
		wrappings->n_used++;
	}
}

/* The places need not be empty: a slot says what is in its place. */
static void forget_slots(struct wrappings *wrappings)
{
	if (madvise(wrappings, sizeof(*wrappings), MADV_REMOVE) < 0)
		memset(wrappings, 0, offsetof(struct wrappings, places));
}

bool connections_keep_wrappings(struct connections *connections, struct wrappings *wrappings)
{
	bool is_usable =
		!wrappings->layout || (wrappings->layout == LAYOUT && makes_sense(wrappings));

	if (!is_usable)
		forget_slots(wrappings);
	wrappings->layout = LAYOUT;
	if (wrappings->change_id)
		carry_out_change(wrappings);
	if (connections->wrappings != wrappings) {
		lock_used(wrappings);
		connections->wrappings = wrappings;
		keep_output(connections);
	}
	if (!connections->crypto)
		connections->crypto = tls_crypto_new();
	return is_usable;
}

bool wrapping_has_tls(const struct wrapping *wrapping)
{
	return wrapping->keys.suite;
}

bool wrapping_is_valid(const struct wrapping *wrapping)
{
	if (!wrapping_has_tls(wrapping) && !wrapping->has_frames)
		return false;
	if (wrapping_has_tls(wrapping) && !tls_keys_are_valid(&wrapping->keys))
		return false;
	if (wrapping->close_code && !websocket_is_close_code(wrapping->close_code))
		return false;
	return websocket_is_valid(&wrapping->frames, 0) && wrapping->pong < 2 &&
	       wrapping->pong_length <= WEBSOCKET_CONTROL_BYTES;
}

static void forget_place(const struct connections *all, struct wrapping *wrapping)
{
	wrapping->pong_length = 0;
	wrapping_drop_rest(all, wrapping);
}

/* Set the slot for a stream that is at this point. False: there is no such way to wrap. */
static bool fill_slot(struct connections *connections, uint64_t id,
	const struct wrapping_setup *setup, const struct stream_progress *progress)
{
	struct wrapping *change = &connections->wrappings->change;

	*change = (struct wrapping){
		.id = id,
		.origin = setup->origin,
		.wire_taken = progress->taken,
		.wire_written = progress->written,
		.wire_sent = progress->written,
		.n_skipped = setup->n_skipped,
		.has_frames = setup->has_frames,
		.frames.protocol = setup->protocol,
	};
	if (setup->keys)
		change->keys = *setup->keys;
	if (!wrapping_is_valid(change))
		return false;
	wrapping_end_change(connections);
	return true;
}

int connection_wrap(
	struct connections *connections, uint64_t id, int fd, const struct wrapping_setup *setup)
{
	struct wrapping *wrapping = slot_of(connections, id);
	struct stream_progress progress;
	int result;

	if (!wrapping)
		return -ENOSPC;
	result = stream_tcp.ask(NULL, fd, &progress);
	if (result < 0)
		return result;
	forget_place(connections, wrapping);
	use_slot(connections->wrappings, (uint32_t) id);
	return fill_slot(connections, id, setup, &progress) ? 0 : -EINVAL;
}

/* The memory is shared, so no compiler leaves the writes out. */
static void wipe_copies(struct wrappings *wrappings, uint64_t id)
{
	if (wrappings->change.id == id)
		wrappings->change = (struct wrapping){ 0 };
	if (wrappings->looked.id == id) {
		wrappings->looked = (struct wrapping){ 0 };
		wrappings->before = (struct tls_keys){ 0 };
	}
}

void connection_unwrap(struct connections *connections, uint64_t id)
{
	struct wrapping *wrapping = wrapping_find(connections, id);

	if (!wrapping)
		return;
	forget_place(connections, wrapping);
	if (tls_keys_are_valid(&wrapping->keys))
		tls_keys_wipe(connections->crypto, &wrapping->keys);
	explicit_bzero(wrapping, sizeof(*wrapping));
	wipe_copies(connections->wrappings, id);
}

uint64_t connections_find_wrapped(
	const struct connections *connections, const struct wrapping_origin *origin)
{
	const struct wrappings *wrappings = connections->wrappings;

	for (uint32_t i = 0; wrappings && i < wrappings->n_used; i++) {
		const struct wrapping *wrapping = &wrappings->slots[i];

		if (wrapping->id && wrapping->origin.gate == origin->gate &&
			wrapping->origin.number == origin->number)
			return wrapping->id;
	}
	return 0;
}

bool connection_is_wrapped(const struct connections *connections, uint64_t id)
{
	const struct connection *connection = connections_find_any(connections, id);

	return wrapping_find(connections, id) ||
	       (connection && connection->stream == STREAM_KIND_WRAPPED);
}

bool connection_is_newly_wrapped(const struct connections *connections, uint64_t id)
{
	const struct wrapping *wrapping = wrapping_find(connections, id);

	return wrapping && !wrapping->plain_taken && !wrapping->plain_written;
}

void connections_forget_lost_wrappings(struct connections *connections)
{
	const struct wrappings *wrappings = connections->wrappings;

	for (uint32_t i = 0; wrappings && i < wrappings->n_used; i++) {
		uint64_t id = wrappings->slots[i].id;

		if (id && !connections_find_any(connections, id))
			connection_unwrap(connections, id);
	}
}
