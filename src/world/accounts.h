/* Accounts: who people are, whatever their nicks and clients. The world holds all of them, and the
 * store makes them outlast it: rows come in at the start and after each change that was stored, and
 * nothing else changes an account.
 *
 * Names of accounts have the syntax and the case mapping of nicks, and each is also a nick of its
 * account. Ids are never used again: what refers to one cannot reach another account that takes
 * the name later. An account without a login takes less than 300 bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/map.h"
#include "base/ordered.h"
#include "proto/scram_verifier.h"
#include "proto/tls_facts.h"
#include "world/looks.h"

struct user;
struct world;

/* Another nick of the account. */
struct account_nick {
	struct list in_account;
	struct look look;
	struct account *account;
	char *name;
	char *folded; /* the key of the map; in the memory of the name */
	char *key;    /* of its row, if the case mapping was another then; NULL: the folded form */
	uint64_t created_wall_ms;
};

/* A certificate or its key, which suffices to log in. */
enum certificate_flag {
	/* Its owner was told it, and has not shown that it has the key. Another client, which has
	 * it, must not find itself in that account: it logs in only if it names the account. */
	CERTIFICATE_FLAG_UNPROVEN = 1 << 0,
};

struct account_certificate {
	struct list in_account;
	struct account *account;
	char *fingerprint; /* in the form of certfp_format() */
	char *name;	   /* which its client has given it; NULL: none */
	uint64_t created_wall_ms;
	uint32_t flags; /* enum certificate_flag */
};

#define CERTIFICATE_NAME_BYTES 64 /* IRCv3 client-cert */
/* A code that was sent to the e-mail address, see mails.h. */
struct account_code {
	char *hash;  /* of mail_code_hash(); NULL: none */
	char *email; /* the new one that it is for; NULL: none */
	uint64_t until_wall_ms;
	uint8_t purpose; /* enum mail_purpose */
};

/* What few accounts have. */
struct account_extras {
	struct list nicks;	  /* struct account_nick.in_account, oldest first */
	struct list certificates; /* struct account_certificate.in_account, likewise */
	struct list endpoints;	  /* struct push_endpoint.in_account, likewise */
	uint32_t n_nicks;
	uint32_t n_certificates;
	char *email; /* NULL: none */
	char *hash;  /* crypt(3), of an imported password, instead of the verifier; NULL: none */
	struct account_code code;
	char *totp;	    /* its logins need a code: a text of totp_hash(); NULL: they do not */
	char *totp_offered; /* a new secret, likewise, that is not confirmed yet; NULL: none */
	struct buffer rest; /* fields of its row that a later release has added, as they are */
	struct account_marks *marks; /* NULL: none */
};

extern const struct account_extras account_no_extras;

/* The settings of an account, chosen by its owner. Saved in the database. */
enum account_flag {
	ACCOUNT_FLAG_UNVERIFIED = 1 << 0, /* its e-mail address is not verified yet: no login */
	ACCOUNT_FLAG_SUSPENDED = 1 << 1,  /* by an operator: no login */
	ACCOUNT_FLAG_OUTSIDE = 1 << 2,	  /* an outside checker alone says who may log in */
	ACCOUNT_FLAG_NO_RANKS = 1 << 3,	  /* it gets its ranks on channels only on request */
	ACCOUNT_FLAG_HELD = 1 << 12,	  /* by an operator: it does not expire */
	ACCOUNT_FLAG_USED = 1 << 13,	  /* used_day is newer than in the database */
	/* The choice of its owner, if the administrator leaves it: are its nicks protected? */
	ACCOUNT_FLAG_PROTECTED = 1 << 4,
	ACCOUNT_FLAG_UNPROTECTED = 1 << 5,
	/* Likewise: may several clients share a nick? See account_wishes.h. */
	ACCOUNT_FLAG_SHARED = 1 << 16,
	ACCOUNT_FLAG_UNSHARED = 1 << 17,
	ACCOUNT_FLAG_ALWAYS_ON = 1 << 18,
	ACCOUNT_FLAG_NOT_ALWAYS_ON = 1 << 19,
	ACCOUNT_FLAG_AUTO_AWAY = 1 << 20,
	ACCOUNT_FLAG_NO_AUTO_AWAY = 1 << 21,
};

