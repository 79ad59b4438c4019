/* Owns the files of the gate of a scenario: "aaaaaaaaaaaaaaaaaaaaaa" and so on are of the account
 * 1, "bbbbbbbbbbbbbbbbbbbbba" is of the account 2. A removed file is still there. */
#include "fake_gate.h"

#include <string.h>

#include "proto/upload_list.h"
#include "world/event.h"

#define FILES_OF_ONE 13
#define WALL_S 1750000000

static void put_file(struct upload_report *report, char letter, uint32_t number)
{
	struct listed_upload *listed = &report->listed[report->n_listed++];

	*listed = (struct listed_upload){ .wall_s = WALL_S - number * 3600,
		.head = { .account = report->question.account, .length = 1000 + number } };
	memset(listed->file, letter, UPLOADS_NAME_LENGTH - 1);
	listed->file[UPLOADS_NAME_LENGTH - 1] = (char) ('a' + number);
	strcpy(listed->head.type, number ? "application/pdf" : "image/png");
	strcpy(listed->head.name, number ? "" : "a b.png");
}

static void list_files(struct upload_report *report)
{
	uint32_t count = report->question.account == 1 ? FILES_OF_ONE : 1;
	uint32_t first = report->question.n_skipped;

	report->n_files = count;
	report->bytes = count * 5000;
	for (uint32_t i = first; i < count && report->n_listed < UPLOAD_LIST_FILES; i++)
		put_file(report, count > 1 ? 'a' : 'b', i);
}

static uint64_t owner_of(const struct upload_question *question)
{
	uint64_t owner = question->file[0] == 'a' ? 1 : question->file[0] == 'b' ? 2 : 0;

	return question->account && question->account != owner ? 0 : owner;
}

uint64_t fake_gate_report(const struct request *request, struct buffer *text)
{
	const struct bytes *question = request->question;
	struct upload_report report = { 0 };

	if (!upload_question_load(question->bytes, question->length, &report.question) ||
		report.question.account > 2)
		return ANSWER_NO;
	if (report.question.errand == UPLOAD_ERRAND_LIST)
		list_files(&report);
	else
		report.account = owner_of(&report.question);
	upload_report_save(text, &report);
	return ANSWER_YES;
}
