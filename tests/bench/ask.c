/* Owns lines that do not affect other clients: each client sends a number of lines at once, of
 * which only the last gets an answer, and the next ones after that answer. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activities.h"
#include "base/mem.h"
#include "crew.h"
#include "meter.h"

#define SILENT "PONG now\r\n"
#define QUESTION "PING now\r\n"

struct asking {
	char *text;
	size_t n_bytes;
	uint32_t n_lines;
	uint64_t end_ns;
};

static void ask(struct worker *worker, struct client *client)
{
	const struct asking *asking = worker->crew->plan;

	client->began_ns = meter_now_ns();
	client_send(worker->crew, client, asking->text, asking->n_bytes);
}

static void on_ask_line(struct worker *worker, struct client *client, const struct line *line)
{
	const struct asking *asking = worker->crew->plan;

	if (!line_is(line, "PONG"))
		return;
	worker->n_events += asking->n_lines;
	meter_add_latency(worker, worker->now_ns - client->began_ns);
	if (worker->now_ns < asking->end_ns)
		ask(worker, client);
	else
		client_done(worker, client);
}

void ask_run(struct crew *crew, uint32_t n_lines, double seconds)
{
	static const struct activity activity = { .on_start = ask, .on_line = on_ask_line };
	struct asking asking = { .n_lines = n_lines,
		.n_bytes = n_lines * strlen(QUESTION),
		.end_ns = meter_now_ns() + (uint64_t) (seconds * 1e9) };

	asking.text = mem_new(asking.n_bytes + 1);
	for (uint32_t i = 0; i < n_lines; i++)
		memcpy(asking.text + i * strlen(QUESTION), i + 1 < n_lines ? SILENT : QUESTION,
			strlen(QUESTION));
	for (uint32_t i = 0; i < crew->n_clients; i++)
		crew->clients[i].is_busy = true;
	crew->n_pending = crew->n_clients;
	crew->plan = &asking;
	crew_run(crew, &activity);
	free(asking.text);
}
