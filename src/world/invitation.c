/* Owns invitations.
 *
 * An invitation by an operator opens bans and the modes i, k, l and j. One by another member opens
 * i while mode g is set, and otherwise nothing, so that no member can prepare a way past a mode i
 * that is set later. */
#include "world/invitation.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/fields.h"
#include "base/mem.h"
#include "world/channel.h"
#include "world/user.h"
#include "world/world.h"

#define USER_FIELD 10

static const struct field invitation_fields[] = {
	{ 1, FIELD_U64, FIELD_AT(invitation, uint64_t, number) },
	{ 2, FIELD_U64, FIELD_AT(invitation, uint64_t, expires_ms) },
	{ 3, FIELD_U8, FIELD_AT(invitation, uint8_t, power) },
};

static void invitation_free(struct invitation *invitation)
{
	if (!invitation)
		return;
	list_remove(&invitation->in_channel);
	list_remove(&invitation->in_user);
	free(invitation);
}

void invitations_free_of_user(struct user *user)
{
	while (!list_is_empty(&user_extras(user)->invitations))
		invitation_free(
			LIST_FIRST(&user_extras(user)->invitations, struct invitation, in_user));
}

void invitations_free_of_channel(struct channel *channel)
{
	while (!list_is_empty(&channel->invitations))
		invitation_free(LIST_FIRST(&channel->invitations, struct invitation, in_channel));
}

static size_t count_invitations(const struct list *list)
{
	size_t n = 0;

	for (const struct list *at = list->next; at != list; at = at->next)
		n++;
	return n;
}

/* A snapshot contains invitations by channel, so those of one user come in any order. */
static void put_in_user(struct invitation *invitation)
{
	struct list *in_user = &user_need_extras(invitation->user)->invitations;
	struct list *after = in_user->previous;

	while (after != in_user &&
		CONTAINER_OF(after, struct invitation, in_user)->number > invitation->number)
		after = after->previous;
	list_add_last(after->next, &invitation->in_user);
}

static void put_in_lists(struct invitation *invitation)
{
	struct list *in_channel = &invitation->channel->invitations;
	struct list *in_user = &user_need_extras(invitation->user)->invitations;

	if (count_invitations(in_channel) == INVITATIONS)
		invitation_free(LIST_FIRST(in_channel, struct invitation, in_channel));
	if (count_invitations(in_user) == INVITATIONS)
		invitation_free(LIST_FIRST(in_user, struct invitation, in_user));
	list_add_last(in_channel, &invitation->in_channel);
	put_in_user(invitation);
}

static struct invitation *find_invitation(const struct channel *channel, const struct user *user)
{
	struct invitation *invitation;

	LIST_EACH (invitation, &user_extras(user)->invitations, in_user)
		if (invitation->channel == channel)
			return invitation;
	return NULL;
}

static bool is_stronger(enum invitation_power power, enum invitation_power other)
{
	return power != other &&
	       (power == INVITATION_OPENS_ALL || other == INVITATION_OPENS_NOTHING);
}

void invitation_new(struct world *world, struct channel *channel, struct user *user,
	enum invitation_power power)
{
	const struct invitation *before = invitation_find(world, channel, user);
	uint64_t lifetime_ms = world->settings->invitation_ms;
	struct invitation *invitation;

	/* A member cannot prolong what an operator has opened. */
	if (before && is_stronger(before->power, power))
		return;
	invitation_free(find_invitation(channel, user));
	invitation = mem_new(sizeof(*invitation));
	invitation->power = (uint8_t) power;
	invitation->number = ++world->next_number;
	invitation->channel = channel;
	invitation->user = user;
	invitation->expires_ms = lifetime_ms ? world->now_ms + lifetime_ms : 0;
	put_in_lists(invitation);
}

void invitation_use_up(const struct channel *channel, const struct user *user)
{
	invitation_free(find_invitation(channel, user));
}

bool invitation_is_good(const struct world *world, const struct invitation *invitation)
{
	return !invitation->expires_ms || world->now_ms < invitation->expires_ms;
}

struct invitation *invitation_find(
	const struct world *world, const struct channel *channel, const struct user *user)
{
	struct invitation *invitation = find_invitation(channel, user);

	return invitation && invitation_is_good(world, invitation) ? invitation : NULL;
}

void invitation_save(struct buffer *out, uint16_t id, const struct invitation *invitation)
{
	size_t record = pack_begin(out, id);

	fields_save(out, invitation_fields, ARRAY_LENGTH(invitation_fields), invitation);
	pack_u64(out, USER_FIELD, invitation->user->number);
	pack_end(out, record);
}

static bool comes_next(const struct channel *channel, const struct invitation *invitation)
{
	struct list *last = channel->invitations.previous;

	return last == &channel->invitations ||
	       CONTAINER_OF(last, struct invitation, in_channel)->number < invitation->number;
}

void invitation_load(struct world *world, struct channel *channel, struct pack record)
{
	struct invitation *invitation = mem_new(sizeof(*invitation));
	struct pack_field field;

	invitation->channel = channel;
	while (pack_next(&record, &field))
		if (field.id == USER_FIELD)
			invitation->user = user_find_number(world, pack_field_u64(&field));
		else
			fields_load(invitation_fields, ARRAY_LENGTH(invitation_fields), invitation,
				&field);
	if (invitation->user && comes_next(channel, invitation) &&
		!find_invitation(channel, invitation->user))
		put_in_lists(invitation);
	else
		free(invitation);
}
