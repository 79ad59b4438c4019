/* Reads papod.conf and its drop-ins. */
#pragma once

#include "config/draft.h"

/* Add the settings of the source to the draft, and its mistakes to the problems. */
void reader_read(struct draft *draft, size_t source);
