/* A login that a client has begun, until it has an answer: SASL, between its lines and while the
 * password is checked; and everything else that needs a password checked or derived.
 *
 * What a password is said to be wrong for is answered LOGIN_REFUSAL_MS after it came, so that
 * neither the text nor the time of an answer tells which accounts exist.
 *
 * Lines with a secret are overwritten once they are handled (see outbox.h), and a replay must lead
 * to the same state without it. So a message of SASL is only collected here, by its length; daemon
 * reads it, checks it, and says in its answer which account it was for. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/pack.h"
#include "proto/sasl.h"
#include "proto/scram.h"

struct session;

#define LOGIN_REFUSAL_MS 1000

/* What the client asked for. Saved in snapshots. */
enum login_kind {
	LOGIN_KIND_SASL = 1,	      /* AUTHENTICATE */
	LOGIN_KIND_PASS,	      /* PASS account:password */
	LOGIN_KIND_REGISTER,	      /* REGISTER, its password is being derived */
	LOGIN_KIND_IDENTIFY,	      /* of NickServ */
	LOGIN_KIND_NICKSERV_REGISTER, /* its REGISTER, likewise */
	LOGIN_KIND_PASSWD,	      /* its PASSWD, likewise */
	LOGIN_KIND_VERIFY,	      /* VERIFY, its code is being checked */
	LOGIN_KIND_NICKSERV_VERIFY,   /* VERIFY of NickServ, likewise */
	LOGIN_KIND_SETPASS,	      /* SETPASS of NickServ, likewise */
	LOGIN_KIND_TOTP_ON,	      /* its TOTP, a secret is being made */
	LOGIN_KIND_TOTP_CONFIRM,      /* a code is being checked, likewise below */
	LOGIN_KIND_TOTP_OFF,
	LOGIN_KIND_INVITATION, /* of NickServ, one is being made */
	LOGIN_KIND_OPER,       /* OPER, its password is being checked */
	LOGIN_KIND_UPLOAD,     /* FILEHOST CHECK: a message of SASL, which came to papod-gate */
};
#define LOGIN_KINDS (LOGIN_KIND_UPLOAD + 1)

/* SCRAM needs three messages of the client, other mechanisms one. */
enum login_step {
	LOGIN_STEP_FIRST,
	LOGIN_STEP_PROOF,
	LOGIN_STEP_ACCEPT,  /* the client has logged in, and is about to say that it believes us */
	LOGIN_STEP_REFUSED, /* OAUTHBEARER: the client was sent why, and has to answer */
};

struct login {
	uint8_t kind;	       /* enum login_kind */
	uint8_t mechanism;     /* enum sasl_mechanism */
	uint8_t step;	       /* enum login_step */
	struct buffer message; /* characters of SASL so far; or the password of PASS */
	struct scram scram;
	char *name;	  /* of the account that it is for, once that is known */
	uint64_t account; /* its id, if it was there then; 0: none */
	char *email;	  /* of REGISTER; NULL: none */
	char *code_hash;  /* of SETPASS, which must still be that of the account afterwards */
	bool is_invited;  /* to register, see registration_tokens.h */
	uint64_t expires_wall_ms; /* of the invitation that is being made */
	uint64_t begun_ms;	  /* when what is being checked came */
	uint64_t refused_ms;	  /* it is refused, and is told at that time; 0: not refused */
};

/* Replaces an older one, which is forgotten. */
struct login *login_begin(struct session *session, enum login_kind kind);
void login_end(struct session *session); /* harmless without one */
void login_free(struct login *login);	 /* NULL is allowed */

/* NULL: none. */
struct login *login_of(const struct session *session);

/* Its message was checked: overwrite it. */
void login_forget_secret(struct login *login);
/* Does it hold a password or a proof? */
bool login_holds_secret(const struct login *login); /* NULL: no */

void login_save(struct buffer *out, uint16_t id, const struct login *login);
struct login *login_load(struct pack record); /* NULL: unknown to this release */
/* Mask the secret in a saved login. */
void login_hide_secret(struct pack record);
