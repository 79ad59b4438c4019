/* papoctl import: the configuration of another server becomes that of papod. */
#pragma once

#include <stdbool.h>

#include "base/buffer.h"

/* The words begin with "import". Returns an exit status. */
int import_run(const char *program, int argc, char **argv);
/* The lines of --help. */
void import_put_help(struct buffer *out);
/* For completion: each long option, with its dashes; and does a word follow that one? */
void import_each_option(void (*take)(const void *data, const char *option), const void *data);
bool import_option_has_value(const char *word);
