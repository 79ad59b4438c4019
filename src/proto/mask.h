/* Masks such as *!*@192.0.2.*: writing them out in full and matching them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/casemap.h"

/* Does the text match the pattern? * is any run, ? any character; a backslash takes the special
 * meaning from a following * or ? (RFC 2812 2.5). Case does not matter (ASCII). A character of
 * UTF-8 matches as a whole, and so does a byte that is part of none. */
bool mask_match(const char *pattern, const char *text);

/* The same where names are in the text, which are the same in other cases too; and where they
 * are folded already, see casemap.h. */
bool mask_match_name(enum casemap casemap, const char *pattern, const char *name);
bool mask_match_folded(enum casemap casemap, const char *pattern, const char *folded);

/* The same for many masks and one text, where *index is NULL at first: it is made for the text when
 * a mask takes long, and is the caller's to free. The pattern is folded as well. */
struct mask_index;
bool mask_match_indexed(
	enum casemap casemap, const char *pattern, const char *folded, struct mask_index **index);
/* As CASEMAP_UTF8 folds patterns, for the caller to free; NULL: there is nothing to fold. */
char *mask_fold(const char *pattern);

/* Whether they are one mask: they match the same names. */
bool mask_equals(enum casemap casemap, const char *a, const char *b);

/* Without spaces and control characters, which ? stands for. */
bool mask_is_clean(const char *text);

/* Write a mask out as nick!user@host, each part at least *: "ana" becomes ana!*@*,
 * "a@b" *!a@b, "host.example" *!*@host.example, "192.0.2.77/24" *!*@192.0.2.0/24, as a network
 * has one spelling. False when no part is given, when it has control characters, spaces or a colon
 * in front, is too long, or has a prefix that the address cannot have; the caller frees the
 * result. */
bool mask_complete(const char *given, size_t max_bytes, char **ret_mask);
