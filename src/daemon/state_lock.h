/* Only one papod may use the state directory. */
#pragma once

#include "base/log.h"

/* Lock it, unless *fd_of_lock is the lock already; -1: it is not. It stays -1 if there is no
 * directory, or locking fails. Returns an exit status, whose reason is logged. */
int state_lock_take(const struct log *log, int *fd_of_lock);
