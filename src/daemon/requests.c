/* Owns the unanswered questions: a few hundred at most, see worker.h. */
#include "daemon/requests.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"

#define ASKED_RECORD 1
#define QUESTION_FIELD 20

static const struct field asked_fields[] = {
	{ 1, FIELD_U32, FIELD_AT(asked, uint32_t, kind) },
	{ 2, FIELD_U64, FIELD_AT(asked, uint64_t, session) },
	{ 3, FIELD_U64, FIELD_AT(asked, uint64_t, request.id) },
	{ 4, FIELD_TEXT, FIELD_AT(asked, char *, request.hash) },
	{ 5, FIELD_TEXT, FIELD_AT(asked, char *, request.password) },
	{ 6, FIELD_ADDRESS, FIELD_AT(asked, struct address, request.address) },
	{ 7, FIELD_TEXT, FIELD_AT(asked, char *, request.account) },
};

static void asked_done(struct asked *asked)
{
	mem_free_secret(asked->request.password);
	mem_free_secret(asked->request.hash);
	free(asked->request.account);
	free(asked->request.question);
}

void requests_done(struct requests *requests)
{
	for (size_t i = 0; i < requests->count; i++)
		asked_done(&requests->asked[i]);
	free(requests->asked);
	*requests = (struct requests){ 0 };
}

static void append_request(struct requests *requests, struct asked asked)
{
	requests->asked =
		mem_resize(requests->asked, requests->count + 1, sizeof(*requests->asked));
	requests->asked[requests->count++] = asked;
}

static struct bytes *copy_question(const struct bytes *question)
{
	return question ? mem_copy(question, sizeof(*question) + question->length) : NULL;
}

void requests_add(
	struct requests *requests, uint32_t kind, uint64_t session, const struct request *request)
{
	append_request(requests, (struct asked){
					 .kind = kind,
					 .session = session,
					 .request.id = request->id,
					 .request.address = request->address,
					 .request.hash = mem_text(request->hash),
					 .request.account = mem_text(request->account),
					 .request.password = mem_text(request->password),
					 .request.question = copy_question(request->question),
				 });
}

static void remove_at(struct requests *requests, size_t i)
{
	asked_done(&requests->asked[i]);
	requests->count--;
	memmove(requests->asked + i, requests->asked + i + 1,
		(requests->count - i) * sizeof(*requests->asked));
}

void requests_remove(struct requests *requests, uint64_t request)
{
	for (size_t i = requests->count; i-- > 0;)
		if (requests->asked[i].request.id == request)
			remove_at(requests, i);
}

void requests_forget(struct requests *requests, uint64_t session)
{
	for (size_t i = requests->count; i-- > 0;)
		if (requests->asked[i].session == session)
			remove_at(requests, i);
}

static void save_asked(struct buffer *out, const struct asked *asked)
{
	size_t record = pack_begin(out, ASKED_RECORD);

	fields_save(out, asked_fields, ARRAY_LENGTH(asked_fields), asked);
	if (asked->request.question)
		pack_bytes(out, QUESTION_FIELD, asked->request.question->bytes,
			asked->request.question->length);
	pack_end(out, record);
}

void requests_save(struct buffer *out, uint16_t id, const struct requests *requests)
{
	size_t record = pack_begin(out, id);

	for (size_t i = 0; i < requests->count; i++)
		save_asked(out, &requests->asked[i]);
	pack_end(out, record);
}

static bool is_whole_request(uint32_t kind, const struct request *request)
{
	if (kind == EFFECT_VERIFY)
		return request->hash && request->password;
	if (kind == EFFECT_CHECK)
		return request->account && request->password;
	if (kind == EFFECT_RECALL || kind == EFFECT_UPLOADS)
		return request->question;
	return kind == EFFECT_LOOKUP || kind == EFFECT_BLOCKLISTS || kind == EFFECT_AUTHENTICATE ||
	       kind == EFFECT_SECRET || (kind == EFFECT_DERIVE && request->password);
}

static void load_question(struct request *request, const struct pack_field *field)
{
	free(request->question);
	request->question = mem_space(sizeof(*request->question) + field->length);
	request->question->length = field->length;
	memcpy(request->question->bytes, field->bytes, field->length);
}

static void load_asked(struct requests *requests, struct pack record)
{
	struct asked asked = { 0 };
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == QUESTION_FIELD)
			load_question(&asked.request, &field);
		else
			fields_load(asked_fields, ARRAY_LENGTH(asked_fields), &asked, &field);
	if (is_whole_request(asked.kind, &asked.request))
		append_request(requests, asked);
	else
		asked_done(&asked);
}

void requests_load(struct requests *requests, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == ASKED_RECORD)
			load_asked(requests, pack_field_record(&field));
}
