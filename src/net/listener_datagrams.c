/* Owns datagrams: they are read in batches, within the limits of the listener's rate and the turn.
 *
 * A listener that has used up its rate rests: it is not watched until its bucket has filled a
 * little, so that a flood costs no more than the rate. The kernel meanwhile drops UDP datagrams
 * that its buffer cannot hold, and lets senders to a Unix socket wait. All listeners share one
 * batch, whose contents are valid only during a call.
 *
 * Answers go only to senders on this machine: other addresses may be forged, and papod would send
 * to a victim of the forger's choice. */
#include <errno.h>
#include <inttypes.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/bucket.h"
#include "base/mem.h"
#include "net/listener.h"
#include "proto/notification.h"

#define BATCH 16
#define READ_MAX 64 /* from one listener in a turn */
#define SECOND_NS 1000000000u
#define MS_NS 1000000u
#define REST_MS 20 /* the shortest rest of a listener */
#define WARN_MS 60000

/* Filled by recvmmsg(2). One more byte shows that a datagram is too long. */
struct datagram_batch {
	struct mmsghdr heads[BATCH];
	struct iovec parts[BATCH];
	struct target senders[BATCH];
	char bytes[BATCH][NOTIFICATION_BYTES + 1];
};

static uint64_t unit_ns(const struct listener *listener)
{
	return SECOND_NS / listener->rate;
}

static uint64_t loop_time_ns(const struct listener *listener)
{
	return loop_now_ms(listener->all->loop) * MS_NS;
}

/* How many datagrams the rate allows now: at most those of a second. */
static uint64_t count_allowed(const struct listener *listener)
{
	uint64_t full_ns = bucket_take(listener->full_ns, loop_time_ns(listener), 0);
	uint64_t left_ns = loop_time_ns(listener) + SECOND_NS;

	return full_ns < left_ns ? (left_ns - full_ns) / unit_ns(listener) : 0;
}

static void rest_until(struct listener *listener, uint64_t until_ms)
{
	struct listeners *all = listener->all;

	listener->rest_ms = until_ms;
	if (until_ms < all->rested_ms)
		all->rested_ms = until_ms;
	(void) listener_watch(listener);
}

/* Rest until the rate allows one datagram, or all that it regains during the shortest rest. */
static void rest_for_rate(struct listener *listener)
{
	uint64_t now_ms = loop_now_ms(listener->all->loop);
	uint64_t one_ns = listener->full_ns + unit_ns(listener) - SECOND_NS;
	uint64_t one_ms = (one_ns + MS_NS - 1) / MS_NS;

	rest_until(listener, one_ms > now_ms + REST_MS ? one_ms : now_ms + REST_MS);
}

/* The number of datagrams that the kernel has dropped since the socket was created. */
static uint64_t count_dropped(const struct listener *listener)
{
	uint32_t values[SK_MEMINFO_VARS] = { 0 };
	socklen_t length = sizeof(values);

	if (getsockopt(listener->fd, SOL_SOCKET, SO_MEMINFO, values, &length) < 0)
		return 0;
	return values[SK_MEMINFO_DROPS];
}

static uint32_t count_dropped_since(const struct listener *listener, uint32_t before)
{
	return (uint32_t) count_dropped(listener) - before;
}

/* Limits warnings, so that senders cannot fill the log. */
static void warn_of_dropped(struct listener *listener)
{
	uint64_t now_ms = loop_now_ms(listener->all->loop);
	uint32_t n_dropped;
	char count[16];

	if (listener->warned_ms && now_ms < listener->warned_ms + WARN_MS)
		return;
	n_dropped = count_dropped_since(listener, listener->n_dropped_warned);
	if (!n_dropped)
		return;
	listener->warned_ms = now_ms;
	listener->n_dropped_warned += n_dropped;
	snprintf(count, sizeof(count), "%" PRIu32, n_dropped);
	log_entry(listener->all->log, LOGBOOK_DATAGRAMS_DROPPED, "LISTENER", listener->name,
		"ADDRESS", listener->where, "COUNT", count);
}

static struct datagram_batch *prepare_batch(struct listeners *all, unsigned int count)
{
	struct datagram_batch *batch = all->batch;

	if (!batch)
		batch = all->batch = mem_new(sizeof(*batch));
	for (unsigned int i = 0; i < count; i++) {
		struct target *sender = &batch->senders[i];

		sender->address.ss_family = AF_UNIX; /* a sender may have no name */
		batch->parts[i] = (struct iovec){ batch->bytes[i], sizeof(batch->bytes[i]) };
		batch->heads[i].msg_hdr = (struct msghdr){
			.msg_name = &sender->address,
			.msg_namelen = sizeof(sender->address),
			.msg_iov = &batch->parts[i],
			.msg_iovlen = 1,
		};
	}
	return batch;
}

