/* Colours and other formatting in messages (modern.ircdocs.horse/formatting), and CTCP
 * (modern.ircdocs.horse/ctcp). */
#pragma once

#include <stdbool.h>

bool formatting_is_in(const char *text);

/* The text without formatting; the caller frees. */
char *formatting_strip(const char *text);

bool ctcp_is_one(const char *text);
bool ctcp_is_action(const char *text); /* /me, which is always treated as plain text */
