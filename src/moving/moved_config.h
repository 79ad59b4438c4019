/* What is moved, as the files of papod. */
#pragma once

#include "base/buffer.h"
#include "config/problem.h"
#include "moving/moved.h"

/* The hash of a password, for secrets.ini; the caller frees it. NULL: it cannot be made. */
typedef char *(*moved_hash_fn)(const char *password);

struct moved_files {
	struct buffer config;  /* papod.conf */
	struct buffer secrets; /* secrets.ini; empty: there are none */
};

void moved_files_done(struct moved_files *files);

/* Replace passwords by hashes. Hashes that papod knows stay. False: one cannot be made. */
bool moved_hash_passwords(struct moved *moved, moved_hash_fn hash);

/* Write the files. What the parser of papod's own settings refuses is left out and noted, so it
 * accepts them; false: it does not, and has told the problems why. */
bool moved_write(struct moved *moved, struct moved_files *ret_files, struct problems *problems);
