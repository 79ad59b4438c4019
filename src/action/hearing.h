/* May this user hear that? What users' modes and lists say of messages to them. */
#pragma once

#include "action/command.h"
#include "world/modes.h"

/* User modes that refuse messages except those of users on the ACCEPT list. */
#define HEARING_FLAGS (USER_FLAG_CALLER_ID | USER_FLAG_ONLY_REGISTERED | USER_FLAG_ONLY_TLS)

enum hearing {
	HEARING_YES,
	HEARING_REFUSED,  /* and the caller has been told */
	HEARING_SILENCED, /* not either, but the caller shall not notice */
};

struct hearing_question {
	struct call *call; /* the one who speaks */
	struct user *user; /* the one who would hear it */
	const char *text;  /* NULL: an invitation, or only tags */
	bool is_silent;	   /* the speaker gets no refusal */
	bool is_typing;	   /* neither user gets a message about a refusal */
};

enum hearing hearing_ask(const struct hearing_question *question);
