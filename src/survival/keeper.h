/* Keeps descriptors for the next process: the service manager, as daemon/notifier.h reaches it. */
#pragma once

#include <stdbool.h>

struct keeper {
	bool is_there; /* false: nobody keeps anything, and nothing outlives the process */
	/* Each 0 or a negative errno; the descriptor stays the caller's. */
	int (*keep)(void *data, int fd, const char *name);
	int (*drop)(void *data, const char *name); /* all that it keeps under that name */
	void *data;
};

/* The same. Where no keeper is there is nothing to do, and keeping succeeds. */
int keeper_keep(const struct keeper *keeper, int fd, const char *name);
void keeper_drop(const struct keeper *keeper, const char *name);
