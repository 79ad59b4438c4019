/* Commands to systemd, as an administrator gives them: through systemctl, whose own messages go to
 * standard error. */
#pragma once

/* Words, the last NULL. The exit status of systemctl; EX_OSERR if it did not even start. */
int systemctl_run(const char *const *words);

/* The value of a unit's property, one line a value, "" if there is none; the caller frees. */
char *systemctl_show(const char *unit, const char *property);
