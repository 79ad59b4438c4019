/* A session is one attached client; a user is a nick that others see. A session has no user until
 * it is registered; a user may have several sessions.
 *
 * Most clients own little. What few of them have (metadata, masks, a gateway, a label) is behind
 * one pointer of the session or the user, `extras`, which is NULL until something is set; readers
 * then get empty extras. It stays until the client leaves, because buckets and counters in it are
 * never quite empty. Texts that are mostly equal (a nick and its key, two cloaks) or of few kinds
 * (names of listeners) are stored once. An idle client takes about 1 KiB. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/bucket.h"
#include "base/heap.h"
#include "base/list.h"
#include "base/pack.h"
#include "world/client_batch.h"
#include "world/event.h"
#include "world/metadata.h"
#include "world/registration.h"

struct world;
struct user;
struct answer_cursor;

/* The answer from outside that a session waits for. */
enum session_wait {
	SESSION_WAIT_NONE,
	SESSION_WAIT_NAME,     /* only in snapshots: see registration.name_request */
	SESSION_WAIT_PASSWORD, /* the check of its password */
	SESSION_WAIT_OPER,     /* the check of an operator's password */
	SESSION_WAIT_GATEWAY,  /* the check of a gateway's password */
	SESSION_WAIT_STORE,    /* a change of its account is being stored, see changes.h */
	SESSION_WAIT_LOGIN,    /* the check of its login, see login.h */
	SESSION_WAIT_REFUSAL,  /* the time when the refusal of its login is due */
	SESSION_WAIT_VERIFIER, /* the verifier of a new password */
	SESSION_WAIT_HISTORY,  /* what was said, see recall */
	SESSION_WAIT_UPLOADS,  /* what a gate reports of uploaded files */
};
#define SESSION_WAITS (SESSION_WAIT_UPLOADS + 1)

/* Why no lines are taken from it. */
enum session_pause {
	SESSION_PAUSE_FLOOD = 1 << 0,  /* its flood budget is used up */
	SESSION_PAUSE_ANSWER = 1 << 1, /* it waits for an answer, see session_wait */
	SESSION_PAUSE_READ = 1 << 2,   /* the client must read its long answer first */
	SESSION_PAUSE_ASLEEP = 1 << 3, /* EVENT_ASLEEP: its silence does not count either */
};
#define SESSION_PAUSES                                                                             \
	(SESSION_PAUSE_FLOOD | SESSION_PAUSE_ANSWER | SESSION_PAUSE_READ | SESSION_PAUSE_ASLEEP)

/* Traffic in one direction. */
struct traffic {
	uint64_t lines;
	uint64_t bytes;
};

/* State that few sessions have, or only briefly. */
struct session_extras {
	struct address gateway_address;
	uint32_t n_monitored;
	struct list monitored;	 /* struct monitor_entry.in_session, oldest first */
	char *gateway;		 /* the name of the gateway that reported the address; NULL: none */
	uint64_t slowed_told_ms; /* when operators were last notified that it sends too much */
	char *oper_name;	 /* of the OPER being checked */
	char *operator_name;	 /* whose powers it has, see operating.h; NULL: of none */
	char *label;		 /* of a command whose answer has not begun; NULL: none */
	uint64_t label_batch; /* of a labelled answer that continues; see action/label.h; 0: none */
	struct client_batch *batch;    /* the open batch; NULL: none */
	struct metadata subscriptions; /* keys that it subscribes to */
	struct tls_facts *certificate; /* the facts of its TLS, with a certificate; NULL: none */
	struct login *login;	       /* which is under way; NULL: none */
	char *recall;		       /* what it asked of the past, see chathistory.c of command;
					  NULL: nothing */
	struct auth_token *tokens;     /* the newest of auth_token.h; NULL: none */
	/* Of a session that has joined those of its user: when, see world->next_number; 0: it was
	 * the first. */
	uint64_t joined;
	char *host;		 /* likewise, the name of its address; NULL: none */
	bool is_absent;		 /* the client has said AWAY *, IRCv3 pre-away */
	char *device;		 /* see devices.h; NULL: none */
	char *listed;		 /* in which blocklists its address is, see listing.h */
	uint64_t missed_wall_ms; /* see device_missed_since() */
	uint64_t behind_wall_ms; /* it has not got all that it has missed since; 0: it has */
};

extern const struct session_extras session_no_extras;

