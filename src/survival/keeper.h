/* Stores descriptors for the next process: the service manager, through service/notifier.h. */
#pragma once

#include <stdbool.h>

struct keeper {
	bool is_there; /* false: there is no keeper, and nothing outlives the process */
	/* Both return 0 or a negative errno. The descriptor stays the caller's. */
	int (*keep)(void *data, int fd, const char *name);
	int (*drop)(void *data, const char *name); /* all that it stores under that name */
	void *data;
};

/* The same. Without a keeper they do nothing, and keeping succeeds. */
int keeper_keep(const struct keeper *keeper, int fd, const char *name);
void keeper_drop(const struct keeper *keeper, const char *name);
