/* Mails with a code for the owner of an account, until sendmail has taken them and the hash of the
 * code is stored.
 *
 * An EFFECT_MAIL announces one; the daemon then reads it here, draws the code and sends it: the
 * world never knows the code, and so no recording does. The EVENT_MAILED has its hash, which is
 * stored with the account, and the mail ends. A mail in flight is part of the world: the next
 * process sends it again, with another code, so that a crash may cause two mails, of which the last
 * one counts. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"
#include "world/outbox.h"

struct world;

#define MAILS 256 /* in flight, at most */

/* What the code is for. Saved in snapshots and in the database. */
enum mail_purpose {
	MAIL_PURPOSE_NONE,
	MAIL_PURPOSE_VERIFY, /* the e-mail address of a new account */
	MAIL_PURPOSE_RESET,  /* another password */
	MAIL_PURPOSE_EMAIL,  /* another e-mail address */
};
#define MAIL_PURPOSES (MAIL_PURPOSE_EMAIL + 1)

/* The status of an EVENT_MAILED. */
enum mailed {
	MAILED_YES,
	MAILED_REFUSED, /* sendmail does not accept this mail */
	MAILED_FAILED,
};

struct mail {
	struct list in_world;
	uint64_t request;   /* from world->next_request */
	uint64_t session;   /* of the client that caused it; it may be gone */
	uint64_t account;   /* its id; it may be gone */
	uint8_t purpose;    /* enum mail_purpose */
	bool is_announced;  /* by an EFFECT_MAIL, at the end of its event */
	bool is_by_service; /* NickServ was asked for it, not the command REGISTER */
	char *address;	    /* where it goes */
	char *hash;	    /* of mail_code_hash(), once it is sent; NULL: it is in flight */
	uint64_t change;    /* the request that stores the hash; 0: not asked yet */
};

/* True: no further mail may be asked for now. */
bool mails_are_full(const struct world *world);
/* Send it once this event is over, and take its fields; the request comes from the world. */
void mail_ask(struct world *world, const struct mail *fields);
void mail_announce(struct outbox *outbox, struct mail *mail);
struct mail *mail_find(const struct world *world, uint64_t request);	       /* NULL: none */
struct mail *mail_find_by_change(const struct world *world, uint64_t request); /* NULL: none */
/* It was sent; the text is copied. */
void mail_set_hash(struct mail *mail, const char *hash);
void mail_set_change(struct mail *mail, uint64_t change);
void mail_forget(struct world *world, struct mail *mail);
/* All mails of the account: their codes will not count. */
void mails_forget_account(struct world *world, uint64_t account);
void mails_done(struct world *world);

void mails_save(struct buffer *out, uint16_t id, const struct world *world);
/* One of another release that makes no sense is left out. */
void mail_load(struct world *world, struct pack record);
/* The first contradiction, or NULL. */
const char *mails_check(const struct world *world);
