/* Many literals and globs that are looked for in a text at once.
 *
 * Each pattern has an anchor: up to four bytes that it contains, as rare among the patterns as
 * possible. One pass over the text looks up each four bytes in a table of bits; only where one is
 * set are the patterns with that anchor compared. So a text costs its length, and not the number of
 * patterns. Patterns and texts are folded already. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter_sieve;

struct filter_sieve *filter_sieve_new(void);
void filter_sieve_free(struct filter_sieve *sieve); /* NULL is allowed */

/* Can it look for the glob? Only if it contains something besides wildcards. */
bool filter_sieve_takes(const char *glob);
/* The pattern is copied. A literal must not be empty. */
void filter_sieve_add(struct filter_sieve *sieve, const char *pattern, bool is_glob, size_t id);

/* Called once for each pattern that is found. */
typedef void (*filter_sieve_fn)(void *data, size_t id);

/* The text has a final NUL. Patterns that were added since the last call count. */
void filter_sieve_match(struct filter_sieve *sieve, const char *text, size_t length,
	filter_sieve_fn on_found, void *data);
