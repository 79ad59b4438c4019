/* What a crew can do. Each returns when it is over; crew->fault tells why it is void, if it is. */
#pragma once

#include <stdint.h>

struct crew;

/* A stretch of clients; of those, so many are under way at a time. 0: all at once. */
struct stretch {
	uint32_t first;
	uint32_t count;
	uint32_t window;
};

void arrive_connect(struct crew *crew, const struct stretch *stretch);
/* Into channels of that many; each must learn of each other member once. */
void arrive_join(struct crew *crew, const struct stretch *stretch, uint32_t size);
/* Clients two by two who know each other's nick. */
void arrive_pair(struct crew *crew, const struct stretch *stretch);
/* Until each connected client has had an answer: nothing is under way any more. */
void arrive_settle(struct crew *crew);

struct talk_plan {
	uint32_t n_senders; /* of each group, each with one message under way */
	uint32_t rate;	    /* of all together in a second; 0: the next when the last has come */
	double seconds;
};

void talk_run(struct crew *crew, const struct talk_plan *plan);

enum churn_kind {
	CHURN_KIND_JOIN,
	CHURN_KIND_NICK,
	CHURN_KIND_CONNECT,
};

/* The first of each group does that, again and again; the others must hear of it each time. */
void churn_run(struct crew *crew, enum churn_kind kind, double seconds);

/* Each client says so many lines at a time, of which the last one is answered. */
void ask_run(struct crew *crew, uint32_t n_lines, double seconds);
