/* The recording of --record while the server runs: if it cannot be written, it ends, and the server
 * continues. */
#pragma once

#include <stdbool.h>

#include "base/log.h"
#include "daemon/recording.h"

struct recorder {
	const struct log *log;
	const char *name;	     /* a path, or a file in the state directory; NULL: none */
	struct recording *recording; /* NULL: not requested, or failed */
};

/* Returns an exit status, whose reason is logged; 0 if it fails although may_fail is set. */
int recorder_begin(struct recorder *recorder, bool may_fail);
void recorder_flush(struct recorder *recorder); /* the end of a turn */
