/* Questions and reports about uploaded files: what is loaded is what was saved, and a report of a
 * gate that lies cannot break lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/gate_message.h"
#include "proto/upload_list.h"

#define NAME "abcdefghijklmnopqrst-_"

static struct upload_report full_report(void)
{
	struct upload_report report = {
		.question = { .errand = UPLOAD_ERRAND_LIST,
			.account = 7,
			.n_skipped = 20,
			.is_whole = true },
		.n_files = 31,
		.bytes = 1000000,
		.n_listed = UPLOAD_LIST_FILES,
	};

	for (size_t i = 0; i < UPLOAD_LIST_FILES; i++) {
		struct listed_upload *listed = &report.listed[i];

		strcpy(listed->file, NAME);
		memset(listed->head.type, 't', UPLOAD_TYPE_BYTES - 1);
		memset(listed->head.name, 'n', UPLOAD_NAME_BYTES - 1);
		listed->head.account = 7;
		listed->head.length = UINT64_MAX;
		listed->wall_s = UINT64_MAX - i;
	}
	return report;
}

static bool load_saved_report(const struct upload_report *report, struct upload_report *ret_loaded)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	upload_report_save(&bytes, report);
	return upload_report_load(bytes.bytes, bytes.length, ret_loaded);
}

static bool is_question(const struct upload_question *question)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct upload_question loaded;

	upload_question_save(&bytes, question);
	return upload_question_load(bytes.bytes, bytes.length, &loaded) &&
	       loaded.errand == question->errand && loaded.account == question->account &&
	       loaded.n_skipped == question->n_skipped && loaded.is_whole == question->is_whole &&
	       strcmp(loaded.file, question->file) == 0;
}

static void the_longest_report_fits_into_a_message(void **state)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	CLEANUP(buffer_done) struct buffer packet = { 0 };
	const struct upload_report report = full_report();
	struct gate_message message = { .kind = GATE_MESSAGE_KIND_REPORT, .number = UINT64_MAX };
	struct upload_report loaded;

	(void) state;
	upload_report_save(&bytes, &report);
	message.files = (struct gate_bytes){ (const uint8_t *) bytes.bytes, bytes.length };
	gate_message_save(&packet, &message);
	assert_true(gate_message_load(packet.bytes, packet.length, &message));
	assert_int_equal(message.number, UINT64_MAX);
	assert_true(upload_report_load(message.files.bytes, message.files.length, &loaded));
	assert_int_equal(loaded.question.account, 7);
	assert_int_equal(loaded.question.n_skipped, 20);
	assert_int_equal(loaded.n_files, 31);
	assert_int_equal(loaded.bytes, 1000000);
	assert_int_equal(loaded.n_listed, UPLOAD_LIST_FILES);
	assert_string_equal(loaded.listed[9].head.name, report.listed[9].head.name);
	assert_int_equal(loaded.listed[9].wall_s, UINT64_MAX - 9);
}

static void questions_have_what_their_errand_needs(void **state)
{
	struct upload_question question = { .errand = UPLOAD_ERRAND_LIST, .account = 3 };

	(void) state;
	assert_true(is_question(&question));
	question.n_skipped = UINT32_MAX;
	question.is_whole = true;
	assert_true(is_question(&question));
	question.account = 0;
	assert_false(is_question(&question));
	question = (struct upload_question){ .errand = UPLOAD_ERRAND_REMOVE, .file = NAME };
	assert_true(is_question(&question));
	question.account = 3;
	assert_true(is_question(&question));
	question.file[3] = '/';
	assert_false(is_question(&question));
	question.file[3] = '\0';
	assert_false(is_question(&question));
	question = (struct upload_question){ .errand = UPLOAD_ERRAND_REMOVE + 1, .account = 3 };
	assert_false(is_question(&question));
}

static void texts_that_would_break_a_line_are_refused(void **state)
{
	static const char *const texts[] = { "a\nb", "a\rb", "\x7f", "\x01", "\xff" };
	struct upload_report report, loaded;

	(void) state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		report = full_report();
		strcpy(report.listed[4].head.name, texts[i]);
		assert_false(load_saved_report(&report, &loaded));
		report = full_report();
		strcpy(report.listed[4].head.type, texts[i]);
		assert_false(load_saved_report(&report, &loaded));
	}
	report = full_report();
	strcpy(report.listed[4].head.name, "\xc3\xa4 \xe2\x82\xac.png");
	assert_true(load_saved_report(&report, &loaded));
	report.listed[4].file[0] = '.';
	assert_false(load_saved_report(&report, &loaded));
}

static void more_files_than_a_page_are_refused(void **state)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct upload_report report = full_report(), loaded;

	(void) state;
	upload_report_save(&bytes, &report);
	report.n_listed = 1;
	upload_report_save(&bytes, &report);
	assert_false(upload_report_load(bytes.bytes, bytes.length, &loaded));
	assert_false(upload_report_load(bytes.bytes, 5, &loaded));
	assert_false(upload_report_load(bytes.bytes, 0, &loaded));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_report_fits_into_a_message),
		cmocka_unit_test(questions_have_what_their_errand_needs),
		cmocka_unit_test(texts_that_would_break_a_line_are_refused),
		cmocka_unit_test(more_files_than_a_page_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
