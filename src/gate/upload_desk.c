/* Owns answers to questions about uploaded files. papod has checked who may ask. */
#include "gate/upload_desk.h"

#include <unistd.h>

#include "base/cleanup.h"

/* Whose file it was; 0: there is none, or none of that account. */
static uint64_t remove_asked(struct uploads *store, const struct upload_question *question)
{
	struct uploaded_file file;

	if (!uploads_find(store, question->file, &file))
		return 0;
	close(file.fd);
	if (question->account && question->account != file.head.account)
		return 0;
	return uploads_remove(store, file.head.account, question->file) ? file.head.account : 0;
}

static void carry_out_question(struct uploads *store, struct upload_report *report)
{
	if (report->question.errand == UPLOAD_ERRAND_REMOVE)
		report->account = remove_asked(store, &report->question);
	else
		uploads_list(store, report->question.account, report);
}

void upload_desk_answer(
	struct uploads *store, const struct papod_link *link, const struct gate_message *message)
{
	CLEANUP(buffer_done) struct buffer answer = { 0 };
	struct upload_report report = { 0 };

	if (store && upload_question_load(
			     message->files.bytes, message->files.length, &report.question)) {
		carry_out_question(store, &report);
		upload_report_save(&answer, &report);
	}
	papod_link_report(link, message->number, &answer);
}
