/* Owns the table of modes of users. */
#include "base/cleanup.h"
#include "world/modes.h"
#include "world/offers.h"

/* Sorted by letter. */
static const struct user_mode user_rows[] = {
	{
		.letter = 'B',
		.flag = USER_FLAG_BOT,
		.may_set = true,
		.help = "Bot: shown as one in WHOIS and WHO.",
	},
	{
		.letter = 'D',
		.flag = USER_FLAG_DEAF,
		.may_set = true,
		.help = "Deaf: messages and notices to channels are not sent to you.",
	},
	{
		.letter = 'H',
		.flag = USER_FLAG_HIDES_OPERATOR,
		.may_set = true,
		.needs_oper = true,
		.help = "Only other operators of the server see that you are one.",
	},
	{
		.letter = 'I',
		.flag = USER_FLAG_HIDES_CHANNELS,
		.may_set = true,
		.help = "Only operators of the server see your channels in WHOIS and WHO.",
	},
	{
		.letter = 'R',
		.flag = USER_FLAG_ONLY_REGISTERED,
		.may_set = true,
		.is_offered = world_has_accounts,
		.help = "Only users logged in to an account may write to you or invite you.",
	},
	{
		.letter = 'T',
		.flag = USER_FLAG_NO_CTCP,
		.may_set = true,
		.help = "No CTCP is sent to you, except ACTION.",
	},
	{
		.letter = 'W',
		.flag = USER_FLAG_SEES_WHOIS,
		.may_set = true,
		.needs_oper = true,
		.help = "The server notifies you when a user asks WHOIS about you. For operators "
			"of the server.",
	},
	{
		.letter = 'Z',
		.flag = USER_FLAG_SECURE,
		.is_fixed = true,
		.is_offered = world_has_tls,
		.help = "Connected with TLS; set by the server.",
	},
	{
		.letter = 'd',
		.flag = USER_FLAG_DEAF_BUT_COMMANDS,
		.may_set = true,
		.help = "Deaf as with D, except to messages that begin like a command to a bot: "
			"see channels.command_prefixes in papod.conf(5).",
	},
	{
		.letter = 'g',
		.flag = USER_FLAG_CALLER_ID,
		.may_set = true,
		.help = "Caller id: only users on your ACCEPT list may write to you or invite "
			"you; you are notified of others who try.",
	},
	{
		.letter = 'i',
		.flag = USER_FLAG_INVISIBLE,
		.may_set = true,
		.help = "Invisible: hidden from users who share no channel with you, unless they "
			"know your nickname.",
	},
	{
		.letter = 'o',
		.flag = USER_FLAG_OPERATOR,
		.help = "Operator of the server; set by OPER.",
	},
	{
		.letter = 'r',
		.flag = USER_FLAG_REGISTERED,
		.is_fixed = true,
		.is_offered = world_has_accounts,
		.help = "Registered: logged in to the account that the nickname belongs to; set by "
			"the server.",
	},
	{
		.letter = 's',
		.flag = USER_FLAG_NOTICES,
		.may_set = true,
		.privilege = "notices",
		.param = "kinds",
		.help = "Server notices: +s ck adds the kinds c and k, +s -c removes c, and +s "
			"alone selects the most important kinds.",
	},
	{
		.letter = 'w',
		.flag = USER_FLAG_WALLOPS,
		.may_set = true,
		.help = "You receive what operators send with WALLOPS.",
	},
	{
		.letter = 'x',
		.flag = USER_FLAG_CLOAKED,
		.may_set = true,
		.help = "Cloaked: others see a cloak instead of your address.",
	},
	{
		.letter = 'z',
		.flag = USER_FLAG_ONLY_TLS,
		.may_set = true,
		.is_offered = world_has_tls,
		.help = "Only users connected with TLS may write to you or invite you.",
	},
};

const struct user_mode *user_modes_all(size_t *ret_count)
{
	*ret_count = ARRAY_LENGTH(user_rows);
	return user_rows;
}

uint32_t user_flags_all(void)
{
	uint32_t flags = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(user_rows); i++)
		flags |= user_rows[i].flag;
	return flags;
}

uint32_t user_flags_kept(void)
{
	uint32_t flags = USER_FLAG_REGISTERED;

	for (size_t i = 0; i < ARRAY_LENGTH(user_rows); i++)
		if (user_rows[i].may_set && !user_rows[i].needs_oper && !user_rows[i].privilege)
			flags |= user_rows[i].flag;
	return flags & ~(uint32_t) USER_FLAG_CLOAKED;
}

uint32_t user_flags_of_operators(void)
{
	uint32_t flags = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(user_rows); i++)
		if (user_rows[i].needs_oper)
			flags |= user_rows[i].flag;
	return flags;
}

void user_mode_letters(uint32_t flags, struct buffer *out)
{
	for (size_t i = 0; i < ARRAY_LENGTH(user_rows); i++)
		if (flags & user_rows[i].flag)
			buffer_put_byte(out, user_rows[i].letter);
}

const struct user_mode *user_mode_find(char letter)
{
	for (size_t i = 0; i < ARRAY_LENGTH(user_rows); i++)
		if (user_rows[i].letter == letter)
			return &user_rows[i];
	return NULL;
}

bool user_mode_is_offered(
	const struct user_mode *row, const struct world *world, const struct settings *settings)
{
	return !row->is_offered || row->is_offered(world, settings);
}

const struct user_mode *user_mode_of_flag(enum user_flag flag)
{
	const struct user_mode *row = user_rows;

	while (row->flag != flag)
		row++;
	return row;
}

enum modestring_param user_mode_param(char letter)
{
	const struct user_mode *row = user_mode_find(letter);

	return row && row->param ? MODESTRING_PARAM_WHEN_SET : MODESTRING_PARAM_NONE;
}
