/* Changes of stored things that are on their way to the disk.
 *
 * A command that changes an account or a registered channel makes a change: rows as they shall be,
 * who asked, and what to answer. An EFFECT_STORE announces it; the daemon then reads the
 * change here. The rows take effect with the EVENT_STORED that says they are on the disk, and the
 * client is answered then: nothing is acknowledged that a power failure could lose. Until then the
 * change is part of the world, and the next process asks for it again: a request is named by
 * world->birth and its number, and the store carries out each only once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"
#include "proto/store_row.h"
#include "world/outbox.h"

struct world;
struct session;

/* What is done when it is stored or refused: see stored.c of command. Saved in snapshots. */
enum change_kind {
	CHANGE_KIND_NONE,	   /* there is no answer */
	CHANGE_KIND_CHANNEL,	   /* text: what ChanServ says once it is stored */
	CHANGE_KIND_CHANNEL_SAVED, /* what a registered channel has become; changes nothing here */
	CHANGE_KIND_REGISTER,
	CHANGE_KIND_BANS_SAVED,	       /* bans of the server, likewise */
	CHANGE_KIND_NICKSERV_REGISTER, /* text: the name of the account */
	CHANGE_KIND_ACCOUNT,	       /* text: what NickServ says once it is stored */
	CHANGE_KIND_ACCOUNT_END,       /* text: the name of the account, which is dropped */
	CHANGE_KIND_CLIENTCERT,	       /* text: the parameters of the answer */
	CHANGE_KIND_VOUCHED, /* an account of the checker, to which its first client logs in: text,
				the name */
	CHANGE_KIND_CODE,    /* the hash of a code that was mailed, see mails.h */
	CHANGE_KIND_VERIFY,  /* text: the name of the account */
	CHANGE_KIND_NICKSERV_VERIFY, /* likewise */
	CHANGE_KIND_TOTP, /* text: what NickServ says once it is stored; NULL: the new secret */
	CHANGE_KIND_LOGIN_CODE,	      /* the session has logged in with a code */
	CHANGE_KIND_OPER_CODE,	      /* likewise with OPER */
	CHANGE_KIND_USES_SAVED,	      /* days when accounts were used; changes nothing here */
	CHANGE_KIND_INVITATION,	      /* text: the invitation, as the answer to EFFECT_SECRET */
	CHANGE_KIND_MARKS_SAVED,      /* marks of accounts; changes nothing here */
	CHANGE_KIND_WEBPUSH,	      /* text: the parameters of the answer */
	CHANGE_KIND_PERSISTENCE,      /* PERSISTENCE SET */
	CHANGE_KIND_MODERATION_SAVED, /* filters and the like; changes nothing here */
	CHANGE_KIND_IMPORT_ACCOUNT,   /* of another server; text: its name */
	CHANGE_KIND_IMPORT_CHANNEL,   /* likewise */
};

#define CHANGE_KINDS (CHANGE_KIND_IMPORT_CHANNEL + 1)

/* The status of an EVENT_STORED. */
enum stored {
	STORED_YES,
	STORED_TAKEN,  /* somebody else has the name or the certificate */
	STORED_GONE,   /* what it changes, or refers to, is not there any more */
	STORED_FAILED, /* the disk is full, for example */
};

struct change {
	struct list in_world;
	uint64_t request; /* from world->next_request */
	uint64_t session; /* which waits for it; 0: none */
	uint64_t account; /* the id of the account that it changes; 0: none, or a new one */
	uint64_t channel; /* the id of the registered channel that it changes; 0: likewise */
	uint32_t kind;	  /* enum change_kind */
	uint32_t n_rows;
	struct buffer rows; /* store_row_save() */
	char *text;	    /* what the kind needs */
	char *name;	    /* of an account or nick that it adds or removes; NULL: none */
};

/* A higher version than any row has. */
uint64_t changes_next_version(struct world *world);

/* Begin one; the caller fills in kind and text, adds rows, and asks for it or frees it. */
struct change *change_new(void);
void change_free(struct change *change);
/* The bytes are copied. The row gets a version of its own. */
void change_add_row(struct world *world, struct change *change, struct store_row row);

/* Store it, and take ownership. The session, which may be NULL, waits for the answer. Its account
 * is being changed from now on: the caller has checked that account->change was 0. */
void change_ask(
	struct world *world, struct outbox *outbox, struct session *session, struct change *change);

/* The change under way that adds or removes an account or nick with this name, or
 * one that looks like it; NULL: none. */
const struct change *changes_find_claim(const struct world *world, const char *name);

/* The rows were read again: note in each account and channel which request is changing it. */
void changes_mark_subjects(struct world *world);

struct change *changes_find(const struct world *world, uint64_t request); /* NULL: none */
/* It was stored, and an account or channel that it added has this id: its rows take effect. */
void change_take_effect(struct world *world, const struct change *change, uint64_t id);
/* It is over, stored or refused; the caller frees it. */
void change_end(struct world *world, struct change *change, bool is_stored);

void changes_save(struct buffer *out, uint16_t id, const struct world *world);
bool change_load(struct world *world, struct pack record);
/* The first contradiction, or NULL. */
const char *changes_check(const struct world *world);
