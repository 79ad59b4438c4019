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
};

/* Returns an exit status. */
int import_files(const struct import_call *call);

/* A line of --help for each kind. */
void import_put_kinds(struct buffer *out);
