/* Telling those who wait for a nickname. IRCv3 monitor. */
#pragma once

#include "world/outbox.h"
#include "world/world.h"

struct user;

void tell_online(struct world *world, struct outbox *outbox, const struct user *user);
void tell_offline(struct world *world, struct outbox *outbox, const char *nick);
