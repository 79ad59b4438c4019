/* Owns the way from a mail that was sent to a code that is stored, and what the client that caused
 * it is told if it ends before. */
#include "bots/code_mails.h"

#include <string.h>

#include "action/reply.h"
#include "action/verifying.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "bots/voice.h"
#include "proto/mail_code.h"
#include "world/account_edit.h"
#include "world/accounts.h"
#include "world/mails.h"
#include "world/session.h"

/* Harmless if the client has left. A client that wants another password is not told, as that would
 * tell which accounts have an e-mail address; the journal is. */
static void report_lost_mail(
	struct world *world, struct outbox *outbox, const struct mail *mail, const char *text)
{
	struct session *session = session_find(world, mail->session);
	const struct account *account = account_find_id(world, mail->account);
	struct call call = { .world = world, .outbox = outbox, .session = session };

	if (!session || session->is_closing || mail->purpose == MAIL_PURPOSE_RESET)
		return;
	call.user = session->user;
	if (mail->is_by_service && call.user)
		service_say(&call, &service_nickserv, "%s.", text);
	else
		reply_line(&call, ":%s FAIL VERIFY TEMPORARILY_UNAVAILABLE %s :%s",
			world->settings->server_name, account ? account->name : "*", text);
}

static void end_lost_mail(
	struct world *world, struct outbox *outbox, struct mail *mail, const char *text)
{
	report_lost_mail(world, outbox, mail, text);
	mail_forget(world, mail);
}

void code_mailed(struct world *world, struct outbox *outbox, const struct event *event)
{
	CLEANUP(mem_freep) char *hash = mem_text_n(event->text, event->text_length);
	struct mail *mail = mail_find(world, event->request);

	if (!mail || mail->hash)
		return;
	if (event->status == MAILED_YES && mail_code_is_hash(hash))
		mail_set_hash(mail, hash);
	else if (event->status == MAILED_REFUSED)
		end_lost_mail(world, outbox, mail,
			"The mail was refused: the e-mail address may be wrong");
	else
		end_lost_mail(world, outbox, mail,
			"The mail could not be sent; type /msg NickServ HELP RESEND, and try "
			"again later");
}

static void edit_code(struct account_fields *fields, const void *data)
{
	fields->code = *(const struct account_code *) data;
}

static void store_code(struct world *world, struct outbox *outbox, struct mail *mail,
	const struct account *account)
{
	const struct account_code code = {
		.hash = mail->hash,
		.email = mail->purpose == MAIL_PURPOSE_EMAIL ? mail->address : NULL,
		.until_wall_ms = world->wall_ms + world->settings->accounts.code_ms,
		.purpose = mail->purpose,
	};
	struct change *change = change_new();

	change->kind = CHANGE_KIND_CODE;
	change->account = account->id;
	account_edit(world, change, account, edit_code, &code);
	change_ask(world, outbox, NULL, change);
	mail_set_change(mail, change->request);
}

/* The account is gone, or the mail went to an e-mail address that it has no more. Its owner, who is
 * logged in, has the one code that an account can have, and a stranger does not replace it. */
static bool is_code_useless(
	const struct world *world, const struct mail *mail, const struct account *account)
{
	const char *email = account ? account_extras(account)->email : NULL;

	if (!account)
		return world->storage >= STORAGE_FAILING;
	if (mail->purpose == MAIL_PURPOSE_RESET && verifying_waits_for_email(world, account))
		return true;
	return mail->purpose != MAIL_PURPOSE_EMAIL && (!email || strcmp(email, mail->address) != 0);
}

void code_mails_go_on(struct world *world, struct outbox *outbox)
{
	struct mail *mail, *after;

	LIST_EACH_SAFE (mail, after, &world->mails, in_world) {
		const struct account *account = account_find_id(world, mail->account);

		if (!mail->is_announced)
			mail_announce(outbox, mail);
		if (!mail->hash || mail->change)
			continue;
		if (is_code_useless(world, mail, account))
			mail_forget(world, mail);
		else if (account && !account->change)
			store_code(world, outbox, mail, account);
	}
}

void code_stored(
	struct world *world, struct outbox *outbox, const struct change *change, enum stored status)
{
	struct mail *mail = mail_find_by_change(world, change->request);

	if (!mail)
		return;
	if (status == STORED_YES)
		mail_forget(world, mail);
	else
		end_lost_mail(world, outbox, mail,
			"The code that was sent could not be stored, and is not valid; try again "
			"later");
}
