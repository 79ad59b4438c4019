/* The metrics of papod, for Prometheus and what reads its format: the table from which the output,
 * the manual and the checks of the examples follow. Names, labels and meanings never change. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "daemon/blocklists.h"
#include "daemon/engine.h"
#include "daemon/meters.h"
#include "daemon/metric_text.h"
#include "daemon/pasts.h"
#include "net/connections.h"
#include "net/loop.h"
#include "survival/survival.h"

/* Where the numbers are. */
struct metric_sources {
	const struct engine *engine;
	const struct meters *meters;
	const struct loop *loop;
	const struct connections *connections;
	const struct survival *survival;
	const struct pasts *pasts;
	const struct blocklists *blocklists;
};

struct metric_row {
	const char *name; /* without _total */
	enum metric_type type;
	const char *label; /* NULL: none */
	const char *help;
	void (*put)(const struct metric_sources *sources, const struct metric_text *text);
};

const struct metric_row *metric_row(size_t index); /* NULL after the last */
