/* Where papod asks: its connections, and the lines on them. */
#pragma once

#include "base/log.h"
#include "net/loop.h"
#include "proto/push_lines.h"

struct papod_desk;

struct papod_desk_needs {
	struct loop *loop;
	const struct log *log;
	int listener;	 /* a Unix stream socket, taken over, also if there is an error */
	const char *key; /* of vapid.h, which begins each conversation */
	/* Takes what the message owns. */
	void (*on_message)(void *data, struct push_message *message);
	void *data;
};

/* 0 or a negative errno. */
int papod_desk_new(const struct papod_desk_needs *needs, struct papod_desk **ret_desk);
void papod_desk_free(struct papod_desk *desk); /* NULL is allowed */

uint64_t papod_desk_next_deadline(const struct papod_desk *desk);
void papod_desk_tick(struct papod_desk *desk); /* in each turn */

/* On the connection where the message came last; nowhere if it has ended. */
void papod_desk_answer(
	struct papod_desk *desk, const char *id, enum push_result result, const char *reason);
