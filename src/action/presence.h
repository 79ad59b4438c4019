/* Which users see others join and leave: on a channel, where modes D and u hide some, and by
 * nickname. */
#pragma once

#include "world/channel.h"
#include "world/outbox.h"
#include "world/session.h"
#include "world/world.h"

/* The member was just added: send its JOIN to the members who may see it and to itself. */
void show_arrival(struct world *world, struct outbox *outbox, const struct member *member);

/* Send the JOIN to one of its sessions only. */
void show_own_arrival(struct world *world, struct outbox *outbox, const struct session *session,
	const struct member *member);

/* The user's host has changed: notify the user and those who see it. IRCv3 chghost. */
void show_host(struct world *world, struct outbox *outbox, const struct user *user,
	const char *old_source);

/* Mode D hides the member until it does something visible: show it now. */
void reveal_hidden(struct world *world, struct outbox *outbox, struct member *member);
static inline void reveal(struct world *world, struct outbox *outbox, struct member *member)
{
	if (member->is_hidden)
		reveal_hidden(world, outbox, member);
}

/* Send JOIN, or PART, of a member to a viewer for whom it appears or vanishes; NULL: to all who see
 * it only while it is public. */
void show_member(struct world *world, struct outbox *outbox, const struct member *member,
	const struct member *viewer);
void hide_member(struct world *world, struct outbox *outbox, const struct member *member,
	const struct member *viewer);

/* Notify the sessions that monitor the nickname. IRCv3 monitor. */
void tell_online(struct world *world, struct outbox *outbox, const struct user *user);
void tell_offline(struct world *world, struct outbox *outbox, const char *nick);

/* Send a user the changes of its modes. */
void announce_user_modes(
	struct world *world, struct outbox *outbox, const struct user *user, uint32_t old_flags);
/* The same to its other sessions only. */
void announce_modes_to_others(struct world *world, struct outbox *outbox,
	const struct session *session, uint32_t old_flags);
/* Send the session all modes of its user. */
void show_session_modes(struct world *world, struct outbox *outbox, const struct session *session);
