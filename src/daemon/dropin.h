/* The drop-in of a unit that papod-generator makes, and its previous text, which papod --apply
 * brings back if the unit does not start: systemd prefers /run/systemd/system. */
#pragma once

/* The text in force; NULL: none. The caller frees. `directory` is such as "papod.socket.d". */
char *dropin_read(const char *directory);

/* Let that text (NULL: none) replace what papod-generator makes, until dropin_forget() or the next
 * boot. 0 or a negative errno, which was printed. */
int dropin_restore(const char *directory, const char *text);
void dropin_forget(const char *directory);
