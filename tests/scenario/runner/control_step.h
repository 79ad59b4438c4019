/* The steps "control" and "reply": acts of administrators, and what those who asked are
 * told. */
#pragma once

#include "stage.h"

/* "NAME METHOD|value|value", the name that the caller claims, or "-"; or "- Import JSON". */
void control_step(struct stage *stage, const char *rest);
void reply_step(struct stage *stage, const char *pattern);
