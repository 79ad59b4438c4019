/* Owns messages: who sends what to whom, when the next one is sent, and whether each recipient got
 * each message once, in order and unchanged. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "activities.h"
#include "base/mem.h"
#include "crew.h"
#include "meter.h"

/* "b", sender's place in its group, number, checksum of the rest, and padding. */
#define TEXT_FORMAT "b %04x %08x %016" PRIx64 " "
#define TEXT_BYTES 80
#define CHECKSUM_START 16
#define CHECKSUM_BYTES 16
#define FLIGHTS 64 /* per sender, for a fixed rate */

struct flight {
	atomic_uint n_missing;
	uint64_t sent_ns;
};

struct sender {
	struct client *client;
	uint32_t place;
	uint32_t n_sent;
	uint32_t n_receivers;
	struct flight flights[FLIGHTS];
};

struct talk {
	struct talk_plan plan;
	struct sender *senders; /* of group 0, then of group 1, ... */
	uint32_t n_senders;
	uint64_t end_ns;
	atomic_uint n_active; /* unfinished senders */
};

static uint64_t checksum(const char *text)
{
	uint64_t sum = 0x9e3779b97f4a7c15u, word;

	for (size_t i = 0; i < TEXT_BYTES; i += sizeof(word)) {
		memcpy(&word, text + i, sizeof(word));
		if (i < CHECKSUM_START || i >= CHECKSUM_START + CHECKSUM_BYTES)
			sum = (sum ^ word) * 0xff51afd7ed558ccdu;
		sum ^= sum >> 29;
	}
	return sum;
}

static void write_text(char text[TEXT_BYTES + 1], uint32_t place, uint32_t number)
{
	int length =
		snprintf(text, TEXT_BYTES + 1, TEXT_FORMAT, place & 0xffff, number, (uint64_t) 0);
	char digits[CHECKSUM_BYTES + 1];

	for (int i = length; i < TEXT_BYTES; i++)
		text[i] = (char) ('a' + (number + (uint32_t) i) % 26);
	text[TEXT_BYTES] = '\0';
	snprintf(digits, sizeof(digits), "%016" PRIx64, checksum(text));
	memcpy(text + CHECKSUM_START, digits, CHECKSUM_BYTES);
}

static void write_target(const struct crew *crew, const struct client *client, char target[16])
{
	if (crew->is_paired)
		snprintf(target, 16, "%s", crew->clients[client->index ^ 1].nick);
	else
		snprintf(target, 16, "#%u", client->group);
}

static void send_next(struct crew *crew, struct sender *sender)
{
	struct flight *flight = &sender->flights[sender->n_sent % FLIGHTS];
	char text[TEXT_BYTES + 1], target[16], bytes[TEXT_BYTES + 32];
	int length;

	if (flight->n_missing)
		crew_fault(crew, "the server is slower than the rate");
	write_text(text, sender->place, sender->n_sent++);
	write_target(crew, sender->client, target);
	length = snprintf(bytes, sizeof(bytes), "PRIVMSG %s :%s\r\n", target, text);
	flight->sent_ns = meter_now_ns();
	flight->n_missing = sender->n_receivers;
	client_send(crew, sender->client, bytes, (size_t) length);
}

/* All messages of the sender so far were delivered. */
static void on_delivered(struct worker *worker, struct sender *sender)
{
	struct talk *talk = worker->crew->plan;

	if (talk->plan.rate)
		return;
	if (worker->now_ns < talk->end_ns)
		send_next(worker->crew, sender);
	else if (atomic_fetch_sub(&talk->n_active, 1) == 1)
		crew_end_activity(worker->crew);
}

/* The text is at the end of the line. */
static bool parse_text(const struct line *line, uint32_t *ret_place, uint32_t *ret_number)
{
	const char *text = line->rest + line->n_rest - TEXT_BYTES;
	char head[CHECKSUM_START + CHECKSUM_BYTES + 1] = "";
	uint64_t sum;

	if (line->n_rest < TEXT_BYTES + 2 || text[-1] != ':')
		return false;
	memcpy(head, text, sizeof(head) - 1);
	*ret_place = (uint32_t) strtoul(head + 2, NULL, 16);
	*ret_number = (uint32_t) strtoul(head + 7, NULL, 16);
	sum = strtoull(head + CHECKSUM_START, NULL, 16);
	return sum == checksum(text);
}

