/* When are two names the same? ISUPPORT CASEMAPPING. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Saved in snapshots: a number never changes its meaning. */
enum casemap {
	CASEMAP_ASCII,	 /* A to Z are a to z */
	CASEMAP_RFC1459, /* and []\~ are {}|^ */
	CASEMAP_UTF8,	 /* A to Z are a to z, and so it is in other scripts; see unicode.h */
};
#define CASEMAPS 3

struct casemap_row {
	const char *name; /* in the configuration */
	/* What clients are told. They know no word for the last one and would take it for
	 * rfc1459; ascii is what they can know of it. */
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

/* One byte of a name that is not UTF-8, or is ASCII. */
char casemap_lower(enum casemap casemap, char byte);
