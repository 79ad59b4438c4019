/* What administrators ask papod at its control socket. */
#pragma once

#include "world/world.h"

/* "ListReasons|ana": the method, and its parameters in order. Both worlds give the same rows. The
 * text is taken apart. */
void asked_reports_compare(const struct world *one, const struct world *other, char *text);
