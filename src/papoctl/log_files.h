/* The logs of channels in a directory of a bouncer. */
#pragma once

#include <stddef.h>

#include "moving/bouncer_path.h"
#include "papoctl/import_files.h"

struct log_file {
	char *path;
	struct bouncer_path about;
	const char *channel; /* of papod, owned by others */
};

/* Sorted by channel, and by day. */
struct log_files {
	struct log_file *items;
	size_t count;
	size_t capacity;
	size_t n_private; /* windows of other kinds: files that are left out */
	size_t n_links;
};

/* 0, or an exit status after a message. */
int log_files_find(const struct import_call *call, struct log_files *ret_files);
void log_files_done(struct log_files *files);
