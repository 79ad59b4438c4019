/* Names in UTF-8: what they may be made of, and the forms in which they are compared. Unicode's
 * tables are utf8proc's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* All of these: the caller frees; NULL: not UTF-8. */

/* The form that is stored and shown: NFC. */
char *unicode_normalise(const char *text);

/* Equal for texts that differ only in case or in the composition of letters: NFKC_Casefold. */
char *unicode_fold(const char *text);

/* Equal for texts that look alike: compatibility forms and accents are removed, then letters of
 * other scripts that look like Latin ones are replaced by these (confusables.h), then case is
 * folded. ASCII characters count as different: I is not l, and 0 is not O. */
char *unicode_skeleton(const char *text);

/* True if no character beyond ASCII is a space, control, format, private or unassigned character
 * (categories C and Z) or ignorable. Bytes that are not UTF-8 are ignored. */
bool unicode_is_visible(const char *text);

/* The text without controls, direction changes and line separators. Joiners stay, as some scripts
 * need them. */
char *unicode_clean(const char *text);

enum unicode_content {
	UNICODE_CONTENT_LETTERS,   /* letters, with their marks, and digits */
	UNICODE_CONTENT_PRINTABLE, /* all visible characters: symbols and punctuation too */
};

/* Is everything beyond ASCII allowed in a name? (The caller checks ASCII.) Refused are invisible
 * and unassigned characters, controls of writing direction, spaces, marks without a letter or too
 * many in a row, and letters of both writing directions. */
bool unicode_is_name(const char *text, enum unicode_content content);
