/* The step "push" of a script. */
#pragma once

#include "stage.h"

/* "key KEY", "works", "fails", "is gone", "holds", "goes on", or the oldest push in one line. */
void push_step(struct stage *stage, const char *rest);