struct session {
	/* Fields that sending needs come first, in few cache lines. */
	uint64_t id;
	struct list in_user;
	uint64_t caps;	      /* capabilities in force, see caps_in_force() */
	uint8_t tag_groups;   /* for these capabilities, see line_tags.h */
	bool is_closing;      /* nothing is sent to it any more; freed at the sweep */
	uint8_t wait;	      /* enum session_wait */
	uint8_t pauses;	      /* enum session_pause; any: EFFECT_PAUSE is in force */
	uint32_t class_index; /* in the settings */
	struct traffic sent;
	struct list in_world;
	struct user *user;		   /* NULL: not registered yet */
	struct registration *registration; /* NULL once registered */
	struct heap_node timer;
	struct address address;
	uint32_t uid;	      /* of a Unix peer; UINT32_MAX: unknown */
	const char *listener; /* its name, in world->listener_names */
	uint64_t connected_ms;
	uint64_t active_ms;	/* last line */
	uint64_t pinged_ms;	/* when the unanswered PING was sent; 0: none */
	uint64_t flood_ms;	/* the flood budget is used up to this time; see session_spend() */
	uint64_t request;	/* number of the request that it waits for */
	uint64_t looks_full_ms; /* bucket of joins whose first looks are free */
	struct traffic received;
	struct answer_cursor *answer;  /* the current one, then those that wait; NULL: none */
	uint64_t granted_caps;	       /* enum cap */
	struct session_extras *extras; /* NULL: none; see session_extras() */
	uint16_t cap_version;	       /* the highest that it sent with CAP LS */
	uint16_t tls_version;	       /* as in struct tls_facts; 0: it does not use TLS */
	uint16_t tls_suite;
};

/* For reading; empty extras if it has none. */
static inline const struct session_extras *session_extras(const struct session *session)
{
	return session->extras ? session->extras : &session_no_extras;
}

/* For writing; allocates them if needed. */
struct session_extras *session_need_extras(struct session *session);
void session_extras_free(struct session_extras *extras); /* NULL is allowed */

/* Is all that the client and the server send each other encrypted? */
static inline bool session_is_secure(const struct session *session)
{
	return session->tls_version;
}

struct session *session_new(struct world *world, const struct event *event);
/* During an event: unlinks and marks the session; world_sweep() frees it. */
void session_end(struct world *world, struct session *session);
void session_free(struct session *session);
struct session *session_find(const struct world *world, uint64_t id); /* NULL: gone */

/* Does the session store a password that is not checked yet? */
bool session_holds_secret(const struct session *session);

/* Is the current line the first of the session? */
bool session_is_new(const struct session *session);
/* Once its gateway is verified, move the session to the address that it claimed. NULL, or why the
 * session must be closed. */
const char *session_move(struct world *world, struct session *session, const char *gateway);

/* Complete the registration: free it and attach the user. */
void session_attach(struct world *world, struct session *session, struct user *user);
void session_set_absent(struct session *session, bool is_set);
/* See device_missed_since(); 0: it counts no more. */
void session_set_missed(struct session *session, uint64_t since_wall_ms);
void session_set_behind(struct session *session, uint64_t since_wall_ms);
/* Has the user other sessions? */
bool session_has_others(const struct session *session);

const struct class_settings *session_class(
	const struct world *world, const struct session *session);

/* Find its class again after a reload. */
void session_classify(struct world *world, struct session *session);

/* Take a command's cost from the flood budget; true: it is used up, pause. The budget is a token
 * bucket, see base/bucket.h. */
bool session_spend(const struct world *world, struct session *session, uint32_t cost);
bool session_can_spend(const struct world *world, const struct session *session);

/* True: one more join with free first looks is allowed, and is counted. */
static inline bool session_take_looks(struct session *session, uint64_t now_ms, struct rate rate)
{
	return bucket_take_one(&session->looks_full_ms, now_ms, rate);
}

/* True: operators should be notified (again) that it sends too much. */
bool session_tell_slowed(const struct world *world, struct session *session);

void session_set_recall(struct session *session, const char *recall); /* NULL: none */
void session_set_oper(struct session *session, const char *name);     /* NULL: none is checked */
void session_set_batch(struct session *session, struct client_batch *batch); /* takes ownership */

/* Queue another answer; the session takes ownership. Replays are long, and stay the last. */
void session_add_answer(struct session *session, struct answer_cursor *cursor);
void session_drop_answer(struct session *session); /* the first one */
/* The first one of that enum answer_kind; NULL: none. */
struct answer_cursor *session_find_answer(const struct session *session, uint8_t kind);

/* Raise the version of CAP LS, which never goes down. */
void session_set_version(struct session *session, uint16_t version);
void session_grant(struct session *session, uint64_t caps); /* replaces all granted before */

/* A labelled command whose answer is incomplete has one of the two; NULL and 0 unset them. */
void session_set_label(struct session *session, const char *label, size_t length);
void session_set_label_batch(struct session *session, uint64_t batch);
/* Is the session silent because the answer to its request is incomplete? */
bool session_awaits_answer(const struct session *session);

/* The client has sent a line or received output, so it is alive. */
void session_is_alive(const struct world *world, struct session *session);

static inline void traffic_count(struct traffic *traffic, size_t bytes)
{
	traffic->lines++;
	traffic->bytes += bytes;
}

/* A line that was counted became longer. */
static inline void traffic_lengthen(struct traffic *traffic, size_t bytes)
{
	traffic->bytes += bytes;
}

/* Set the timer to the next deadline of the session. */
void session_set_timer(struct world *world, struct session *session);

/* The nickname to address it by in numerics: "*" before it is registered. */
const char *session_nick(const struct session *session);

void session_save(struct buffer *out, uint16_t id, const struct session *session);
/* Users must be loaded already. False: invalid. */
bool session_load(struct world *world, struct pack record);
