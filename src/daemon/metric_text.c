/* Owns the two formats, which differ in little: OpenMetrics names a counter without _total before
 * its samples, and has an end. Numbers need no locale. */
#include "daemon/metric_text.h"

#include <inttypes.h>

#define NS_PER_SECOND 1000000000u

const char *metric_text_type(enum metric_type type)
{
	switch (type) {
	case METRIC_TYPE_COUNTER:
		return "counter";
	case METRIC_TYPE_GAUGE:
		return "gauge";
	case METRIC_TYPE_HISTOGRAM:
		return "histogram";
	}
	return NULL;
}

static const char *sample_suffix(const struct metric_text *text)
{
	return text->type == METRIC_TYPE_COUNTER ? "_total" : "";
}

/* Of a label value, and of the help, where quotes need none in 0.0.4 but may have it in neither. */
static void put_metric_escaped(struct buffer *out, const char *value, bool is_quoted)
{
	for (; *value; value++) {
		if (*value == '\n') {
			buffer_put_text(out, "\\n");
			continue;
		}
		if (*value == '\\' || (is_quoted && *value == '"'))
			buffer_put_byte(out, '\\');
		buffer_put_byte(out, *value);
	}
}

void metric_text_begin(const struct metric_text *text, const char *help)
{
	const char *suffix = text->is_open ? "" : sample_suffix(text);

	buffer_format(text->out, "# HELP %s%s ", text->name, suffix);
	put_metric_escaped(text->out, help, text->is_open);
	buffer_format(
		text->out, "\n# TYPE %s%s %s\n", text->name, suffix, metric_text_type(text->type));
}

/* "name{label="value"} ", for the caller to add the number. */
static void begin_sample(const struct metric_text *text, const char *suffix, const char *value)
{
	buffer_format(text->out, "%s%s", text->name, suffix);
	if (value) {
		buffer_format(text->out, "{%s=\"", text->label);
		put_metric_escaped(text->out, value, true);
		buffer_put_text(text->out, "\"}");
	}
	buffer_put_byte(text->out, ' ');
}

void metric_text_put(const struct metric_text *text, const char *value, uint64_t number)
{
	begin_sample(text, sample_suffix(text), value);
	buffer_format(text->out, "%" PRIu64 "\n", number);
}

static void put_seconds(struct buffer *out, uint64_t ns)
{
	buffer_format(out, "%" PRIu64 ".%09" PRIu64, ns / NS_PER_SECOND, ns % NS_PER_SECOND);
}

void metric_text_put_ns(const struct metric_text *text, const char *value, uint64_t ns)
{
	begin_sample(text, sample_suffix(text), value);
	put_seconds(text->out, ns);
	buffer_put_byte(text->out, '\n');
}

static void put_bucket(const struct metric_text *text, const char *value, size_t i, uint64_t count)
{
	buffer_format(text->out, "%s_bucket{", text->name);
	if (value) {
		buffer_format(text->out, "%s=\"", text->label);
		put_metric_escaped(text->out, value, true);
		buffer_put_text(text->out, "\",");
	}
	buffer_put_text(text->out, "le=\"");
	if (i < HISTOGRAM_BOUNDS)
		put_seconds(text->out, histogram_bound_ns(i));
	else
		buffer_put_text(text->out, "+Inf");
	buffer_format(text->out, "\"} %" PRIu64 "\n", count);
}

void metric_text_put_histogram(
	const struct metric_text *text, const char *value, const struct histogram *histogram)
{
	uint64_t count = 0;

	for (size_t i = 0; i <= HISTOGRAM_BOUNDS; i++) {
		count += histogram->counts[i];
		put_bucket(text, value, i, count);
	}
	begin_sample(text, "_sum", value);
	put_seconds(text->out, histogram->total_ns);
	buffer_put_byte(text->out, '\n');
	begin_sample(text, "_count", value);
	buffer_format(text->out, "%" PRIu64 "\n", count);
}

void metric_text_end(struct buffer *out, bool is_open)
{
	if (is_open)
		buffer_put_text(out, "# EOF\n");
}
