/* Passwords as texts: the profile OpaqueString of RFC 8265 4.2, which makes what people type on
 * different keyboards equal. Spaces of all kinds become U+0020, and characters are composed (NFC).
 * Case, width and direction stay.
 *
 * Clients differ in what they do with a password before they send it or derive a key from it. So
 * a caller that checks one tries it as it was given first, and then in this form; a caller that
 * sets one stores this form. ASCII is the same in both. */
#pragma once

/* The caller frees with mem_free_secret(). NULL: empty, not UTF-8, or with a character that the
 * class FreeformClass of RFC 8264 forbids: a control, an invisible, private or unassigned one, an
 * old Hangul letter that is not part of a syllable, or a joiner where it joins nothing.
 *
 * The rules of RFC 5892 A.3 to A.9 for visible characters are not checked: they keep names from
 * looking alike, and a password is not shown. Whether two characters join (A.1) is decided without
 * their joining types: letters written from right to left count as joining. */
char *opaque_string(const char *text);
