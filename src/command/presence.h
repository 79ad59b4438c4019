/* Who sees whom come and go on a channel; modes D and u hide some. */
#pragma once

#include "world/channel.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/world.h"

/* The member has just been added: tell those who may know, itself among them. */
void show_arrival(struct world *world, struct outbox *outbox, const struct member *member);

/* One of its sessions alone is told of its arrival. */
void show_own_arrival(struct world *world, struct outbox *outbox, const struct session *session,
	const struct member *member);

/* The user's host has changed: tell those who see it, and itself. IRCv3 chghost. */
void show_host(struct world *world, struct outbox *outbox, const struct user *user,
	const char *old_source);

/* Mode D hid the member, and now it does something that is seen. */
void reveal(struct world *world, struct outbox *outbox, struct member *member);

/* JOIN, or PART, of a member to a viewer for whom it appears or vanishes; NULL: to all who see it
 * only while it is public. */
void show_member(struct world *world, struct outbox *outbox, const struct member *member,
	const struct member *viewer);
void hide_member(struct world *world, struct outbox *outbox, const struct member *member,
	const struct member *viewer);
