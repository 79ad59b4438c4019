/* The life of a process that the gate has forked. */
#pragma once

#include "gate/process.h"
#include "net/listeners.h"

/* Accept clients at the listeners, beside other processes, until a signal ends it: after SIGHUP
 * when it holds no client any more, after SIGTERM at most a second later. The needs come without a
 * loop and on_papod_gone. Every PROCESSES_BEAT_MS, and when papod changes how much is logged, a
 * byte is written to beat_fd. The result is an exit status. */
int forked_run(const struct process_needs *needs, struct listeners *listeners, int beat_fd);
