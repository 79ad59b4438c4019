/* The load generator: clients of one server, which execute commands from standard input, one a
 * line; each is answered with a line of JSON. The commands are in words_known.
 *
 *     load PORT PID irc|floor CLIENTS THREADS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "activities.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "crew.h"
#include "meter.h"

struct load {
	struct crew *crew;
	pid_t pid;
};

static void do_connect(struct load *load, const char *words)
{
	struct stretch stretch = { 0 };

	sscanf(words, "%u %u %u", &stretch.first, &stretch.count, &stretch.window);
	arrive_connect(load->crew, &stretch);
}

static void do_join(struct load *load, const char *words)
{
	struct stretch stretch = { 0 };
	uint32_t size = 1;

	sscanf(words, "%u %u %u %u", &stretch.first, &stretch.count, &size, &stretch.window);
	arrive_join(load->crew, &stretch, size);
}

static void do_pair(struct load *load, const char *words)
{
	struct stretch stretch = { 0 };

	sscanf(words, "%u %u", &stretch.first, &stretch.count);
	arrive_pair(load->crew, &stretch);
}

static void do_settle(struct load *load, const char *words)
{
	(void) words;
	arrive_settle(load->crew);
}

static void do_talk(struct load *load, const char *words)
{
	struct talk_plan plan = { .n_senders = 1, .seconds = 1 };

	sscanf(words, "%u %lf %u", &plan.n_senders, &plan.seconds, &plan.rate);
	talk_run(load->crew, &plan);
}

static void do_churn(struct load *load, const char *words)
{
	static const char *const kinds[] = {
		[CHURN_KIND_JOIN] = "join",
		[CHURN_KIND_NICK] = "nick",
		[CHURN_KIND_CONNECT] = "connect",
	};
	char name[16] = "";
	double seconds = 1;

	sscanf(words, "%15s %lf", name, &seconds);
	for (unsigned int i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (!strcmp(name, kinds[i]))
			churn_run(load->crew, (enum churn_kind) i, seconds);
}

static void do_ask(struct load *load, const char *words)
{
	uint32_t n_lines = 1;
	double seconds = 1;

	sscanf(words, "%u %lf", &n_lines, &seconds);
	ask_run(load->crew, n_lines, seconds);
}

/* Measure the server while no client does anything. */
static void do_rest(struct load *load, const char *words)
{
	double seconds = strtod(words, NULL);
	struct timespec pause = { .tv_sec = (time_t) seconds,
		.tv_nsec = (long) ((seconds - (double) (time_t) seconds) * 1e9) };

	nanosleep(&pause, NULL);
	crew_reset(load->crew);
}

/* caps EVERY OFFSET TAG CAPABILITY,CAPABILITY...: for every EVERY-th client; "-" is none. */
static void do_caps(struct load *load, const char *words)
{
	char tag[256] = "-", caps[512] = "-";
	uint32_t every = 1, offset = 0;

	sscanf(words, "%u %u %255s %511s", &every, &offset, tag, caps);
	for (char *comma = caps; (comma = strchr(comma, ','));)
		*comma = ' ';
	for (uint32_t i = offset; i < load->crew->n_clients; i += every) {
		struct client *client = &load->crew->clients[i];

		client->tag = strcmp(tag, "-") ? mem_text(tag) : NULL;
		client->caps = strcmp(caps, "-") ? mem_text(caps) : NULL;
		client->has_echo = strstr(caps, "echo-message");
	}
	crew_reset(load->crew);
}

/* Set how long the server may be silent before a line counts as missing. */
static void do_patience(struct load *load, const char *words)
{
	load->crew->patience_ms = (unsigned int) strtoul(words, NULL, 10);
	crew_reset(load->crew);
}

static const struct word {
	const char *name;
	void (*run)(struct load *load, const char *words);
} words_known[] = {
	{ "connect", do_connect },
	{ "join", do_join },
	{ "pair", do_pair },
	{ "settle", do_settle },
	{ "talk", do_talk },
	{ "churn", do_churn },
	{ "ask", do_ask },
	{ "rest", do_rest },
	{ "caps", do_caps },
	{ "patience", do_patience },
};

/* The server may still be busy when the last client has got everything. */
static void let_it_end(void)
{
	const struct timespec pause = { .tv_nsec = 3000000 };

	nanosleep(&pause, NULL);
}

static void obey(struct load *load, const char *text)
{
	for (size_t i = 0; i < ARRAY_LENGTH(words_known); i++) {
		size_t length = strlen(words_known[i].name);
		struct meter before, after;

		if (strncmp(text, words_known[i].name, length) || text[length] != ' ')
			continue;
		meter_read(load->pid, &before);
		words_known[i].run(load, text + length);
		let_it_end();
		meter_read(load->pid, &after);
		meter_print(&before, &after, load->crew);
		return;
	}
	printf("{\"void\": \"unknown: %.20s\"}\n", text);
	fflush(stdout);
}

int main(int argc, char *argv[])
{
	struct load load;
	struct rlimit limit;
	char text[1024];

	if (argc != 6) {
		fprintf(stderr, "Usage: load PORT PID irc|floor CLIENTS THREADS\n");
		return EXIT_FAILURE;
	}
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	load.pid = (pid_t) strtol(argv[2], NULL, 10);
	load.crew = crew_new((unsigned short) strtoul(argv[1], NULL, 10),
		(unsigned int) strtoul(argv[5], NULL, 10), (uint32_t) strtoul(argv[4], NULL, 10));
	load.crew->is_floor = !strcmp(argv[3], "floor");
	while (fgets(text, sizeof(text), stdin))
		obey(&load, text);
	return EXIT_SUCCESS;
}
