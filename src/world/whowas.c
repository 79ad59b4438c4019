/* Owns the nicknames that WHOWAS knows. */
#include "world/whowas.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/user.h"

#define PAST_USER_RECORD 1

static const struct field past_user_fields[] = {
	{ 1, FIELD_TEXT, FIELD_AT(past_user, char *, nick) },
	{ 2, FIELD_TEXT, FIELD_AT(past_user, char *, name) },
	{ 3, FIELD_TEXT, FIELD_AT(past_user, char *, host) },
	{ 4, FIELD_TEXT, FIELD_AT(past_user, char *, realname) },
	{ 5, FIELD_ADDRESS, FIELD_AT(past_user, struct address, address) },
	{ 6, FIELD_U64, FIELD_AT(past_user, uint64_t, left_wall_ms) },
};

void whowas_init(struct whowas *whowas)
{
	list_init(&whowas->past_users);
	whowas->count = 0;
}

static void past_user_free(struct past_user *past)
{
	list_remove(&past->in_whowas);
	free(past->nick);
	free(past->name);
	free(past->host);
	free(past->realname);
	free(past);
}

static void forget_all_but(struct whowas *whowas, size_t max_entries)
{
	for (; whowas->count > max_entries; whowas->count--)
		past_user_free(LIST_FIRST(&whowas->past_users, struct past_user, in_whowas));
}

void whowas_done(struct whowas *whowas)
{
	forget_all_but(whowas, 0);
}

static void append_past_user(struct whowas *whowas, struct past_user *past)
{
	list_add_last(&whowas->past_users, &past->in_whowas);
	whowas->count++;
}

void whowas_add(
	struct whowas *whowas, const struct user *user, uint64_t wall_ms, size_t max_entries)
{
	struct past_user *past = mem_new(sizeof(*past));

	past->nick = mem_text(user->nick);
	past->name = mem_text(user->name);
	past->host = mem_text(user->host);
	past->realname = mem_text(user->realname);
	past->address = user->address;
	past->left_wall_ms = wall_ms;
	append_past_user(whowas, past);
	forget_all_but(whowas, max_entries);
}

const struct past_user *whowas_find_before(const struct whowas *whowas, enum casemap casemap,
	const struct past_user *before, const char *nick)
{
	struct list *at = before ? before->in_whowas.previous : whowas->past_users.previous;

	for (; at != &whowas->past_users; at = at->previous) {
		const struct past_user *past = CONTAINER_OF(at, struct past_user, in_whowas);

		if (casemap_equals(casemap, past->nick, nick))
			return past;
	}
	return NULL;
}

void whowas_save(struct buffer *out, uint16_t id, const struct whowas *whowas)
{
	const struct past_user *past;
	size_t record;

	if (!whowas->count)
		return;
	record = pack_begin(out, id);
	LIST_EACH (past, &whowas->past_users, in_whowas) {
		size_t inner = pack_begin(out, PAST_USER_RECORD);

		fields_save(out, past_user_fields, ARRAY_LENGTH(past_user_fields), past);
		pack_end(out, inner);
	}
	pack_end(out, record);
}

static void load_past_user(struct whowas *whowas, struct pack record)
{
	struct past_user *past = mem_new(sizeof(*past));
	struct pack_field field;

	list_init(&past->in_whowas);
	while (pack_next(&record, &field))
		fields_load(past_user_fields, ARRAY_LENGTH(past_user_fields), past, &field);
	if (past->nick && past->name && past->host && past->realname)
		append_past_user(whowas, past);
	else
		past_user_free(past);
}

void whowas_load(struct whowas *whowas, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == PAST_USER_RECORD)
			load_past_user(whowas, pack_field_record(&field));
}
