/* A keeper like a service manager, and a log that counts its entries. */
#pragma once

#include "base/log.h"
#include "survival/descriptors.h"
#include "survival/keeper.h"

struct shelf {
	struct descriptors kept; /* copies */
	int keep_error;		 /* result of each attempt to keep something */
	char dropped[256];	 /* names, each after a space */
	struct log log;
	int entries[LOGBOOK_COUNT];
	char reason[96]; /* of the last entry with one */
};

void shelf_init(struct shelf *shelf);
void shelf_done(struct shelf *shelf);
struct keeper shelf_keeper(struct shelf *shelf);
/* Copies as the next process gets them: the shelf keeps its own. */
struct descriptors shelf_inherited(const struct shelf *shelf);
/* The shelf loses all with that name. */
void shelf_lose(struct shelf *shelf, const char *name);
