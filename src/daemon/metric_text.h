/* The text formats of Prometheus (0.0.4) and OpenMetrics (1.0): what is written of one metric. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/histogram.h"

enum metric_type {
	METRIC_TYPE_COUNTER, /* its samples end in _total */
	METRIC_TYPE_GAUGE,
	METRIC_TYPE_HISTOGRAM, /* of seconds */
};

struct metric_text {
	struct buffer *out;
	const char *name;  /* without _total */
	const char *label; /* NULL: it has none */
	enum metric_type type;
	bool is_open; /* OpenMetrics */
};

/* Begin the metric: its type and its help. */
void metric_text_begin(const struct metric_text *text, const char *help);
/* A sample. The value is that of the label; NULL if there is none. */
void metric_text_put(const struct metric_text *text, const char *value, uint64_t number);
void metric_text_put_ns(const struct metric_text *text, const char *value, uint64_t ns);
void metric_text_put_histogram(
	const struct metric_text *text, const char *value, const struct histogram *histogram);
/* The end of all metrics. */
void metric_text_end(struct buffer *out, bool is_open);

/* "counter" */
const char *metric_text_type(enum metric_type type);
