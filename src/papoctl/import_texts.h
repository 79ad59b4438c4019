/* The files that papoctl import reads. */
#pragma once

#include "config/problem.h"
#include "moving/moving_tree.h"
#include "papoctl/import_files.h"

struct import_texts {
	struct moving_file *files;
	char **texts; /* of the files, owned */
	size_t n_files;
};

/* 0, or an exit status after a message. */
int import_texts_read(
	const struct import_call *call, size_t most_bytes, struct import_texts *ret_texts);
void import_texts_done(struct import_texts *texts);

/* On standard error, one a line. */
void import_print_problems(const struct problems *problems);
/* NULL: this system's libcrypt cannot. */
char *import_hash_password(const char *password);
