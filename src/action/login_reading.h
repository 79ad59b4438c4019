/* What the message of a login says. Only the reaction to an EFFECT_AUTHENTICATE reads it: what
 * it says reaches the world as an answer, because the message is overwritten afterwards. */
#pragma once

#include "base/buffer.h"
#include "proto/checker_lines.h"
#include "world/event.h"
#include "world/session.h"
#include "world/world.h"

enum login_reading {
	LOGIN_READING_WRONG,  /* ANSWER_NO; the text is the name, if its failures are counted */
	LOGIN_READING_PROVED, /* ANSWER_YES, with the text */
	LOGIN_READING_CHECK,  /* ANSWER_YES, with text and account, if the password matches the hash
			       */
	LOGIN_READING_ASK,    /* the checker knows */
	LOGIN_READING_LATER,  /* ANSWER_UNCHECKED: there are no accounts at the moment */
	LOGIN_READING_NONE,   /* ANSWER_NO_LOGIN */
};

struct login_question {
	struct buffer text; /* also if the answer is no: the name */
	uint64_t account;   /* its id; 0: there is none with that name */
	char *hash;	    /* for password_matches() */
	char *password;
	struct checker_request request; /* to be asked; without an id */
};

/* Ask the checker about the password. The texts are copied. */
void login_ask_checker(const struct session *session, const char *name, const char *password,
	struct checker_request *ret_request);

/* The name for which a failure counts, which the caller frees. Failures of tokens without one count
 * for the address, as "*". What IDENTIFY takes for a name may be a part of a password, unless there
 * is such an account: a number stands for it. */
char *login_name_of_failure(
	const struct world *world, const struct session *session, const char *name);

void login_question_done(struct login_question *question);

/* The caller frees the question, whatever the result. A name without an account gets a hash that no
 * password matches: it takes as long. */
enum login_reading login_read(const struct world *world, const struct session *session,
	struct login_question *ret_question);
/* The status of the answer, unless it has to be checked or asked first. */
enum answer login_reading_answer(enum login_reading reading);
