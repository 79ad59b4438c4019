/* The cost of a run: time, CPU time of a server, its memory, and the distribution of latencies. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct worker;
struct crew;

struct meter {
	uint64_t wall_ns;
	uint64_t cpu_ns; /* of the server with its threads, and of its children that ended */
	uint64_t user_ticks;
	uint64_t system_ticks;
	uint64_t own_cpu_ns; /* this program's */
	uint64_t pss_bytes;  /* the server's memory, with its part of shared memory */
};

uint64_t meter_now_ns(void);
void meter_read(pid_t pid, struct meter *ret_meter);
void meter_add_latency(struct worker *worker, uint64_t ns);
/* Print one line of JSON: the difference of the two, and the counts of the crew. */
void meter_print(const struct meter *before, const struct meter *after, const struct crew *crew);
