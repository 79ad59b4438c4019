/* All formats of databases of accounts and registered channels that papoctl import reads. */
#pragma once

#include "moving/registry.h"

struct registry_format {
	const char *name; /* for the command line */
	const char *help;
	/* Take what the file has. False: it is malformed, which was added to the problems. */
	bool (*read)(struct registry *registry, const struct moving_file *file,
		struct problems *problems);
	/* All files were read; NULL: nothing is left to do. */
	void (*finish)(struct registry *registry);
};

/* NULL: there are no more. */
const struct registry_format *registry_format(size_t index);
const struct registry_format *registry_format_find(const char *name);

/* Read the files. False: one is malformed. */
bool registry_read(const struct registry_format *format, const struct moving_file *files,
	size_t n_files, struct registry *registry, struct problems *problems);

extern const struct registry_format registry_anope;
extern const struct registry_format registry_atheme;
extern const struct registry_format registry_ergo;
