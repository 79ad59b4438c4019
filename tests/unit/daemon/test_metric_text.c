/* The formats of metrics, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/metric_rows.h"
#include "daemon/metric_text.h"

static void assert_text(struct buffer *out, const char *expected)
{
	assert_string_equal(buffer_text(out), expected);
	buffer_done(out);
}

static void a_counter_ends_in_total(void **state)
{
	struct buffer out = { 0 };
	struct metric_text text = { &out, "a", "way", METRIC_TYPE_COUNTER, false };

	(void) state;
	metric_text_begin(&text, "All of it.");
	metric_text_put(&text, "in", 5);
	metric_text_put(&text, NULL, UINT64_MAX);
	metric_text_end(&out, false);
	assert_text(&out,
		"# HELP a_total All of it.\n# TYPE a_total counter\na_total{way=\"in\"} 5\n"
		"a_total 18446744073709551615\n");
}

static void openmetrics_names_it_without_and_has_an_end(void **state)
{
	struct buffer out = { 0 };
	struct metric_text text = { &out, "a", NULL, METRIC_TYPE_COUNTER, true };

	(void) state;
	metric_text_begin(&text, "All \"of\" it.");
	metric_text_put_ns(&text, NULL, 1500000000);
	metric_text_end(&out, true);
	assert_text(&out,
		"# HELP a All \\\"of\\\" it.\n# TYPE a counter\na_total 1.500000000\n# EOF\n");
}

static void values_of_labels_are_escaped(void **state)
{
	struct buffer out = { 0 };
	struct metric_text text = { &out, "a", "of", METRIC_TYPE_GAUGE, false };

	(void) state;
	metric_text_begin(&text, "One \\ \"two\"\nthree.");
	metric_text_put(&text, "x\"y\\z\n", 0);
	assert_text(&out,
		"# HELP a One \\\\ \"two\"\\nthree.\n# TYPE a gauge\na{of=\"x\\\"y\\\\z\\n\"} 0\n");
}

static void buckets_of_a_histogram_add_up(void **state)
{
	struct buffer out = { 0 };
	struct metric_text text = { &out, "h", "c", METRIC_TYPE_HISTOGRAM, false };
	struct histogram histogram = { .counts = { 2, 3, [HISTOGRAM_BOUNDS] = 1 },
		.total_ns = 2000000001 };
	const char *end;

	(void) state;
	metric_text_put_histogram(&text, "X", &histogram);
	assert_memory_equal(out.bytes,
		"h_bucket{c=\"X\",le=\"0.000010000\"} 2\n"
		"h_bucket{c=\"X\",le=\"0.000025000\"} 5\n",
		70);
	end = strstr(out.bytes, "h_bucket{c=\"X\",le=\"+Inf\"} ");
	assert_non_null(end);
	assert_string_equal(end, "h_bucket{c=\"X\",le=\"+Inf\"} 6\nh_sum{c=\"X\"} 2.000000001\n"
				 "h_count{c=\"X\"} 6\n");
	buffer_done(&out);
}

static void each_row_is_named_as_prometheus_wants(void **state)
{
	const struct metric_row *row;
	size_t n = 0;

	(void) state;
	for (; (row = metric_row(n)); n++) {
		assert_int_equal(
			strspn(row->name, "abcdefghijklmnopqrstuvwxyz_"), strlen(row->name));
		/* node_exporter has some of its own that begin with process_. */
		assert_int_equal(strncmp(row->name, "papod_", 6), 0);
		assert_null(strstr(row->name, "_total"));
		assert_int_equal(row->help[strlen(row->help) - 1], '.');
		assert_non_null(row->put);
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(metric_row(i)->name, row->name);
	}
	assert_true(n > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_counter_ends_in_total),
		cmocka_unit_test(openmetrics_names_it_without_and_has_an_end),
		cmocka_unit_test(values_of_labels_are_escaped),
		cmocka_unit_test(buckets_of_a_histogram_add_up),
		cmocka_unit_test(each_row_is_named_as_prometheus_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
