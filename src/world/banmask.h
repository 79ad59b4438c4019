/* What the masks of a channel's lists match: nick!user@host, or an extended mask that
 * starts with $ (ISUPPORT EXTBAN), one row each; with a tilde, as in $~a, it matches everybody
 * else. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "world/masklist.h"

#define BANMASK_PREFIX '$'

struct user;
struct world;
struct banmask_question;
struct channel;

/* Somebody, whom a plain mask may know by any of its hosts. */
struct ban_target {
	const struct world *world;
	const struct user *user;
};

/* A mask as it was given, written out in full: see mask_complete(). False: it is none. */
bool banmask_complete(const char *given, char **ret_mask);

/* A mask taken apart once, as it is compared at each message. What is no mask, or one of a later
 * release, matches nobody. The caller frees. */
struct banmask *banmask_parse(const char *mask);
void banmask_free(struct banmask *mask);

/* A plain mask whose host is an address, a network or the beginning of one, so that it matches no
 * cloak. */
bool banmask_names_address(const struct banmask *mask);

/* Whether the server has all that the mask is about. */
bool banmask_is_offered(const struct banmask *mask, const struct world *world);

/* Masks that only mute match nobody but in questions of speech. */
bool banmask_matches(const struct banmask *mask, const struct ban_target *target, bool is_speech);
bool banmask_any_matches(
	const struct masklist *list, const struct ban_target *target, bool is_speech);
/* A plain mask, by what the user shows, see user_shows(); an extended one matches nobody. */
bool banmask_shows(const struct banmask *mask, const struct world *world, const struct user *user);

/* What the lists of a channel say of a user: it may not enter, it may not speak, it may enter past
 * mode i. */
bool banmask_bans(
	const struct world *world, const struct channel *channel, const struct user *user);
bool banmask_mutes(
	const struct world *world, const struct channel *channel, const struct user *user);
bool banmask_invites(
	const struct world *world, const struct channel *channel, const struct user *user);

/* The same mask about the channel under its new name, for the caller to free; NULL: it is about
 * others, or would be too long. */
char *banmask_rename(
	enum casemap casemap, const char *mask, const char *old_name, const char *name);

/* One kind of extended masks, for ISUPPORT, HELP and the manual. */
struct banmask_kind {
	char letter;
	const char *name;  /* instead of the letter; NULL: none */
	const char *usage; /* "$r:MASK" */
	const char *help;
	bool takes_mask; /* the value is plain text */
	bool needs_value;
	bool holds_channel; /* the value is the name of one */
	bool holds_masks;   /* the value is one mask, or several with commas between */
	/* NULL: always. Where it is not, the kind cannot be added to a list. */
	bool (*is_offered)(const struct world *world);
	bool (*matches)(const struct banmask_question *question, const struct banmask *mask);
};

const struct banmask_kind *banmask_kinds_all(size_t *ret_count);
bool banmask_kind_is_offered(const struct banmask_kind *kind, const struct world *world);
