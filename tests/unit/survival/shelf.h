/* A keeper as a service manager is one, and a log that counts its entries. */
#pragma once

#include "base/log.h"
#include "survival/descriptors.h"
#include "survival/keeper.h"

struct shelf {
	struct descriptors kept; /* copies */
	int keep_error;		 /* of each try to keep something; 0: it succeeds */
	char dropped[256];	 /* names, each behind a space */
	struct log log;
	int entries[LOGBOOK_COUNT];
};

void shelf_init(struct shelf *shelf);
void shelf_done(struct shelf *shelf);
struct keeper shelf_keeper(struct shelf *shelf);
/* As the next process gets them: the shelf keeps its own. */
struct descriptors shelf_inherited(const struct shelf *shelf);
/* Nobody keeps what has that name any more. */
void shelf_lose(struct shelf *shelf, const char *name);
