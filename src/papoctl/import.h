/* papoctl import: the configuration of another server becomes that of papod. */
#pragma once

#include "base/buffer.h"

/* The words begin with "import". Returns an exit status. */
int import_run(const char *program, int argc, char **argv);
/* The lines of --help. */
void import_put_help(struct buffer *out);
