/* The connections of papod, each of which asks one question after the other. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "lookup/name_pool.h"
#include "net/loop.h"

#define NAME_DESK_CONNECTIONS 512

struct name_desk;

struct name_desk_needs {
	struct loop *loop;
	const struct log *log;
	int listener;	     /* taken over, also if there is an error */
	size_t most_threads; /* questions that are asked at once */
	uint32_t timeout_ms; /* of an answer, from the question on */
	uint32_t idle_ms;    /* of a connection that asks nothing, or does not read */
	void (*answer)(const struct resolve_question *question, struct buffer *reply);
};

int name_desk_new(const struct name_desk_needs *needs, struct name_desk **ret_desk); /* or -errno */
void name_desk_free(struct name_desk *desk);

size_t name_desk_count(const struct name_desk *desk); /* of connections */
uint64_t name_desk_next_deadline(const struct name_desk *desk);
void name_desk_tick(struct name_desk *desk);