static void hand_on_datagram(
	struct listener *listener, const struct mmsghdr *head, struct target *sender)
{
	struct listeners *all = listener->all;
	struct datagram datagram = {
		.listener = listener->name,
		.bytes = head->msg_hdr.msg_iov->iov_base,
		.length = head->msg_len,
		.is_too_long = head->msg_len > NOTIFICATION_BYTES,
	};

	if (datagram.is_too_long)
		datagram.length = NOTIFICATION_BYTES;
	sender->length = head->msg_hdr.msg_namelen ? head->msg_hdr.msg_namelen
						   : sizeof(sender->address.ss_family);
	target_address(sender, &datagram.address);
	all->sender = sender;
	all->sender_fd = listener->fd;
	all->on_datagram(all->data, &datagram);
	all->sender = NULL;
}

/* Read at most this many; returns the number. */
static unsigned int read_batch(struct listener *listener, unsigned int most)
{
	struct datagram_batch *batch = prepare_batch(listener->all, most);
	int count = recvmmsg(listener->fd, batch->heads, most, MSG_DONTWAIT, NULL);

	for (int i = 0; i < count; i++) {
		hand_on_datagram(listener, &batch->heads[i], &batch->senders[i]);
		/* It may contain a token. */
		memset(batch->bytes[i], 0, batch->heads[i].msg_len);
	}
	return count > 0 ? (unsigned int) count : 0;
}

static unsigned int size_of_batch(const struct listener *listener)
{
	uint64_t allowed = count_allowed(listener);

	return allowed < BATCH ? (unsigned int) allowed : BATCH;
}

/* Read until a batch is not full, or other watches wait; returns the number. */
static unsigned int read_batches(struct listener *listener)
{
	struct loop *loop = listener->all->loop;
	unsigned int n_read = 0, most, count;

	do {
		most = size_of_batch(listener);
		count = most ? read_batch(listener, most) : 0;
		listener->full_ns = bucket_take(
			listener->full_ns, loop_time_ns(listener), count * unit_ns(listener));
		n_read += count;
		(void) loop_start_work(loop);
	} while (most && count == most && n_read < READ_MAX && !loop_is_late(loop));
	return n_read;
}

void listener_read(void *data, uint32_t events)
{
	struct listener *listener = data;
	unsigned int n_read = read_batches(listener);

	(void) events;
	listener->n_taken += n_read;
	if (n_read >= BATCH || !count_allowed(listener))
		warn_of_dropped(listener);
	if (!count_allowed(listener))
		rest_for_rate(listener);
	else if (!n_read) /* an error, which may be reported indefinitely */
		rest_until(listener, loop_now_ms(listener->all->loop) + REST_MS);
}

void listener_count_from_now(struct listener *listener)
{
	listener->n_dropped_before = (uint32_t) count_dropped(listener);
	listener->n_dropped_warned = listener->n_dropped_before;
}

static void wake_rested(struct listeners *all, struct listener *listener)
{
	uint64_t now_ms = loop_now_ms(all->loop);

	if (!listener->rest_ms)
		return;
	if (listener->rest_ms > now_ms) {
		rest_until(listener, listener->rest_ms);
		return;
	}
	listener->rest_ms = 0;
	if (listener_watch(listener) < 0)
		rest_until(listener, now_ms + REST_MS);
}

void listener_wake_all(struct listeners *all)
{
	if (all->rested_ms > loop_now_ms(all->loop))
		return;
	all->rested_ms = UINT64_MAX;
	for (size_t i = 0; i < all->count; i++)
		wake_rested(all, all->items[i]);
}

void listeners_answer(struct listeners *listeners, const char *text, size_t length)
{
	const struct target *sender = listeners->sender;

	if (!sender || !target_is_answerable(sender))
		return;
	if (length > LISTENERS_ANSWER_BYTES)
		length = LISTENERS_ANSWER_BYTES;
	/* A sender that is gone or does not read needs no answer. */
	(void) sendto(listeners->sender_fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		(const struct sockaddr *) &sender->address, sender->length);
}

bool listeners_count_datagrams(
	const struct listeners *listeners, size_t i, struct datagram_counts *ret_counts)
{
	const struct listener *listener = listeners->items[i];

	if (!listener->target.is_datagram)
		return false;
	*ret_counts = (struct datagram_counts){
		.listener = listener->name,
		.n_taken = listener->n_taken,
		.n_dropped = count_dropped_since(listener, listener->n_dropped_before),
	};
	return true;
}
