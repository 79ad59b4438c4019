/* Completing and matching masks such as *!*@192.0.2.*. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/casemap.h"

/* Does the text match the pattern? * is any run, ? any character; a backslash escapes a following *
 * or ? (RFC 2812 2.5). ASCII case is ignored. A UTF-8 character matches as a whole, and so does a
 * byte that is part of none. */
bool mask_match(const char *pattern, const char *text);

/* The same for a text with names, which the case mapping folds; and for one that is folded already,
 * see casemap.h. */
bool mask_match_name(enum casemap casemap, const char *pattern, const char *name);
bool mask_match_folded(enum casemap casemap, const char *pattern, const char *folded);

/* The same for many masks and one text. *index is NULL at first; it is created when a mask takes
 * long, and the caller frees it. Pattern and text are folded already. */
struct mask_index;
bool mask_match_indexed(
	enum casemap casemap, const char *pattern, const char *folded, struct mask_index **index);
/* The pattern as CASEMAP_UTF8 folds it, which the caller frees; NULL: nothing to fold. */
char *mask_fold(const char *pattern);

/* Are two masks the same in this case mapping? */
bool mask_equals(enum casemap casemap, const char *a, const char *b);

/* Is the text free of spaces and control characters? A ? can match those. */
bool mask_is_clean(const char *text);

/* Complete a mask to nick!user@host, where a missing part becomes *: "ana" becomes ana!*@*, "a@b"
 * *!a@b, "host.example" *!*@host.example, "192.0.2.77/24" *!*@192.0.2.0/24, as a network has only
 * one spelling. False if no part is given, or if the mask contains control characters or spaces,
 * begins with a colon, is too long, or has an impossible prefix. The caller frees the result. */
bool mask_complete(const char *given, size_t max_bytes, char **ret_mask);
