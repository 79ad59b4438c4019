/* What the files of the clients share, and no other file. */
#pragma once

#include "daemon/clients.h"

struct clients {
	struct clients_needs needs;
	struct connections *connections;
	struct listeners *listeners;
	struct proxied *proxied;
	uint32_t n_proxied; /* numbers their ids; begins anywhere */
	uint64_t most_files;
	uint64_t full_told_ms; /* when a full server was last logged */
	size_t n_refused;      /* for that reason, since then */
};

/* Part of clients_new(): clients may come. */
void clients_begin_arrivals(struct clients *clients);
