/* Features of the server, sent at registration: ISUPPORT (005) and the letters of 004. */
#pragma once

#include "action/command.h"

void reply_isupport(struct call *call);

/* The name of each possible token, for the documents; NULL after the last. */
const char *isupport_name(size_t index);

/* All tokens, separated by spaces, for a later comparison; the caller frees. */
char *isupport_text(const struct world *world);
/* Send all users the tokens that differ from the old text, removed ones as "-NAME". */
void isupport_tell_changes(struct world *world, struct outbox *outbox, const char *old_text);

#define MODE_LETTERS 62 /* letters and digits */

/* All modes that the server offers, as texts. */
struct mode_letters {
	char user[MODE_LETTERS + 1];
	char channel[MODE_LETTERS + 1];
	char with_param[MODE_LETTERS + 1]; /* of channel modes */
};

void mode_letters(const struct world *world, struct mode_letters *ret_letters);
