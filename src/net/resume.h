/* Connections that outlive their process. Bytes are counted from a connection's start. */
#pragma once

#include <stdint.h>

#include "net/connections.h"

/* Unix sockets have no counters, so we keep our own where they survive us: one for each slot,
 * all zero at first. */
struct position {
	uint64_t id;
	uint64_t written;
	uint64_t taken;	  /* out of the kernel */
	uint32_t is_busy; /* a system call that changes them is under way */
	uint32_t reserved;
};

/* NULL: none are kept, and of a Unix socket is believed what was saved and replayed: right
 * after a planned stop, but not after a death. They must outlive the table. Unix sockets in
 * higher slots than there are positions are not resumed. */
void connections_keep_positions(
	struct connections *connections, struct position *positions, uint32_t n_positions);
