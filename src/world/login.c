/* Owns logins that are under way. */
#include "world/login.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/message.h"
#include "world/session.h"

#define MESSAGE_FIELD 100

static const struct field login_fields[] = {
	{ 1, FIELD_U8, FIELD_AT(login, uint8_t, kind) },
	{ 2, FIELD_U8, FIELD_AT(login, uint8_t, mechanism) },
	{ 3, FIELD_U8, FIELD_AT(login, uint8_t, step) },
	{ 4, FIELD_TEXT, FIELD_AT(login, char *, name) },
	{ 5, FIELD_TEXT, FIELD_AT(login, char *, email) },
	{ 6, FIELD_U64, FIELD_AT(login, uint64_t, begun_ms) },
	{ 7, FIELD_U64, FIELD_AT(login, uint64_t, refused_ms) },
	{ 8, FIELD_U64, FIELD_AT(login, uint64_t, account) },
	{ 9, FIELD_TEXT, FIELD_AT(login, char *, code_hash) },
	{ 40, FIELD_BOOL, FIELD_AT(login, bool, is_invited) },
	{ 41, FIELD_U64, FIELD_AT(login, uint64_t, expires_wall_ms) },
	{ 10, FIELD_TEXT, FIELD_AT(login, char *, scram.name) },
	{ 11, FIELD_TEXT, FIELD_AT(login, char *, scram.acts_for) },
	{ 12, FIELD_TEXT, FIELD_AT(login, char *, scram.header) },
	{ 13, FIELD_TEXT, FIELD_AT(login, char *, scram.first_bare) },
	{ 14, FIELD_TEXT, FIELD_AT(login, char *, scram.nonce) },
	{ 15, FIELD_TEXT, FIELD_AT(login, char *, scram.server_first) },
};

struct login *login_of(const struct session *session)
{
	return session_extras(session)->login;
}

struct login *login_begin(struct session *session, enum login_kind kind)
{
	struct login *login = mem_new(sizeof(*login));

	login_end(session);
	login->kind = (uint8_t) kind;
	login->message.is_secret = true;
	session_need_extras(session)->login = login;
	return login;
}

void login_end(struct session *session)
{
	if (login_of(session))
		login_free(TAKE(session->extras->login));
}

void login_free(struct login *login)
{
	if (!login)
		return;
	buffer_done(&login->message);
	scram_done(&login->scram);
	free(login->name);
	free(login->email);
	free(login->code_hash);
	free(login);
}

void login_forget_secret(struct login *login)
{
	buffer_done(&login->message);
	login->message.is_secret = true;
}

bool login_holds_secret(const struct login *login)
{
	return login && login->message.length;
}

void login_save(struct buffer *out, uint16_t id, const struct login *login)
{
	size_t record = pack_begin(out, id);

	fields_save(out, login_fields, ARRAY_LENGTH(login_fields), login);
	pack_bytes(out, MESSAGE_FIELD, login->message.bytes, login->message.length);
	pack_end(out, record);
}

static bool is_whole_login(const struct login *login)
{
	return login->kind && login->kind < LOGIN_KINDS && login->mechanism < SASL_MECHANISMS &&
	       login->step <= LOGIN_STEP_REFUSED &&
	       (login->step == LOGIN_STEP_FIRST || login->step == LOGIN_STEP_REFUSED ||
		       login->scram.server_first);
}

struct login *login_load(struct pack record)
{
	struct login *login = mem_new(sizeof(*login));
	struct pack_field field;

	login->message.is_secret = true;
	while (pack_next(&record, &field))
		if (field.id == MESSAGE_FIELD)
			buffer_put(&login->message, field.bytes, field.length);
		else
			fields_load(login_fields, ARRAY_LENGTH(login_fields), login, &field);
	if (!is_whole_login(login))
		login_free(TAKE(login));
	return login;
}

void login_hide_secret(struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == MESSAGE_FIELD)
			message_mask((char *) (uintptr_t) field.bytes, field.length);
}
