/* Owns the start: connecting and registering, joining, and waiting until all is quiet. */
#include "activities.h"

#include <stdio.h>
#include <string.h>

#include "crew.h"
#include "meter.h"

struct arrival {
	struct stretch stretch;
	void (*begin)(struct worker *worker, struct client *client);
	uint32_t next[MAX_THREADS];
};

static bool is_registered_by(const struct line *line)
{
	return line_is(line, "376") || line_is(line, "422");
}

static void begin_next(struct worker *worker)
{
	struct arrival *arrival = worker->crew->plan;
	uint32_t index = arrival->next[worker->number];

	if (index >= arrival->stretch.first + arrival->stretch.count)
		return;
	arrival->next[worker->number] += worker->crew->n_workers;
	worker->crew->clients[index].began_ns = meter_now_ns();
	arrival->begin(worker, &worker->crew->clients[index]);
}

/* Called for each client. The first clients of a worker open its share of the window; each worker
 * needs at least one. */
static void start_in_window(struct worker *worker, struct client *client)
{
	const struct arrival *arrival = worker->crew->plan;
	const struct stretch *stretch = &arrival->stretch;
	uint32_t offset = client->index - stretch->first;

	if (client->index < stretch->first || offset >= stretch->count)
		return;
	if (!stretch->window || offset < stretch->window || offset < worker->crew->n_workers)
		begin_next(worker);
}

static void run_arrival(struct crew *crew, const struct activity *activity, struct arrival *arrival)
{
	const struct stretch *stretch = &arrival->stretch;

	for (uint32_t i = stretch->first; i < stretch->first + stretch->count; i++)
		crew->clients[i].is_busy = true;
	for (uint32_t i = 0; i < crew->n_workers; i++) {
		uint32_t first = stretch->first + i;
		arrival->next[first % crew->n_workers] = first;
	}
	crew->n_pending = stretch->count;
	crew->plan = arrival;
	crew_run(crew, activity);
}

static void arrived(struct worker *worker, struct client *client)
{
	meter_add_latency(worker, worker->now_ns - client->began_ns);
	client_done(worker, client);
}

void client_register(struct worker *worker, struct client *client)
{
	const char *floor_tag = worker->crew->is_floor ? client->tag : NULL;
	const char *caps = worker->crew->is_floor ? NULL : client->caps;

	if (floor_tag)
		client_say(worker, client, "FLOOR TAG %s\r\n", floor_tag);
	if (worker->crew->is_floor && client->has_echo)
		client_say(worker, client, "FLOOR ECHO\r\n");
	if (caps)
		client_say(worker, client, "CAP REQ :%s\r\n", caps);
	client_say(worker, client, "NICK %s\r\nUSER bench 0 * :bench\r\n%s", client->nick,
		caps ? "CAP END\r\n" : "");
}

static void begin_connect(struct worker *worker, struct client *client)
{
	client_connect(worker, client);
	if (!worker->crew->fault)
		client_register(worker, client);
}

static void on_connect_line(struct worker *worker, struct client *client, const struct line *line)
{
	if (line->n_command == 3 && line->command[0] == '4' && !line_is(line, "422"))
		crew_fault(worker->crew, "a registration was refused");
	if (line->n_rest > 6 && line_is(line, "CAP") &&
		memmem(line->rest, line->n_rest, " NAK ", 5))
		crew_fault(worker->crew, "capabilities were refused");
	if (!is_registered_by(line) || !client->is_busy)
		return;
	worker->n_events++;
	arrived(worker, client);
	begin_next(worker);
}

void arrive_connect(struct crew *crew, const struct stretch *stretch)
{
	static const struct activity activity = { .on_start = start_in_window,
		.on_line = on_connect_line };
	struct arrival arrival = { .stretch = *stretch, .begin = begin_connect };

	run_arrival(crew, &activity, &arrival);
}

static void begin_join(struct worker *worker, struct client *client)
{
	client_say(worker, client, "JOIN #%u\r\n", client->group);
}

