/* When are two names the same? ISUPPORT CASEMAPPING. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Saved in snapshots: a number never changes its meaning. */
enum casemap {
	CASEMAP_ASCII,	 /* A to Z are a to z */
	CASEMAP_RFC1459, /* and []\~ are {}|^ */
	CASEMAP_UTF8,	 /* all scripts are folded; see unicode.h */
};
#define CASEMAPS 3

struct casemap_row {
	const char *name; /* in the configuration */
	/* Sent to clients. They know no name for CASEMAP_UTF8 and would take an unknown one for
	 * rfc1459, so they are sent ascii. */
	const char *token;
};

const struct casemap_row *casemap_row(enum casemap casemap);
bool casemap_find(const char *name, enum casemap *ret_casemap);

/* Longer forms are cut: names must be shorter. */
#define CASEMAP_KEY_BYTES 1024

/* The form of a name under which equal names are equal bytes; the caller frees. */
char *casemap_fold(enum casemap casemap, const char *name);
void casemap_fold_into(enum casemap casemap, char key[CASEMAP_KEY_BYTES], const char *name);

/* Nicks that look alike are equal in this form; NULL: looks do not matter. The caller frees. */
char *casemap_skeleton(enum casemap casemap, const char *nick);

bool casemap_equals(enum casemap casemap, const char *a, const char *b);

/* Fold one byte of a name that is ASCII or not UTF-8. */
char casemap_lower(enum casemap casemap, char byte);
