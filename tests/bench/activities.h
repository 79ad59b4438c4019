/* Activities of a crew. Each returns when it has ended; crew->fault is set if it is void. */
#pragma once

#include <stdint.h>

struct crew;

/* A range of clients; at most `window` are active at a time. 0: all at once. */
struct stretch {
	uint32_t first;
	uint32_t count;
	uint32_t window;
};

void arrive_connect(struct crew *crew, const struct stretch *stretch);
/* Join channels of that size; each client must see each other member once. */
void arrive_join(struct crew *crew, const struct stretch *stretch, uint32_t size);
/* Pair clients that know each other's nick. */
void arrive_pair(struct crew *crew, const struct stretch *stretch);
/* Wait until each connected client has got an answer, so that nothing is pending. */
void arrive_settle(struct crew *crew);

struct talk_plan {
	uint32_t n_senders; /* per group, each with one message in flight */
	uint32_t rate;	    /* messages per second in total; 0: each after the last has arrived */
	double seconds;
};

void talk_run(struct crew *crew, const struct talk_plan *plan);

enum churn_kind {
	CHURN_KIND_JOIN,
	CHURN_KIND_NICK,
	CHURN_KIND_CONNECT,
};

/* The first client of each group repeats this; the others must see it each time. */
void churn_run(struct crew *crew, enum churn_kind kind, double seconds);

/* Each client sends n_lines lines at a time, of which only the last gets an answer. */
void ask_run(struct crew *crew, uint32_t n_lines, double seconds);
