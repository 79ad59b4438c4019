/* The processes that serve clients, of a gate with several. The parent forks them, replaces one
 * that ends or hangs, and passes on stops.
 *
 * A process serves with what it was forked with. So after a reload, new processes replace those
 * from before, which finish what they have begun. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "net/loop.h"

struct processes;

/* Each process writes a byte to its pipe that often, or is taken to hang. The byte says how much
 * papod wants to be logged, see struct gate_message. */
#define PROCESSES_BEAT_MS 3000

struct processes_needs {
	struct loop *loop;
	const struct log *log;
	/* Before a fork: a connection to papod for the new process, if the parent has to make it.
	 * 0, with -1 if not, or a negative errno. */
	int (*on_connect)(void *data, int *ret_fd);
	/* In a new process, which exits with the result. It owns both descriptors, and closes the
	 * first by its end alone. */
	int (*run)(void *data, int beat_fd, int papod_fd);
	void *data;
};

struct processes *processes_new(const struct processes_needs *needs);
void processes_free(struct processes *processes); /* kills them; NULL is allowed */
/* In a forked process: closes what belongs to the parent. */
void processes_leave(struct processes *processes);

/* Start so many; those from before stop accepting, and end when they hold no client. */
void processes_start(struct processes *processes, size_t count);
/* All finish their handshakes, in a second at most. */
void processes_stop(struct processes *processes);

size_t processes_count(const struct processes *processes);	/* that run */
bool processes_are_complete(const struct processes *processes); /* as many as wanted accept */

/* Call in each turn. */
void processes_tick(struct processes *processes);
uint64_t processes_next_deadline(const struct processes *processes);
