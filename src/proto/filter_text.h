/* Texts as filters see them. All are valid UTF-8, and owned by the caller. */
#pragma once

#include <stddef.h>

/* As members read it, without formatting. */
char *filter_plain(const char *text, size_t *ret_length);
/* Without case, compatibility forms and invisible characters; takes ownership of a plain text. */
char *filter_fold(char *plain, size_t length);
/* Also with letters that look alike made the same, and without accents. The plain text stays. Upper
 * and lower case of other scripts may differ here, as only one of them looks like a Latin letter:
 * compare the folded texts, too. */
char *filter_alike(const char *plain, size_t length);
