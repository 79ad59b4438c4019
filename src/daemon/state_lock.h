/* The state directory is for one papod. */
#pragma once

#include "base/log.h"

/* Lock it, unless the descriptor is that of the lock already; -1 before: it is not. It stays -1
 * where there is no directory, or none that can be locked. An exit status, which the log knows. */
int state_lock_take(const struct log *log, int *fd_of_lock);
