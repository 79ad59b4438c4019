/* What the server can do, told at registration: ISUPPORT (005) and the letters of 004. */
#pragma once

#include "action/command.h"

void reply_isupport(struct call *call);

/* Of each token that there may be, for the documents; NULL after the last. */
const char *isupport_name(size_t index);

/* All tokens with spaces between them, to be compared later; the caller frees. */
char *isupport_text(const struct world *world);
/* What has changed since that was the text, to everybody: also what is no more. */
void isupport_tell_changes(struct world *world, struct outbox *outbox, const char *old_text);

#define MODE_LETTERS 62 /* letters and digits */

/* All that the server offers, as texts. */
struct mode_letters {
	char user[MODE_LETTERS + 1];
	char channel[MODE_LETTERS + 1];
	char with_param[MODE_LETTERS + 1]; /* of those of channels */
};

void mode_letters(const struct world *world, struct mode_letters *ret_letters);