static void on_talk_line(struct worker *worker, struct client *client, const struct line *line)
{
	struct crew *crew = worker->crew;
	struct talk *talk = crew->plan;
	struct sender *sender;
	struct flight *flight;
	uint32_t place, number;

	if (!line_is(line, "PRIVMSG"))
		return;
	if (!parse_text(line, &place, &number) || place >= talk->plan.n_senders ||
		client->group == NO_GROUP) {
		crew_fault(crew, "a message was changed");
		return;
	}
	sender = &talk->senders[client->group * talk->plan.n_senders + place];
	if (line_index(line->source, line->n_source) != sender->client->index)
		crew_fault(crew, "a message has a wrong source");
	if (number != client->next[place]++)
		crew_fault(crew, "a message came twice or out of order");
	flight = &sender->flights[number % FLIGHTS];
	worker->n_events++;
	meter_add_latency(worker, worker->now_ns - flight->sent_ns);
	if (atomic_fetch_sub(&flight->n_missing, 1) == 1)
		on_delivered(worker, sender);
}

static void start_senders(struct crew *crew)
{
	struct talk *talk = crew->plan;

	talk->end_ns = meter_now_ns() + (uint64_t) (talk->plan.seconds * 1e9);
	for (uint32_t i = 0; i < talk->n_senders; i++)
		send_next(crew, &talk->senders[i]);
}

static void wait_for_flights(struct crew *crew, struct talk *talk)
{
	const struct timespec step = { .tv_nsec = 1000000 };
	uint64_t end_ns = meter_now_ns() + 5000000000u;

	for (uint32_t i = 0; i < talk->n_senders; i++)
		for (uint32_t k = 0; k < FLIGHTS; k++)
			while (talk->senders[i].flights[k].n_missing && meter_now_ns() < end_ns)
				nanosleep(&step, NULL);
	if (meter_now_ns() >= end_ns)
		crew_fault(crew, "a message did not come");
	else
		crew_end_activity(crew);
}

/* Send each message at its time, whether or not earlier ones were delivered. */
static void send_at_rate(struct crew *crew)
{
	struct talk *talk = crew->plan;
	uint64_t start_ns = meter_now_ns();
	uint64_t n_messages = (uint64_t) (talk->plan.seconds * talk->plan.rate);

	for (uint64_t i = 0; i < n_messages && !crew->fault; i++) {
		uint64_t due_ns = start_ns + i * 1000000000u / talk->plan.rate;
		struct timespec due = { .tv_sec = (time_t) (due_ns / 1000000000u),
			.tv_nsec = (long) (due_ns % 1000000000u) };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
		send_next(crew, &talk->senders[i % talk->n_senders]);
	}
	wait_for_flights(crew, talk);
}

static void init_senders(struct crew *crew, struct talk *talk)
{
	for (uint32_t group = 0; group < crew->n_groups; group++) {
		struct client *members = &crew->clients[group * crew->group_size];

		for (uint32_t place = 0; place < talk->plan.n_senders; place++) {
			struct sender *sender =
				&talk->senders[group * talk->plan.n_senders + place];

			/* Distributed over the members, and so over the threads. */
			sender->client = &members[place * crew->group_size / talk->plan.n_senders];
			sender->place = place;
			sender->n_receivers = crew->group_size - 1 + sender->client->has_echo;
		}
	}
	for (uint32_t i = 0; i < crew->n_clients; i++) {
		free(crew->clients[i].next);
		crew->clients[i].next = mem_new(talk->plan.n_senders * sizeof(uint32_t));
	}
}

void talk_run(struct crew *crew, const struct talk_plan *plan)
{
	static const struct activity closed = { .on_line = on_talk_line, .on_run = start_senders };
	static const struct activity rated = { .on_line = on_talk_line, .on_run = send_at_rate };
	struct talk talk = { .plan = *plan, .n_senders = plan->n_senders * crew->n_groups };

	talk.senders = mem_new(talk.n_senders * sizeof(*talk.senders));
	talk.n_active = talk.n_senders;
	init_senders(crew, &talk);
	crew->plan = &talk;
	crew_run(crew, plan->rate ? &rated : &closed);
	free(talk.senders);
}
