/* Capabilities a client may ask for (IRCv3 capability-negotiation), one row each. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cap {
	CAP_AWAY_NOTIFY = 1 << 0,
	CAP_CAP_NOTIFY = 1 << 1,
	CAP_ECHO_MESSAGE = 1 << 2,
	CAP_INVITE_NOTIFY = 1 << 3,
	CAP_MULTI_PREFIX = 1 << 4,
	CAP_SERVER_TIME = 1 << 5,
	CAP_USERHOST_IN_NAMES = 1 << 6,
	CAP_SETNAME = 1 << 7,
	CAP_ACCOUNT_NOTIFY = 1 << 8,
};

/* Those that change how one and the same line is written: lines are rendered once
 * for each combination of these. */
#define CAPS_RENDERING ((uint32_t) CAP_SERVER_TIME)

struct cap_row {
	const char *name;
	uint32_t bit;	  /* enum cap */
	uint32_t since;	  /* 302: implied by CAP LS 302 and then not to be turned off; else 0 */
	const char *help; /* one sentence, for the manual */
};

const struct cap_row *caps_all(size_t *ret_count);
const struct cap_row *cap_find(const char *name); /* NULL: no such capability */
