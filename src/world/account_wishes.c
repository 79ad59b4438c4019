/* Owns the table of wishes. */
#include "world/account_wishes.h"

#include <string.h>

#include "config/settings.h"
#include "world/accounts.h"
#include "world/world.h"

static const struct account_wish_row rows[ACCOUNT_WISHES] = {
	[ACCOUNT_WISH_MULTICLIENT] = {
		.name = "MULTICLIENT",
		.wanted_flag = ACCOUNT_FLAG_SHARED,
		.unwanted_flag = ACCOUNT_FLAG_UNSHARED,
		.offset = offsetof(struct settings, accounts.multiclient),
		.is_on = "Several of your clients may share a nickname.",
		.is_off = "Each of your clients needs a nickname of its own.",
	},
	[ACCOUNT_WISH_ALWAYS_ON] = {
		.name = "ALWAYSON",
		.wanted_flag = ACCOUNT_FLAG_ALWAYS_ON,
		.unwanted_flag = ACCOUNT_FLAG_NOT_ALWAYS_ON,
		.offset = offsetof(struct settings, accounts.always_on),
		.is_on = "You stay on your channels without a client, as long as your nickname "
			 "belongs to your account.",
		.is_off = "You leave when your last client does.",
	},
	[ACCOUNT_WISH_AUTO_AWAY] = {
		.name = "AUTOAWAY",
		.wanted_flag = ACCOUNT_FLAG_AUTO_AWAY,
		.unwanted_flag = ACCOUNT_FLAG_NO_AUTO_AWAY,
		.offset = offsetof(struct settings, accounts.auto_away),
		.is_on = "You are marked as away while you stay without a client.",
		.is_off = "Nothing shows that you stay without a client.",
	},
};

const struct account_wish_row *account_wish_row(enum account_wish wish)
{
	return &rows[wish];
}

static const char *rule_of(const struct world *world, const struct account_wish_row *row)
{
	return *(char *const *) (const void *) ((const char *) world->settings + row->offset);
}

bool account_has_wish(
	const struct world *world, const struct account *account, enum account_wish wish)
{
	const struct account_wish_row *row = &rows[wish];
	const char *rule = rule_of(world, row);

	if (!account || strcmp(rule, "off") == 0)
		return false;
	if (strcmp(rule, "mandatory") == 0)
		return true;
	return strcmp(rule, "opt_out") == 0 ? !(account->flags & row->unwanted_flag)
					    : (account->flags & row->wanted_flag) != 0;
}

uint32_t account_wish_flags(uint32_t flags, enum account_wish wish, enum account_choice choice)
{
	const struct account_wish_row *row = &rows[wish];

	flags &= ~(row->wanted_flag | row->unwanted_flag);
	if (choice == ACCOUNT_CHOICE_ON)
		flags |= row->wanted_flag;
	if (choice == ACCOUNT_CHOICE_OFF)
		flags |= row->unwanted_flag;
	return flags;
}

enum account_choice account_choice_of(const struct account *account, enum account_wish wish)
{
	if (account->flags & rows[wish].wanted_flag)
		return ACCOUNT_CHOICE_ON;
	return account->flags & rows[wish].unwanted_flag ? ACCOUNT_CHOICE_OFF
							 : ACCOUNT_CHOICE_DEFAULT;
}
