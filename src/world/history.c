/* Owns the history of nicknames. */
#include "world/history.h"

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

void history_init(struct history *history)
{
	list_init(&history->past_users);
	history->count = 0;
}

static void past_user_free(struct past_user *past)
{
	list_remove(&past->in_history);
	free(past->nick);
	free(past->name);
	free(past->host);
	free(past->realname);
	free(past);
}

static void forget_all_but(struct history *history, size_t max_entries)
{
	for (; history->count > max_entries; history->count--)
		past_user_free(LIST_FIRST(&history->past_users, struct past_user, in_history));
}

void history_done(struct history *history)
{
	forget_all_but(history, 0);
}

static void append_past_user(struct history *history, struct past_user *past)
{
	list_add_last(&history->past_users, &past->in_history);
	history->count++;
}

void history_add(
	struct history *history, const struct user *user, uint64_t wall_ms, size_t max_entries)
{
	struct past_user *past = mem_new(sizeof(*past));

	past->nick = mem_text(user->nick);
	past->name = mem_text(user->name);
	past->host = mem_text(user->host);
	past->realname = mem_text(user->realname);
	past->address = user->address;
	past->left_wall_ms = wall_ms;
	append_past_user(history, past);
	forget_all_but(history, max_entries);
}

const struct past_user *history_find_before(const struct history *history, enum casemap casemap,
	const struct past_user *before, const char *nick)
{
	struct list *at = before ? before->in_history.previous : history->past_users.previous;

	for (; at != &history->past_users; at = at->previous) {
		const struct past_user *past = CONTAINER_OF(at, struct past_user, in_history);

		if (casemap_equals(casemap, past->nick, nick))
			return past;
	}
	return NULL;
}

void history_save(struct buffer *out, uint16_t id, const struct history *history)
{
	const struct past_user *past;
	size_t record;

	if (!history->count)
		return;
	record = pack_begin(out, id);
	LIST_EACH (past, &history->past_users, in_history) {
		size_t inner = pack_begin(out, PAST_USER_RECORD);

		fields_save(out, past_user_fields, ARRAY_LENGTH(past_user_fields), past);
		pack_end(out, inner);
	}
	pack_end(out, record);
}

static void load_past_user(struct history *history, struct pack record)
{
	struct past_user *past = mem_new(sizeof(*past));
	struct pack_field field;

	list_init(&past->in_history);
	while (pack_next(&record, &field))
		fields_load(past_user_fields, ARRAY_LENGTH(past_user_fields), past, &field);
	if (past->nick && past->name && past->host && past->realname)
		append_past_user(history, past);
	else
		past_user_free(past);
}

void history_load(struct history *history, struct pack record)
{
	struct pack_field field;

	while (pack_next(&record, &field))
		if (field.id == PAST_USER_RECORD)
			load_past_user(history, pack_field_record(&field));
}
