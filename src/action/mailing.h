/* Mails with codes: who may cause one, and what is in it. */
#pragma once

#include "action/command.h"
#include "proto/mail_lines.h"
#include "world/accounts.h"
#include "world/mails.h"
#include "world/session.h"
#include "world/world.h"

/* A mail for the account of this name, to this address, which may be NULL: NULL, or why none can be
 * sent now, in a sentence without its full stop. */
const char *mailing_refusal(const struct world *world, const struct session *session,
	const char *name, const char *email);
/* May this address get a mail? A refusal would tell whose it is, so a client learns of it only for
 * an address that it has typed. */
bool mailing_may_reach(const struct world *world, const char *email);
/* Count a mail for these limits, whether or not one is sent. */
void mailing_count(
	struct world *world, const struct session *session, const char *name, const char *email);
/* Send a mail for the account, which has an e-mail address, and count it unless that was done. The
 * client is only told if it fails. */
void mailing_send(struct call *call, const struct account *account, enum mail_purpose purpose,
	bool is_by_service);
void mailing_begin(struct call *call, const struct account *account, enum mail_purpose purpose,
	bool is_by_service);
/* The same for an address that may become that of the account. */
void mailing_begin_change(struct call *call, const struct account *account, const char *email);

/* What is sent with this code. False: its account is gone. */
bool mailing_compose(const struct world *world, const struct mail *mail, const char *code,
	struct mail_message *ret_message);