static void hear_of(struct worker *worker, struct client *client, const char *nick, size_t n_nick)
{
	int64_t index = line_index(nick, n_nick);

	if (index < 0 || worker->crew->clients[index].group != client->group)
		crew_fault(worker->crew, "a stranger is in a channel");
	client->heard++;
	client->heard_sum += (uint64_t) index;
}

/* Count the names after the colon of 353. */
static void hear_names(struct worker *worker, struct client *client, const struct line *line)
{
	const char *colon = memchr(line->rest, ':', line->n_rest);
	const char *end = line->rest + line->n_rest;

	for (const char *name = colon ? colon + 1 : end; name < end;) {
		const char *space = memchr(name, ' ', (size_t) (end - name));
		const char *stop = space ? space : end;

		if (*name == '@')
			name++;
		if (stop > name)
			hear_of(worker, client, name, (size_t) (stop - name));
		name = stop + 1;
	}
}

/* Has the client seen each member of its group once, itself too? */
static void check_members(struct worker *worker, struct client *client)
{
	uint64_t size = worker->crew->group_size;
	uint64_t first = client->group * size;

	if (client->heard < size)
		return;
	if (client->heard > size || client->heard_sum != size * first + size * (size - 1) / 2)
		crew_fault(worker->crew, "a member was told wrongly who is there");
	client_done(worker, client);
}

static void on_join_line(struct worker *worker, struct client *client, const struct line *line)
{
	if (line_is(line, "JOIN")) {
		worker->n_events++;
		if (line_index(line->source, line->n_source) != client->index)
			hear_of(worker, client, line->source, line->n_source);
	} else if (line_is(line, "353")) {
		hear_names(worker, client, line);
	} else if (line_is(line, "366")) {
		meter_add_latency(worker, worker->now_ns - client->began_ns);
		begin_next(worker);
	} else if (line_is(line, "ERROR") || (line->n_command == 3 && line->command[0] == '4')) {
		crew_fault(worker->crew, "a JOIN was refused");
	}
	check_members(worker, client);
}

static void form_groups(struct crew *crew, const struct stretch *stretch, uint32_t size)
{
	crew->group_size = size;
	crew->n_groups = (stretch->first + stretch->count) / size;
	for (uint32_t i = stretch->first; i < stretch->first + stretch->count; i++) {
		crew->clients[i].group = i / size;
		crew->clients[i].heard = crew->clients[i].heard_sum = 0;
	}
}

void arrive_join(struct crew *crew, const struct stretch *stretch, uint32_t size)
{
	static const struct activity activity = { .on_start = start_in_window,
		.on_line = on_join_line };
	struct arrival arrival = { .stretch = *stretch, .begin = begin_join };

	crew->is_paired = false;
	form_groups(crew, stretch, size);
	run_arrival(crew, &activity, &arrival);
}

static void begin_settle(struct worker *worker, struct client *client)
{
	if (client->fd < 0)
		client_done(worker, client);
	else
		client_say(worker, client, "PING settled\r\n");
}

static void on_settle_line(struct worker *worker, struct client *client, const struct line *line)
{
	if (line_is(line, "PONG"))
		client_done(worker, client);
}

void arrive_settle(struct crew *crew)
{
	static const struct activity activity = { .on_start = start_in_window,
		.on_line = on_settle_line };
	struct arrival arrival = { .stretch = { .count = crew->n_clients }, .begin = begin_settle };

	run_arrival(crew, &activity, &arrival);
}

void arrive_pair(struct crew *crew, const struct stretch *stretch)
{
	crew->is_paired = true;
	form_groups(crew, stretch, 2);
	for (uint32_t i = stretch->first; crew->is_floor && i < stretch->first + stretch->count;
		i++) {
		struct client *client = &crew->clients[i];

		client_say(
			client_worker(crew, client), client, "FLOOR GROUP #%u\r\n", client->group);
	}
	arrive_settle(crew);
}
