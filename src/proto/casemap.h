/* When are two names the same? ISUPPORT CASEMAPPING=ascii: A to Z are a to z. */
#pragma once

#include <stddef.h>

/* The form of a name under which equal names are equal bytes; the caller frees. */
char *casemap_fold(const char *name);

/* The same into a buffer of that many bytes, cut if it must be. */
void casemap_fold_into(char *to, size_t to_bytes, const char *name);
