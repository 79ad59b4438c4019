/* Capabilities that a client may request (IRCv3 capability-negotiation), one row each. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "config/settings.h"
#include "proto/tls_facts.h"
#include "world/rows.h"

struct world;

/* Saved in snapshots: a bit never changes its meaning. */
enum cap {
	CAP_AWAY_NOTIFY = UINT64_C(1) << 0,
	CAP_CAP_NOTIFY = UINT64_C(1) << 1,
	CAP_ECHO_MESSAGE = UINT64_C(1) << 2,
	CAP_INVITE_NOTIFY = UINT64_C(1) << 3,
	CAP_MULTI_PREFIX = UINT64_C(1) << 4,
	CAP_SERVER_TIME = UINT64_C(1) << 5,
	CAP_USERHOST_IN_NAMES = UINT64_C(1) << 6,
	CAP_SETNAME = UINT64_C(1) << 7,
	CAP_ACCOUNT_NOTIFY = UINT64_C(1) << 8,
	CAP_EXTENDED_JOIN = UINT64_C(1) << 9,
	CAP_NO_IMPLICIT_NAMES = UINT64_C(1) << 10,
	CAP_DRAFT_NO_IMPLICIT_NAMES = UINT64_C(1) << 11,
	CAP_CHGHOST = UINT64_C(1) << 12,
	CAP_EXTENDED_MONITOR = UINT64_C(1) << 13,
	CAP_PRE_AWAY = UINT64_C(1) << 14,
	CAP_EXTENDED_ISUPPORT = UINT64_C(1) << 15,
	CAP_MULTILINE = UINT64_C(1) << 16,
	CAP_WHOAMI = UINT64_C(1) << 17,
	CAP_CHANNEL_RENAME = UINT64_C(1) << 20,
	CAP_RELAYMSG = UINT64_C(1) << 21,
	CAP_METADATA_2 = UINT64_C(1) << 22,
	CAP_METADATA_3 = UINT64_C(1) << 23,
	CAP_MESSAGE_REDACTION = UINT64_C(1) << 24,
	CAP_MESSAGE_EDIT = UINT64_C(1) << 51,
	CAP_MESSAGE_TAGS = UINT64_C(1) << 25,
	CAP_ACCOUNT_TAG = UINT64_C(1) << 26,
	CAP_OPER_TAG = UINT64_C(1) << 27,
	CAP_BATCH = UINT64_C(1) << 28,
	CAP_STANDARD_REPLIES = UINT64_C(1) << 29,
	CAP_LABELED_RESPONSE = UINT64_C(1) << 30,
	CAP_STS = UINT64_C(1) << 31,
	CAP_SASL = UINT64_C(1) << 32,
	CAP_ACCOUNT_REGISTRATION = UINT64_C(1) << 33,
	CAP_CLIENT_CERT = UINT64_C(1) << 34,
	CAP_SELF_MESSAGE = UINT64_C(1) << 40,
	CAP_PERSISTENCE = UINT64_C(1) << 47,
	CAP_CHATHISTORY = UINT64_C(1) << 41,
	CAP_PLAYBACK = UINT64_C(1) << 46,
	CAP_SEARCH = UINT64_C(1) << 43,
	CAP_SOJU_SEARCH = UINT64_C(1) << 44,
	CAP_EVENT_PLAYBACK = UINT64_C(1) << 42,
	CAP_READ_MARKER = UINT64_C(1) << 45,
	CAP_WEBPUSH = UINT64_C(1) << 50,
};

/* A session may have only one of these. */
#define CAPS_METADATA ((uint64_t) (CAP_METADATA_2 | CAP_METADATA_3))

/* CAP LS 302: values, long lists and cap-notify. */
#define CAP_VERSION_VALUES 302

/* What the offered capabilities and their values depend on. */
struct cap_basis {
	const struct settings *settings;
	enum certificates certificates;
	enum storage_state storage;
	bool has_push; /* the key of papod-push is known */
};

struct cap_row {
	const char *name;
	uint64_t bit;	     /* enum cap */
	uint64_t needs;	     /* capabilities without which it is granted but has no effect */
	uint64_t excludes;   /* capabilities that cannot be combined with it */
	uint32_t since;	     /* 302: implied by CAP LS 302 and then always on; otherwise 0 */
	bool is_informative; /* only its value matters: never requested, granted or taken back */
	bool is_proposal;    /* may still change: offered only if ircv3.capabilities_on names it */
	/* NULL: always offered, unless ircv3.capabilities_off names it. */
	bool (*is_offered)(const struct cap_basis *basis);
	/* Writes the value behind "name=" for clients with or without TLS; if it writes nothing,
	 * "=" is left out. NULL: no value. */
	void (*write_value)(const struct cap_basis *basis, bool is_secure, struct buffer *out);
	const char *help; /* one sentence, for the manual */
};

/* Sorted by name, drafts last: clients that cannot be sent long lists know none of them. */
const struct cap_row *caps_all(size_t *ret_count);
uint64_t caps_known(void); /* the bits of all rows */
uint64_t caps_informative(void);
const struct cap_row *cap_find(const char *name); /* NULL: no such capability */

/* What is offered to clients: a SASL_BIT() for each mechanism. */
uint32_t caps_mechanisms(const struct cap_basis *basis);
/* May REGISTER come before NICK and USER? */
bool caps_may_register_early(const struct cap_basis *basis);
struct cap_basis cap_basis_of(const struct world *world);
uint64_t caps_offered(const struct cap_basis *basis);
uint64_t caps_implied_by(uint16_t version); /* of CAP LS */
/* Is none of these capabilities excluded by another? */
bool caps_go_together(uint64_t caps);
/* The granted capabilities that have an effect, because those that they need are granted too. */
uint64_t caps_in_force(uint64_t granted);

/* "name=value", or the name alone, for clients with or without TLS. */
void cap_write(const struct cap_row *row, const struct cap_basis *basis, bool is_secure,
	struct buffer *out);
