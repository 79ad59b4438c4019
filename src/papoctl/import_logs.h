/* Adding the logs of a bouncer to the history of a running papod. */
#pragma once

#include "papoctl/import_files.h"

/* NULL behind the last one. */
const char *import_logs_kind(size_t i);
bool import_logs_is(const char *kind);
/* A line of --help for each kind. */
void import_logs_put_kinds(struct buffer *out);
/* Returns an exit status. */
int import_logs(const struct import_call *call);
