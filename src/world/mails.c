/* Owns the mails that are not finished yet. */
#include "world/mails.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "proto/mail_code.h"
#include "world/world.h"

static const struct field mail_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(mail, uint64_t, request) },
	{ 2, FIELD_U64, FIELD_AT(mail, uint64_t, session) },
	{ 3, FIELD_U64, FIELD_AT(mail, uint64_t, account) },
	{ 4, FIELD_U8, FIELD_AT(mail, uint8_t, purpose) },
	{ 5, FIELD_BOOL, FIELD_AT(mail, bool, is_by_service) },
	{ 6, FIELD_TEXT, FIELD_AT(mail, char *, hash) },
	{ 7, FIELD_U64, FIELD_AT(mail, uint64_t, change) },
	{ 9, FIELD_TEXT, FIELD_AT(mail, char *, address) },
	{ 8, FIELD_BOOL, FIELD_AT(mail, bool, is_announced) },
};

bool mails_are_full(const struct world *world)
{
	return world->n_mails >= MAILS;
}

static struct mail *add_mail(struct world *world)
{
	struct mail *mail = mem_new(sizeof(*mail));

	list_add_last(&world->mails, &mail->in_world);
	world->n_mails++;
	return mail;
}

void mail_ask(struct world *world, const struct mail *fields)
{
	struct mail *mail = add_mail(world);

	mail->request = ++world->next_request;
	mail->session = fields->session;
	mail->account = fields->account;
	mail->purpose = fields->purpose;
	mail->address = mem_text(fields->address);
	mail->is_by_service = fields->is_by_service;
}

void mail_announce(struct outbox *outbox, struct mail *mail)
{
	mail->is_announced = true;
	outbox_add(outbox, EFFECT_MAIL, mail->session);
}

struct mail *mail_find(const struct world *world, uint64_t request)
{
	struct mail *mail;

	LIST_EACH (mail, &world->mails, in_world)
		if (mail->request == request)
			return mail;
	return NULL;
}

struct mail *mail_find_by_change(const struct world *world, uint64_t request)
{
	struct mail *mail;

	LIST_EACH (mail, &world->mails, in_world)
		if (mail->change == request)
			return mail;
	return NULL;
}

void mail_set_hash(struct mail *mail, const char *hash)
{
	mem_set_text(&mail->hash, hash);
}

void mail_set_change(struct mail *mail, uint64_t change)
{
	mail->change = change;
}

static void mail_free(struct mail *mail)
{
	list_remove(&mail->in_world);
	free(mail->hash);
	free(mail->address);
	free(mail);
}

void mail_forget(struct world *world, struct mail *mail)
{
	world->n_mails--;
	mail_free(mail);
}

void mails_forget_account(struct world *world, uint64_t account)
{
	struct mail *mail, *after;

	LIST_EACH_SAFE (mail, after, &world->mails, in_world)
		if (mail->account == account)
			mail_forget(world, mail);
}

void mails_done(struct world *world)
{
	while (!list_is_empty(&world->mails))
		mail_forget(world, LIST_FIRST(&world->mails, struct mail, in_world));
}

void mails_save(struct buffer *out, uint16_t id, const struct world *world)
{
	const struct mail *mail;

	LIST_EACH (mail, &world->mails, in_world) {
		size_t record = pack_begin(out, id);

		fields_save(out, mail_fields, ARRAY_LENGTH(mail_fields), mail);
		pack_end(out, record);
	}
}

static bool is_whole_mail(const struct mail *mail)
{
	return mail->request && mail->account && mail->address && mail->purpose &&
	       mail->purpose < MAIL_PURPOSES && (!mail->hash || mail_code_is_hash(mail->hash));
}

void mail_load(struct world *world, struct pack record)
{
	struct mail *mail = add_mail(world);
	struct pack_field field;

	while (pack_next(&record, &field))
		fields_load(mail_fields, ARRAY_LENGTH(mail_fields), mail, &field);
	if (!is_whole_mail(mail) || world->n_mails > MAILS)
		mail_forget(world, mail);
}

const char *mails_check(const struct world *world)
{
	const struct mail *mail;
	uint64_t request = 0;
	uint32_t n = 0;

	LIST_EACH (mail, &world->mails, in_world) {
		if (mail->request <= request || mail->request > world->next_request)
			return "mails are out of order, or still to come";
		request = mail->request;
		n++;
	}
	return n == world->n_mails ? NULL : "the number of mails is wrong";
}
