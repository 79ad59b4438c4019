/* What becomes of mails with codes, see world/mails.h. */
#pragma once

#include "world/changes.h"
#include "world/event.h"
#include "world/outbox.h"
#include "world/world.h"

/* EVENT_MAILED: sendmail has taken the mail, or has not. */
void code_mailed(struct world *world, struct outbox *outbox, const struct event *event);
/* At the end of each event: announce new mails, and store the hashes of codes that were sent, once
 * their accounts are not being changed. */
void code_mails_go_on(struct world *world, struct outbox *outbox);
/* A hash is stored, or is not. */
void code_stored(struct world *world, struct outbox *outbox, const struct change *change,
	enum stored status);
