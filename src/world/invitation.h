/* Who may join a channel, and until when. An invitation is linked to its channel and to the invited
 * user, and is freed with either, when it expires, or when it is used. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"

struct world;
struct user;
struct channel;

/* The most open invitations of a channel, and of a user; the oldest are forgotten. */
#define INVITATIONS 100

/* What an invitation opens. RFC 2811 4.3.1: an operator's opens bans too. */
enum invitation_power {
	INVITATION_OPENS_INVITE_ONLY, /* mode i: by any member, with mode g */
	INVITATION_OPENS_ALL,	      /* bans and i, k, l, j: by an operator */
	INVITATION_OPENS_NOTHING,     /* a notification only */
};

struct invitation {
	uint64_t number; /* never used twice: the order of both lists */
	struct list in_channel;
	struct list in_user;
	struct channel *channel;
	struct user *user;
	uint64_t expires_ms; /* in the event clock; 0: never */
	uint8_t power;	     /* enum invitation_power */
};

/* Replaces an older one, unless that has more power. */
void invitation_new(struct world *world, struct channel *channel, struct user *user,
	enum invitation_power power);
void invitations_free_of_user(struct user *user);
void invitations_free_of_channel(struct channel *channel);

/* The user has joined. */
void invitation_use_up(const struct channel *channel, const struct user *user);

/* NULL: none that is valid. */
struct invitation *invitation_find(
	const struct world *world, const struct channel *channel, const struct user *user);
bool invitation_is_good(const struct world *world, const struct invitation *invitation);

void invitation_save(struct buffer *out, uint16_t id, const struct invitation *invitation);
/* Users must be loaded already. */
void invitation_load(struct world *world, struct channel *channel, struct pack record);
