/* Looks up names of addresses with the C library: a job for the worker. */
#pragma once

#include "daemon/worker.h"

/* Sets status and text: 0 and the name if the name leads back to the address. */
void reverse_lookup_run(struct job *job);
