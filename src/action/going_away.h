/* Users that go away and come back: by AWAY, or because no client is there that counts. */
#pragma once

#include "action/command.h"

struct user;

/* Set the text, NULL: back, and notify users who see it. IRCv3 away-notify. */
void away_change(struct world *world, struct outbox *outbox, struct user *user, const char *reason);
/* Clients of the user have come, gone, or said whether they count: mark the user as away if none
 * does, and as back when one is there again. What the user has said itself stays. */
void away_follow(struct world *world, struct outbox *outbox, struct user *user);
