/* Names in UTF-8: what they may be made of, and the forms in which they are compared. Unicode's
 * tables are utf8proc's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All of these: the caller frees; NULL: it is not UTF-8. */

/* As it is kept and shown: NFC. */
char *unicode_normalise(const char *text);

/* Equal for texts that differ in case or in how their letters are put together: NFKC_Casefold. */
char *unicode_fold(const char *text);

/* Equal for texts that look alike: compatibility forms and accents are taken off, then letters
 * of other scripts that look like Latin ones become these (confusables.h), then case is folded.
 * ASCII looks like nothing but itself: I is not l, and 0 is not O. */
char *unicode_skeleton(const char *text);

/* True if no character beyond ASCII is a space, control, format, private or unassigned character
 * (categories C and Z) or ignorable. Bytes that are not UTF-8 are ignored. */
bool unicode_is_visible(const char *text);

/* The text without controls, direction changes and line separators. Joiners stay, as some scripts
 * need them. */
char *unicode_clean(const char *text);

enum unicode_content {
	UNICODE_CONTENT_LETTERS,   /* letters, with their marks, and digits */
	UNICODE_CONTENT_PRINTABLE, /* whatever leaves ink: symbols and punctuation too */
};

/* Whether everything but ASCII in it, which is the caller's business, may stand in a name:
 * nothing invisible, no controls of writing direction, no spaces, no marks without a letter and
 * not many at once, no letters of both writing directions, nothing unassigned. */
bool unicode_is_name(const char *text, enum unicode_content content);
