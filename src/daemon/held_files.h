/* Descriptors that are held for a file until it is opened: a process that goes on gives the
 * descriptors that it finds to clients first. Without these, the file would take what
 * loop.reserved_files keeps for other needs. */
#pragma once

#include <stddef.h>

#define HELD_FILES_MOST 12

struct held_files {
	int fds[HELD_FILES_MOST];
	size_t n;
};

void held_files_take(struct held_files *held, size_t n);
void held_files_release(struct held_files *held); /* may be repeated */
