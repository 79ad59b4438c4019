/* The language of scenarios, one step a line; tests/scenario/README.md explains it. */
#pragma once

#include "stage.h"

/* Play a script from its text; a failure is in stage->failure, with its line. */
void script_play(struct stage *stage, const char *text);
