/* Commands to systemd through systemctl, whose own messages go to standard error. */
#pragma once

/* Run it with these words, which end with NULL. Returns the exit status of systemctl; EX_OSERR if
 * it could not be started. */
int systemctl_run(const char *const *words);

/* The values of a unit's property, one per line, "" if none; the caller frees. */
char *systemctl_show(const char *unit, const char *property);
