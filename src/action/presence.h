/* Who sees whom come and go: on a channel, where modes D and u hide some, and by nickname. */
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
void reveal_hidden(struct world *world, struct outbox *outbox, struct member *member);
static inline void reveal(struct world *world, struct outbox *outbox, struct member *member)
{
	if (member->is_hidden)
		reveal_hidden(world, outbox, member);
}

/* JOIN, or PART, of a member to a viewer for whom it appears or vanishes; NULL: to all who see it
 * only while it is public. */
void show_member(struct world *world, struct outbox *outbox, const struct member *member,
	const struct member *viewer);
void hide_member(struct world *world, struct outbox *outbox, const struct member *member,
	const struct member *viewer);

/* Tell the sessions that wait for the nickname. IRCv3 monitor. */
void tell_online(struct world *world, struct outbox *outbox, const struct user *user);
void tell_offline(struct world *world, struct outbox *outbox, const char *nick);

/* Tell a user which of its modes are not what they were. */
void announce_user_modes(
	struct world *world, struct outbox *outbox, const struct user *user, uint32_t old_flags);
