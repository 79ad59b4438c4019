/* Owns the format of questions and reports: fields of base/pack.h, and a record for each file. */
#include "proto/upload_list.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/pack.h"
#include "base/text.h"

enum upload_list_field {
	FIELD_ERRAND = 1,
	FIELD_ACCOUNT = 2,
	FIELD_N_SKIPPED = 3,
	FIELD_FILE = 4,
	FIELD_OWNER = 5,
	FIELD_N_FILES = 6,
	FIELD_BYTES = 7,
	FIELD_LISTED = 8,
	FIELD_WALL_S = 9,
	FIELD_LENGTH = 10,
	FIELD_TYPE = 11,
	FIELD_NAME = 12,
	FIELD_IS_WHOLE = 13,
};

static void save_question_fields(struct buffer *out, const struct upload_question *question)
{
	pack_u64(out, FIELD_ERRAND, question->errand);
	pack_u64(out, FIELD_ACCOUNT, question->account);
	pack_u64(out, FIELD_N_SKIPPED, question->n_skipped);
	pack_text(out, FIELD_FILE, question->file);
	if (question->is_whole)
		pack_u64(out, FIELD_IS_WHOLE, true);
}

void upload_question_save(struct buffer *out, const struct upload_question *question)
{
	save_question_fields(out, question);
}

static void save_listed(struct buffer *out, const struct listed_upload *listed)
{
	size_t record = pack_begin(out, FIELD_LISTED);

	pack_text(out, FIELD_FILE, listed->file);
	pack_u64(out, FIELD_WALL_S, listed->wall_s);
	pack_u64(out, FIELD_ACCOUNT, listed->head.account);
	pack_u64(out, FIELD_LENGTH, listed->head.length);
	pack_text(out, FIELD_TYPE, listed->head.type);
	pack_text(out, FIELD_NAME, listed->head.name);
	pack_end(out, record);
}

void upload_report_save(struct buffer *out, const struct upload_report *report)
{
	save_question_fields(out, &report->question);
	pack_u64(out, FIELD_OWNER, report->account);
	pack_u64(out, FIELD_N_FILES, report->n_files);
	pack_u64(out, FIELD_BYTES, report->bytes);
	for (size_t i = 0; i < report->n_listed; i++)
		save_listed(out, &report->listed[i]);
}

/* False: it does not fit, or it could not be shown in a line. */
static bool load_shown_text(const struct pack_field *field, char *text, size_t bytes)
{
	if (field->length >= bytes || !text_is_utf8((const char *) field->bytes, field->length))
		return false;
	for (size_t i = 0; i < field->length; i++)
		if (field->bytes[i] < ' ' || field->bytes[i] == '\x7f')
			return false;
	memcpy(text, field->bytes, field->length);
	text[field->length] = '\0';
	return true;
}

static uint32_t load_count(const struct pack_field *field)
{
	uint64_t number = pack_field_u64(field);

	return number < UINT32_MAX ? (uint32_t) number : UINT32_MAX;
}

static bool load_question_field(const struct pack_field *field, struct upload_question *question)
{
	if (field->id == FIELD_ERRAND)
		question->errand = (enum upload_errand) load_count(field);
	else if (field->id == FIELD_ACCOUNT)
		question->account = pack_field_u64(field);
	else if (field->id == FIELD_N_SKIPPED)
		question->n_skipped = load_count(field);
	else if (field->id == FIELD_IS_WHOLE)
		question->is_whole = pack_field_u64(field);
	else if (field->id == FIELD_FILE)
		return load_shown_text(field, question->file, sizeof(question->file));
	return true;
}

static bool is_whole_question(const struct upload_question *question)
{
	if (question->errand == UPLOAD_ERRAND_LIST)
		return question->account && !question->file[0];
	return question->errand == UPLOAD_ERRAND_REMOVE && uploads_name_is_valid(question->file);
}

bool upload_question_load(const void *bytes, size_t length, struct upload_question *ret_question)
{
	struct upload_question question = { 0 };
	struct pack pack = pack_over(bytes, length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (!load_question_field(&field, &question))
			return false;
	if (pack.failed || !is_whole_question(&question))
		return false;
	*ret_question = question;
	return true;
}

static bool load_listed_field(const struct pack_field *field, struct listed_upload *listed)
{
	if (field->id == FIELD_FILE)
		return load_shown_text(field, listed->file, sizeof(listed->file));
	if (field->id == FIELD_TYPE)
		return load_shown_text(field, listed->head.type, sizeof(listed->head.type));
	if (field->id == FIELD_NAME)
		return load_shown_text(field, listed->head.name, sizeof(listed->head.name));
	if (field->id == FIELD_WALL_S)
		listed->wall_s = pack_field_u64(field);
	else if (field->id == FIELD_ACCOUNT)
		listed->head.account = pack_field_u64(field);
	else if (field->id == FIELD_LENGTH)
		listed->head.length = pack_field_u64(field);
	return true;
}

static bool load_listed(struct pack record, struct upload_report *report)
{
	struct listed_upload listed = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		if (!load_listed_field(&field, &listed))
			return false;
	if (record.failed || report->n_listed == UPLOAD_LIST_FILES ||
		!uploads_name_is_valid(listed.file) || !listed.head.type[0])
		return false;
	report->listed[report->n_listed++] = listed;
	return true;
}

static bool load_report_field(const struct pack_field *field, struct upload_report *report)
{
	if (field->id == FIELD_LISTED)
		return load_listed(pack_field_record(field), report);
	if (field->id == FIELD_OWNER)
		report->account = pack_field_u64(field);
	else if (field->id == FIELD_N_FILES)
		report->n_files = load_count(field);
	else if (field->id == FIELD_BYTES)
		report->bytes = pack_field_u64(field);
	return load_question_field(field, &report->question);
}

bool upload_report_load(const void *bytes, size_t length, struct upload_report *ret_report)
{
	struct upload_report report = { 0 };
	struct pack pack = pack_over(bytes, length);
	struct pack_field field;

	while (pack_next(&pack, &field))
		if (!load_report_field(&field, &report))
			return false;
	if (pack.failed || !is_whole_question(&report.question))
		return false;
	*ret_report = report;
	return true;
}
