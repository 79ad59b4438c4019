/* The recording that the command line asks for, while the server runs: it ends when it cannot be
 * written, and the server goes on. */
#pragma once

#include <stdbool.h>

#include "base/log.h"
#include "daemon/recording.h"

struct recorder {
	const struct log *log;
	const char *name;	     /* a path, or a file in the state directory; NULL: none */
	struct recording *recording; /* NULL: not asked for, or failed */
};

/* An exit status, which the log knows; 0 also if it fails and others depend on the start. */
int recorder_begin(struct recorder *recorder, bool may_fail);
void recorder_flush(struct recorder *recorder); /* the end of a turn */
