/* Owns the codes and mails of a scenario. */
#include "fake_mailer.h"

#include <string.h>

#include "action/mailing.h"
#include "base/cleanup.h"
#include "proto/mail_code.h"
#include "world/mails.h"

void fake_mailer_done(struct fake_mailer *mailer)
{
	buffer_done(&mailer->last);
}

static void note_mail(struct fake_mailer *mailer, const struct mail_message *message)
{
	CLEANUP(buffer_done) struct buffer line = { .is_secret = true };
	char reason[MAIL_REASON_BYTES];

	buffer_clear(&mailer->last);
	if (!mail_format_message(message, reason, &line))
		buffer_format(&mailer->last, "not sent: %s", reason);
	else
		buffer_format(
			&mailer->last, "%s %s: %s", message->to, message->subject, message->text);
	for (size_t i = 0; i < mailer->last.length; i++)
		if (mailer->last.bytes[i] == '\n')
			mailer->last.bytes[i] = ' ';
}

static enum mailed send_mail(
	struct fake_mailer *mailer, const struct world *world, const struct mail *mail)
{
	CLEANUP(mail_message_done) struct mail_message message = { 0 };
	uint8_t random[MAIL_CODE_RANDOM_BYTES];
	char code[MAIL_CODE_BYTES];

	memset(random, ++mailer->n_codes, sizeof(random));
	mail_code_write(random, code);
	mail_code_hash(code, mailer->hash);
	if (mailer->is_failing || mailer->is_refusing ||
		!mailing_compose(world, mail, code, &message)) {
		mailer->hash[0] = '\0';
		return mailer->is_refusing ? MAILED_REFUSED : MAILED_FAILED;
	}
	note_mail(mailer, &message);
	return MAILED_YES;
}

bool fake_mailer_answer(
	struct fake_mailer *mailer, const struct world *world, struct event *ret_event)
{
	const struct mail *mail;

	if (mailer->is_held)
		return false;
	LIST_EACH (mail, &world->mails, in_world) {
		if (mail->hash || mail->request <= mailer->answered)
			continue;
		mailer->answered = mail->request;
		*ret_event = (struct event){ .kind = EVENT_MAILED,
			.request = mail->request,
			.status = send_mail(mailer, world, mail),
			.text = mailer->hash };
		ret_event->text_length = strlen(mailer->hash);
		return true;
	}
	return false;
}
