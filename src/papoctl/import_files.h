/* Carrying out papoctl import. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

struct import_call {
	const char *program;
	const char *directory; /* for the files of papod */
	bool is_dry_run;
	const char *kind;
	char **files;
	size_t n_files;
	/* Of logs; NULL and 0: not given. */
	bool has_log_options;
	const char *time_zone;
	const char *charset;
	const char *before;
	char **channels; /* "#theirs" or "#theirs=#ours" */
	size_t n_channels;
	char **networks;
	size_t n_networks;
};

/* Returns an exit status. */
int import_files(const struct import_call *call);

/* A line of --help for each kind, except logs. */
void import_put_kinds(struct buffer *out);
