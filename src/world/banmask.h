/* What the masks of a channel's lists match: nick!user@host, or an extended mask that
 * starts with $ (ISUPPORT EXTBAN), one row each; with a tilde, as in $~a, it matches all other
 * users. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "world/masklist.h"

#define BANMASK_PREFIX '$'

struct user;
struct settings;
struct world;
struct banmask_question;
struct channel;

/* The user that masks are compared with, by any of its hosts. */
struct ban_target {
	const struct world *world;
	const struct user *user;
};

/* Complete a mask as it was given: see mask_complete(). False: invalid. */
bool banmask_complete(const char *given, char **ret_mask);

/* Parse a mask once, because each message is compared with it. An invalid mask, or one of a later
 * release, matches no user. The caller frees. */
struct banmask *banmask_parse(const char *mask);
void banmask_free(struct banmask *mask);

/* Is it a plain mask whose host is an address, a network or the start of one, which matches no
 * cloak? */
bool banmask_names_address(const struct banmask *mask);

/* Does it match only users of the account with this name, or no user once the account has ended? */
bool banmask_is_for_account(const struct banmask *mask, enum casemap casemap, const char *account);

/* Does the server have the feature that the mask is about? */
bool banmask_is_offered(
	const struct banmask *mask, const struct world *world, const struct settings *settings);

/* Masks that only mute match only if is_speech. */
bool banmask_matches(const struct banmask *mask, const struct ban_target *target, bool is_speech);
/* Does a plain mask match what the user shows, see user_shows()? An extended mask matches
 * no user. */
bool banmask_shows(const struct banmask *mask, const struct world *world, const struct user *user);

/* Do the channel's lists ban a user from joining, ban it from speaking, or let it join despite mode
 * i? */
bool banmask_bans(
	const struct world *world, const struct channel *channel, const struct user *user);
bool banmask_mutes(
	const struct world *world, const struct channel *channel, const struct user *user);
bool banmask_invites(
	const struct world *world, const struct channel *channel, const struct user *user);

/* The mask with the channel's new name, which the caller frees; NULL: it names other channels, or
 * would be too long. */
char *banmask_rename(
	enum casemap casemap, const char *mask, const char *old_name, const char *name);

/* The mask with the name of an account, which has ended, as one that no account can have; otherwise
 * as the one before. */
char *banmask_without_account(enum casemap casemap, const char *mask, const char *account);

/* One kind of extended mask, for ISUPPORT, HELP and the manual. */
struct banmask_kind {
	char letter;
	const char *name;  /* instead of the letter; NULL: none */
	const char *usage; /* "$r:MASK" */
	const char *help;
	bool takes_mask; /* the value is plain text */
	bool needs_value;
	bool holds_channel; /* the value is a channel name */
	bool holds_account; /* the value is the name of an account, or matches some */
	bool holds_masks;   /* the value is one mask, or several separated by commas */
	bool needs_all;	    /* of these masks, to match */
	/* Appends the value as it is stored; false: invalid. NULL: as it was given. */
	bool (*complete)(const char *value, struct buffer *out);
	/* NULL: always. A kind that is not offered cannot be added to a list. */
	bool (*is_offered)(const struct world *world, const struct settings *settings);
	bool (*matches)(const struct banmask_question *question, const struct banmask *mask);
};

const struct banmask_kind *banmask_kinds_all(size_t *ret_count);
bool banmask_kind_is_offered(const struct banmask_kind *kind, const struct world *world,
	const struct settings *settings);
