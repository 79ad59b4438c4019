/* Owns UPLOADS of NickServ. Only gates know the files: each command is a question to them, and the
 * session waits for the report. */
#include "bots/nickserv_uploads.h"

#include <inttypes.h>
#include <string.h>

#include "action/lookup.h"
#include "action/session_log.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/text.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "proto/upload_list.h"
#include "world/accounts.h"
#include "world/administrator.h"
#include "world/flow.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

/* Asking */

static void ask_gates_for(struct errand *errand, const struct upload_question *question)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	struct call *call = errand->call;
	uint64_t request =
		flow_wait(call->world, call->outbox, call->session, SESSION_WAIT_UPLOADS);

	upload_question_save(&bytes, question);
	outbox_ask_uploads(call->outbox, call->session->id, request, &bytes);
}

static bool may_see_all(struct call *call)
{
	return lookup_power(call, "force");
}

/* NULL: the user was told why. */
static const struct account *find_uploader(struct errand *errand, const char *name)
{
	const struct account *account =
		name ? account_find(errand->call->world, name) : errand->account;

	if (!name && !account)
		bot_say(errand, "Log in to an account first.");
	else if (name && (!account || account != errand->account) && !may_see_all(errand->call))
		bot_say(errand, "%s is not the account that you are logged in to.", name);
	else if (!account)
		bot_say(errand, "There is no account %s.", name);
	else
		return account;
	return NULL;
}

static void list_uploads(struct errand *errand, const char *name, const char *page)
{
	const struct account *account = find_uploader(errand, name);
	uint64_t number = 1;

	if (!account)
		return;
	if (page && (!text_parse_u64(page, &number) || !number || number > UPLOADS_MOST_PAGES)) {
		bot_say_usage(errand);
		return;
	}
	ask_gates_for(errand,
		&(struct upload_question){ .errand = UPLOAD_ERRAND_LIST,
			.account = account->id,
			.n_skipped = (uint32_t) (number - 1) * UPLOAD_LIST_FILES,
			.is_whole = !page && session_is_administrator(errand->call->session) });
}

/* A URL, or what stands behind its last slash, with or without the ending. */
static bool read_file_name(const char *text, char name[UPLOADS_NAME_BYTES])
{
	const char *slash = strrchr(text, '/');

	if (slash)
		text = slash + 1;
	if (strcspn(text, ".") != UPLOADS_NAME_LENGTH)
		return false;
	memcpy(name, text, UPLOADS_NAME_LENGTH);
	name[UPLOADS_NAME_LENGTH] = '\0';
	return uploads_name_is_valid(name);
}

static void delete_upload(struct errand *errand, const char *file)
{
	struct upload_question question = { .errand = UPLOAD_ERRAND_REMOVE };
	bool is_any = may_see_all(errand->call);

	if (!is_any && !errand->account)
		bot_say(errand, "Log in to an account first.");
	else if (!read_file_name(file, question.file))
		bot_say(errand, "%s is not the URL of an uploaded file.", file);
	else {
		question.account = is_any ? 0 : errand->account->id;
		ask_gates_for(errand, &question);
	}
}

static void run_uploads(struct errand *errand)
{
	const char *word = errand->params[0], *name = errand->params[1];

	if (!errand->call->world->settings->uploads.url)
		bot_say(errand, "No files can be uploaded here.");
	else if (!word)
		list_uploads(errand, NULL, NULL);
	else if (text_equals_ignoring_case(word, "LIST") && name)
		list_uploads(errand, name, errand->params[2]);
	else if (text_equals_ignoring_case(word, "DELETE") && name && !errand->params[2])
		delete_upload(errand, name);
	else
		bot_say_usage(errand);
}

/* Answering */

#define SAY(call, ...) service_say((call), &service_nickserv, __VA_ARGS__)

static const char *name_of_uploader(const struct call *call, uint64_t id)
{
	const struct account *account = account_find_id(call->world, id);

	return account ? account->name : "an account that has ended";
}

static void say_listed(struct call *call, const struct listed_upload *listed)
{
	const struct upload_head *head = &listed->head;
	char date[DATE_BYTES];

	date_format_plain(listed->wall_s * 1000, date);
	SAY(call, "%s/%s.%s %s, %" PRIu64 " bytes, uploaded %s%s%s",
		call->world->settings->uploads.url, listed->file,
		http_served_type(head->type)->extension, head->type, head->length, date,
		head->name[0] ? " as " : "", head->name);
}

static void say_list(struct call *call, const struct upload_report *report)
{
	uint64_t end = (uint64_t) report->question.n_skipped + UPLOAD_LIST_FILES;
	const char *name = name_of_uploader(call, report->question.account);

	for (size_t i = 0; i < report->n_listed; i++)
		say_listed(call, &report->listed[i]);
	SAY(call, "Files of %s: %u, with %" PRIu64 " bytes.", name, report->n_files, report->bytes);
	if (end < report->n_files)
		SAY(call, "For older ones, send: UPLOADS LIST %s %" PRIu64, name,
			end / UPLOAD_LIST_FILES + 1);
}

static void say_deleted(struct call *call, const struct upload_report *report)
{
	const char *owner = name_of_uploader(call, report->account);

	if (!report->account) {
		SAY(call, "There is no such file%s; it may have expired.",
			report->question.account ? " of yours" : "");
		return;
	}
	log_session(call->outbox, LOGBOOK_UPLOAD_DELETED, call->session, "FILE",
		report->question.file, "OWNER", owner);
	SAY(call, "The file %s of %s is deleted.", report->question.file, owner);
}

void uploads_answered(struct call *call, const struct event *event)
{
	struct upload_report report;

	if (event->status != ANSWER_YES ||
		!upload_report_load(event->text, event->text_length, &report))
		SAY(call, "The uploaded files cannot be read now, try again later.");
	else if (report.question.errand == UPLOAD_ERRAND_LIST)
		say_list(call, &report);
	else
		say_deleted(call, &report);
}

NICKSERV(uploads) = {
	.name = "UPLOADS",
	.max_params = 3,
	.cost = 5,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS,
	.run = run_uploads,
	.papoctl = "LIST uploads, DELETE upload delete",
	.usage = "[LIST <account> [<page>]|DELETE <file>]",
	.help = "Lists the files that your account has uploaded, newest first, ten on each page: "
		"URL, type, size, when it was uploaded and, if the client has sent it, its name. "
		"DELETE deletes the file behind a URL of the list. Operators of the server can "
		"list the "
		"files of any account, and delete them.",
};
