/* Owns clocks, /proc and the line of JSON that reports a run. */
#include "meter.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crew.h"

static uint64_t read_clock(clockid_t clock)
{
	struct timespec time;

	return clock_gettime(clock, &time)
		       ? 0
		       : (uint64_t) time.tv_sec * 1000000000u + (uint64_t) time.tv_nsec;
}

uint64_t meter_now_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static uint64_t read_pss(pid_t pid)
{
	uint64_t kib = 0;
	char path[64], text[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int) pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	while (fgets(text, sizeof(text), file) && sscanf(text, "Pss: %" SCNu64, &kib) != 1)
		continue;
	fclose(file);
	return kib * 1024;
}

/* The CPU clock counts nanoseconds, but without children and without user and system time. */
void meter_read(pid_t pid, struct meter *ret_meter)
{
	struct meter meter = { .wall_ns = meter_now_ns() };
	uint64_t child_user = 0, child_system = 0;
	char path[64], text[1024];
	const char *end;
	clockid_t clock;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int) pid);
	file = fopen(path, "re");
	if (file) {
		text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
		fclose(file);
		end = strrchr(text, ')');
		if (end)
			sscanf(end + 1,
				" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64
				" %" SCNu64 " %" SCNu64,
				&meter.user_ticks, &meter.system_ticks, &child_user, &child_system);
	}
	if (clock_getcpuclockid(pid, &clock) == 0)
		meter.cpu_ns = read_clock(clock);
	meter.cpu_ns += (child_user + child_system) * 1000000000u / (uint64_t) sysconf(_SC_CLK_TCK);
	meter.user_ticks += child_user;
	meter.system_ticks += child_system;
	meter.own_cpu_ns = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	meter.pss_bytes = read_pss(pid);
	*ret_meter = meter;
}

static unsigned int slot_of(uint64_t ns)
{
	unsigned int power;

	if (ns < LATENCY_STEPS)
		return (unsigned int) ns;
	power = 63 - (unsigned int) __builtin_clzll(ns); /* at least 5 */
	return (power - 4) * LATENCY_STEPS + (unsigned int) (ns >> (power - 5)) - LATENCY_STEPS;
}

static uint64_t slot_ns(unsigned int slot)
{
	unsigned int power = slot / LATENCY_STEPS + 4;

	if (slot < LATENCY_STEPS)
		return slot;
	return (uint64_t) (slot % LATENCY_STEPS + LATENCY_STEPS) << (power - 5);
}

void meter_add_latency(struct worker *worker, uint64_t ns)
{
	unsigned int slot = slot_of(ns);

	worker->latency[slot < LATENCY_SLOTS ? slot : LATENCY_SLOTS - 1]++;
	if (ns > worker->latency_max_ns)
		worker->latency_max_ns = ns;
}

static uint64_t latency_at(const struct crew *crew, uint64_t share_permille)
{
	uint64_t total = 0, seen = 0;

	for (unsigned int i = 0; i < crew->n_workers; i++)
		for (unsigned int slot = 0; slot < LATENCY_SLOTS; slot++)
			total += crew->workers[i]->latency[slot];
	for (unsigned int slot = 0; slot < LATENCY_SLOTS; slot++) {
		for (unsigned int i = 0; i < crew->n_workers; i++)
			seen += crew->workers[i]->latency[slot];
		if (total && seen * 1000 >= total * share_permille)
			return slot_ns(slot);
	}
	return 0;
}

void meter_print(const struct meter *before, const struct meter *after, const struct crew *crew)
{
	uint64_t n_events = 0, n_bytes = 0, n_lines = 0, max_ns = 0;

	for (unsigned int i = 0; i < crew->n_workers; i++) {
		const struct worker *worker = crew->workers[i];

		n_events += worker->n_events;
		n_bytes += worker->n_bytes;
		n_lines += worker->n_lines;
		max_ns = worker->latency_max_ns > max_ns ? worker->latency_max_ns : max_ns;
	}
	printf("{\"events\": %" PRIu64 ", \"lines\": %" PRIu64 ", \"bytes\": %" PRIu64, n_events,
		n_lines, n_bytes);
	printf(", \"wall_ns\": %" PRIu64 ", \"cpu_ns\": %" PRIu64 ", \"own_cpu_ns\": %" PRIu64,
		after->wall_ns - before->wall_ns, after->cpu_ns - before->cpu_ns,
		after->own_cpu_ns - before->own_cpu_ns);
	printf(", \"user_ticks\": %" PRIu64 ", \"system_ticks\": %" PRIu64,
		after->user_ticks - before->user_ticks, after->system_ticks - before->system_ticks);
	printf(", \"p50_ns\": %" PRIu64 ", \"p99_ns\": %" PRIu64 ", \"max_ns\": %" PRIu64,
		latency_at(crew, 500), latency_at(crew, 990), max_ns);
	printf(", \"pss_before\": %" PRIu64 ", \"pss_after\": %" PRIu64, before->pss_bytes,
		after->pss_bytes);
	if (crew->fault)
		printf(", \"void\": \"%s\"", crew->fault);
	printf("}\n");
	fflush(stdout);
}
