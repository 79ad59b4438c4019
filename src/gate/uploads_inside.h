/* What the two files that own the directory of uploads share. */
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "gate/uploads.h"

#define UPLOADS_RATE_FILE ".rate"

struct uploads {
	uint32_t refs;
	int root;
	int accounts;
	int files;
	int lock;   /* the file of the lock, for its content */
	int tidier; /* -1: another process tidies, as far as this one knows */
	DIR *walk;  /* over the accounts; NULL: none is under way */
};

/* The files of an account. */
struct uploads_tally {
	uint64_t bytes;
	size_t n_files;
	size_t n_unfinished;
};

/* Called for each file of an account. */
typedef void (*uploads_file_fn)(void *data, const char *name, const struct stat *status);
void uploads_walk_account(int directory, uploads_file_fn on_file, void *data);

/* Wait for the lock, which ends when the caller closes the descriptor. A negative errno. */
int uploads_lock(const struct uploads *uploads);
void uploads_set_total(const struct uploads *uploads, uint64_t total);

/* The directory of an account; a negative errno. */
int uploads_open_account(const struct uploads *uploads, uint64_t account);
int uploads_make_account(const struct uploads *uploads, uint64_t account);
void uploads_tally_account(int directory, struct uploads_tally *tally);
