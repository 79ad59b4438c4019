/* Owns the limits of mails and their built-in texts.
 *
 * papod sends mails to addresses that strangers type: the limits count per account, per e-mail
 * address and per address of a client, so that no mailbox can be flooded. */
#include "action/mailing.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/casemap.h"
#include "proto/mail_template.h"

#define DAY_SECONDS 86400
#define MINUTE_MS 60000u
#define HOUR_MS (60 * MINUTE_MS)
#define TIME_BYTES 32

static const char verify_text[] =
	"Subject: Your account {account} on {network}\n"
	"\n"
	"Somebody, probably you, has registered the account {account} on the\n"
	"chat server {server} with this e-mail address. To begin to use it, type\n"
	"\n"
	"/msg NickServ VERIFY {account} {code}\n"
	"\n"
	"there within {time}. Otherwise the account ends.\n"
	"\n"
	"If this was not you, you need not do anything.\n";

static const char reset_text[] =
	"Subject: The password of {account} on {network}\n"
	"\n"
	"Somebody, probably you, wants a new password for the account {account}\n"
	"on the chat server {server}. To choose it, type\n"
	"\n"
	"/msg NickServ SETPASS {account} {code} new-password\n"
	"\n"
	"there within {time}.\n"
	"\n"
	"If this was not you, you need not do anything: the old password stays.\n";

static const char email_text[] =
	"Subject: Your e-mail address on {network}\n"
	"\n"
	"Somebody, probably you, wants this to be the e-mail address of the account\n"
	"{account} on the chat server {server}. To agree, type\n"
	"\n"
	"/msg NickServ VERIFY {account} {code}\n"
	"\n"
	"there within {time}, while you are logged in.\n"
	"\n"
	"If this was not you, you need not do anything.\n";

/* Limits */

static struct rate mail_rate(const struct world *world)
{
	return (struct rate){ world->settings->accounts.mails_per_day, DAY_SECONDS };
}

/* In any case of letters, like most mail servers. */
static void key_of_email(char key[TALLY_KEY_BYTES], const char *email)
{
	CLEANUP(mem_freep) char *lower = mem_text(email);

	for (char *at = lower; *at; at++)
		*at = text_lower(*at);
	tally_key_of_name(key, TALLY_MAIL, lower);
}

/* A client may type an e-mail address as the name: no address begins with a space. */
static void key_of_account(const struct world *world, char key[TALLY_KEY_BYTES], const char *name)
{
	CLEANUP(mem_freep) char *folded = casemap_fold(world->casemap, name);
	CLEANUP(buffer_done) struct buffer marked = { 0 };

	buffer_format(&marked, " %s", folded);
	tally_key_of_name(key, TALLY_MAIL, buffer_text(&marked));
}

static bool may_mail(const struct world *world, const char *key)
{
	return tally_can_take(&world->tallies, key, world->now_ms, mail_rate(world));
}

bool mailing_may_reach(const struct world *world, const char *email)
{
	char key[TALLY_KEY_BYTES];

	key_of_email(key, email);
	return may_mail(world, key);
}

const char *mailing_refusal(const struct world *world, const struct session *session,
	const char *name, const char *email)
{
	char key[TALLY_KEY_BYTES];

	if (mails_are_full(world))
		return "Too many mails wait to be sent, try again later";
	tally_key(key, TALLY_MAIL, &session->address, NULL);
	if (!may_mail(world, key))
		return "Too many mails were sent because of your address, try again tomorrow";
	key_of_account(world, key, name);
	if (!may_mail(world, key))
		return "Too many mails were sent for this account, try again tomorrow";
	return !email || mailing_may_reach(world, email)
		       ? NULL
		       : "Too many mails were sent to this e-mail address, try again tomorrow";
}

static void count_mail(struct world *world, const char *key)
{
	tally_take(&world->tallies, key, world->now_ms, mail_rate(world));
}

void mailing_count(
	struct world *world, const struct session *session, const char *name, const char *email)
{
	char key[TALLY_KEY_BYTES];

	tally_key(key, TALLY_MAIL, &session->address, NULL);
	count_mail(world, key);
	key_of_account(world, key, name);
	count_mail(world, key);
	if (!email)
		return;
	key_of_email(key, email);
	count_mail(world, key);
}

void mailing_send(struct call *call, const struct account *account, enum mail_purpose purpose,
	bool is_by_service)
{
	const struct mail mail = {
		.session = call->session->id,
		.account = account->id,
		.purpose = (uint8_t) purpose,
		.is_by_service = is_by_service,
		.address = account_extras(account)->email,
	};

	mail_ask(call->world, &mail);
}

static void begin_mail(struct call *call, const struct account *account, struct mail mail)
{
	mail.session = call->session->id;
	mail.account = account->id;
	mailing_count(call->world, call->session, account->name, mail.address);
	mail_ask(call->world, &mail);
}

void mailing_begin(struct call *call, const struct account *account, enum mail_purpose purpose,
	bool is_by_service)
{
	begin_mail(call, account,
		(struct mail){ .purpose = (uint8_t) purpose,
			.is_by_service = is_by_service,
			.address = account_extras(account)->email });
}

void mailing_begin_change(struct call *call, const struct account *account, const char *email)
{
	CLEANUP(mem_freep) char *address = mem_text(email);

	begin_mail(call, account,
		(struct mail){
			.purpose = MAIL_PURPOSE_EMAIL, .is_by_service = true, .address = address });
}

/* Texts */

static const char *template_of(const struct settings *settings, const struct mail *mail)
{
	if (mail->purpose == MAIL_PURPOSE_EMAIL)
		return email_text;
	if (mail->purpose == MAIL_PURPOSE_RESET)
		return settings->mail.reset ? settings->mail.reset : reset_text;
	return settings->mail.verify ? settings->mail.verify : verify_text;
}

static void write_code_time(uint32_t ms, char time[TIME_BYTES])
{
	if (ms % HOUR_MS)
		snprintf(time, TIME_BYTES, "%u minutes", ms / MINUTE_MS);
	else if (ms == HOUR_MS)
		snprintf(time, TIME_BYTES, "an hour");
	else
		snprintf(time, TIME_BYTES, "%u hours", ms / HOUR_MS);
}

bool mailing_compose(const struct world *world, const struct mail *mail, const char *code,
	struct mail_message *ret_message)
{
	const struct account *account = account_find_id(world, mail->account);
	const struct settings *settings = world->settings;
	char time[TIME_BYTES];
	const char *words[MAIL_WORD_COUNT] = {
		[MAIL_WORD_CODE] = code,
		[MAIL_WORD_SERVER] = settings->server_name,
		[MAIL_WORD_NETWORK] =
			settings->network_name ? settings->network_name : settings->server_name,
		[MAIL_WORD_TIME] = time,
	};
	struct mail_message message = { 0 };

	if (!account)
		return false;
	words[MAIL_WORD_ACCOUNT] = account->name;
	write_code_time(settings->accounts.code_ms, time);
	if (mail_template_use(template_of(settings, mail), words, &message))
		return false;
	message.to = mem_text(mail->address);
	message.from = mem_text(settings->mail.from);
	*ret_message = message;
	return true;
}
