/* Reads papod.conf and its drop-ins. */
#pragma once

#include "config/draft.h"

/* Add what the source says to the draft; what is wrong with it goes to the problems. */
void reader_read(struct draft *draft, size_t source);