struct account {
	uint64_t id; /* of its row */
	struct look look;
	char *name;
	char *folded; /* the key of the map; in the memory of the name */
	uint64_t created_wall_ms;
	uint64_t change;	       /* the request that is changing it, see changes.h; 0: none */
	struct account_extras *extras; /* NULL: none; for account_extras() */
	uint32_t flags;		       /* enum account_flag */
	uint32_t used_day; /* when someone last used it, see world_today(); 0: not known */
	struct scram_verifier verifier; /* of its password; no rounds: it has none */
};

struct accounts {
	struct ordered all; /* by their ids */
	struct map by_name;
	struct map nicks;	 /* struct account_nick */
	struct looks looks;	 /* of their names, see account_alike.h */
	struct looks nick_looks; /* of their other nicks */
	struct map certificates; /* struct account_certificate */
	uint32_t n_endpoints;	 /* of all accounts, see push_endpoints.h */
};

/* The fields of a row. */
struct account_fields {
	char *name;
	char *folded;
	uint64_t created_wall_ms;
	char *verifier; /* the text of a scram_verifier or a hash of crypt(3); NULL: no password */
	char *email;
	uint32_t flags;
	uint32_t used_day;
	struct account_code code;
	char *totp;
	char *totp_offered;
	struct buffer rest; /* other fields */
};

struct account_nick_fields {
	char *key; /* of the row */
	char *name;
	uint64_t created_wall_ms;
};

struct account_certificate_fields {
	char *fingerprint;
	uint64_t created_wall_ms;
	char *name;
	uint32_t flags;
};

/* For reading; empty extras if it has none. */
static inline const struct account_extras *account_extras(const struct account *account)
{
	return account->extras ? account->extras : &account_no_extras;
}

/* For writing; allocates them if needed. */
struct account_extras *account_need_extras(struct account *account);

static inline char *account_nick_row_key(const struct account_nick *nick)
{
	return nick->key ? nick->key : nick->folded;
}

void accounts_init(struct accounts *accounts, uint64_t seed_low, uint64_t seed_high);
void accounts_done(struct accounts *accounts);

/* NULL: none. */
struct account *account_find(const struct world *world, const char *name);
struct account *account_find_id(const struct world *world, uint64_t id);
/* That of a user; NULL: it is not logged in, or not to an account of the database. */
struct account *account_of_user(const struct world *world, const struct user *user);
/* The account that has the nick, as its name or as another nick. */
struct account *account_find_owner(const struct world *world, const char *nick);
/* Is the user logged in to the account that has its nick? */
bool account_has_nick_of_user(const struct world *world, const struct user *user);
struct account_nick *account_find_nick(const struct world *world, const char *nick);
/* NULL: no account has it. */
struct account_certificate *account_find_any_certificate(
	const struct world *world, const char *fingerprint);
struct account *account_find_certificate(const struct world *world, const char *fingerprint);
/* That certificate of the account; NULL: it has none. */
const struct account_certificate *account_certificate_of(
	const struct world *world, const struct account *account, const char *fingerprint);

/* The certificate or key of the client as this account has it, or any account if that is NULL; a
 * proven one before one that was only named. NULL facts have none. */
const struct account_certificate *account_certificate_by_tls(
	const struct world *world, const struct tls_facts *facts, const struct account *account);

/* Its password as password_matches() reads it; the caller frees. NULL: it has none. */
char *account_verifier_text(const struct account *account);

/* What a row says takes effect, see account_rows.h. Texts are taken over. False: the id is that of
 * an account which was removed, or another account has the name, nick or fingerprint. */
bool account_put(struct world *world, uint64_t id, struct account_fields *fields);
bool account_put_nick(
	struct world *world, struct account *account, struct account_nick_fields *fields);
bool account_put_certificate(
	struct world *world, struct account *account, struct account_certificate_fields *fields);
void account_remove(struct world *world, struct account *account);
/* Harmless if the account has none with this key. */
void account_remove_nick(struct world *world, struct account *account, const char *key);
void account_remove_certificate(
	struct world *world, struct account *account, const char *fingerprint);

/* It is used today: harmless if that is known. */
void account_note_use(const struct world *world, struct account *account);
/* Its day of use is stored, or was not. */
void account_set_used_flag(struct account *account, bool is_set);

void accounts_forget(struct world *world); /* all */

/* Find them again under another case mapping, which lets no two names clash. */
void accounts_fold(struct world *world);
struct account_marks *account_need_marks(struct account *account);

/* The first contradiction, or NULL. */
const char *accounts_check(const struct world *world);
