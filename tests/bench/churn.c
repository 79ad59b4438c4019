/* Owns churn: the first client of each group leaves and joins, changes its nick, or reconnects, as
 * soon as its last turn has ended. Each other member must see each turn. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activities.h"
#include "base/mem.h"
#include "crew.h"
#include "meter.h"

struct churn {
	enum churn_kind kind;
	uint64_t end_ns;
	uint32_t *turns; /* by group */
	atomic_uint n_active;
	atomic_bool is_settling;
};

static bool is_actor(const struct crew *crew, const struct client *client)
{
	return client->group != NO_GROUP && client->index % crew->group_size == 0;
}

/* The number of lines that each other member gets in one turn. */
static uint32_t lines_of_turn(enum churn_kind kind)
{
	return kind == CHURN_KIND_NICK ? 1 : 2;
}

static void begin_turn(struct worker *worker, struct client *client)
{
	struct churn *churn = worker->crew->plan;

	client->began_ns = meter_now_ns();
	switch (churn->kind) {
	case CHURN_KIND_JOIN:
		client_say(
			worker, client, "PART #%u\r\nJOIN #%u\r\n", client->group, client->group);
		break;
	case CHURN_KIND_NICK:
		client->nick[0] = client->nick[0] == 'n' ? 'm' : 'n';
		client_say(worker, client, "NICK %s\r\n", client->nick);
		break;
	case CHURN_KIND_CONNECT:
		client_say(worker, client, "QUIT :bench\r\n");
		break;
	}
}

static void settle(struct crew *crew)
{
	struct churn *churn = crew->plan;

	churn->is_settling = true;
	for (uint32_t i = 0; i < crew->n_clients; i++)
		client_send(crew, &crew->clients[i], "PING settled\r\n", 14);
}

static void end_turn(struct worker *worker, struct client *client)
{
	struct churn *churn = worker->crew->plan;

	worker->n_events++;
	churn->turns[client->group]++;
	meter_add_latency(worker, worker->now_ns - client->began_ns);
	if (worker->now_ns < churn->end_ns)
		begin_turn(worker, client);
	else if (atomic_fetch_sub(&churn->n_active, 1) == 1)
		settle(worker->crew);
}

static void hear_own(struct worker *worker, struct client *client, const struct line *line)
{
	const struct churn *churn = worker->crew->plan;

	if (churn->kind == CHURN_KIND_NICK ? line_is(line, "NICK") : line_is(line, "366"))
		end_turn(worker, client);
	else if (line_is(line, "376") || line_is(line, "422"))
		client_say(worker, client, "JOIN #%u\r\n", client->group);
}

static void hear_other(struct worker *worker, struct client *client, const struct line *line)
{
	int64_t index = line_index(line->source, line->n_source);

	if (!line_is(line, "JOIN") && !line_is(line, "PART") && !line_is(line, "NICK") &&
		!line_is(line, "QUIT"))
		return;
	if (index != client->group * worker->crew->group_size)
		crew_fault(worker->crew, "somebody came or went who did not");
	client->heard++;
}

static void on_churn_line(struct worker *worker, struct client *client, const struct line *line)
{
	struct churn *churn = worker->crew->plan;

	if (churn->is_settling && line_is(line, "PONG"))
		client_done(worker, client);
	else if (is_actor(worker->crew, client))
		hear_own(worker, client, line);
	else
		hear_other(worker, client, line);
}

static void on_churn_end(struct worker *worker, struct client *client)
{
	const struct churn *churn = worker->crew->plan;

	if (churn->kind != CHURN_KIND_CONNECT || !is_actor(worker->crew, client)) {
		crew_fault(worker->crew, "the server closed a connection");
		return;
	}
	client_close(client);
	client_connect(worker, client);
	if (!worker->crew->fault)
		client_register(worker, client);
}

static void start_actors(struct worker *worker, struct client *client)
{
	if (is_actor(worker->crew, client))
		begin_turn(worker, client);
}

static void check_all(struct crew *crew, const struct churn *churn)
{
	for (uint32_t i = 0; i < crew->n_clients; i++) {
		const struct client *client = &crew->clients[i];

		if (!is_actor(crew, client) &&
			client->heard !=
				(uint64_t) churn->turns[client->group] * lines_of_turn(churn->kind))
			crew_fault(crew, "a member did not hear of each turn once");
	}
}

void churn_run(struct crew *crew, enum churn_kind kind, double seconds)
{
	static const struct activity activity = {
		.on_start = start_actors, .on_line = on_churn_line, .on_end = on_churn_end
	};
	struct churn churn = { .kind = kind,
		.end_ns = meter_now_ns() + (uint64_t) (seconds * 1e9),
		.n_active = crew->n_groups };

	churn.turns = mem_new(crew->n_groups * sizeof(*churn.turns));
	crew->n_pending = crew->n_clients;
	for (uint32_t i = 0; i < crew->n_clients; i++) {
		crew->clients[i].is_busy = true;
		crew->clients[i].heard = 0;
	}
	crew->plan = &churn;
	crew_run(crew, &activity);
	if (!crew->fault)
		check_all(crew, &churn);
	free(churn.turns);
}
