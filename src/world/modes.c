/* Owns the tables of modes. */
#include "world/modes.h"

#include "base/cleanup.h"

/* Ranks first and highest first: ISUPPORT PREFIX lists them so. */
static const struct channel_mode channel_rows[] = {
	{
		.letter = 'o',
		.kind = MODE_KIND_PREFIX,
		.value = MEMBER_RANK_OPERATOR,
		.prefix = '@',
		.param = "nick",
		.help = "Channel operator: may change modes and topic, kick and invite.",
	},
	{
		.letter = 'v',
		.kind = MODE_KIND_PREFIX,
		.value = MEMBER_RANK_VOICE,
		.prefix = '+',
		.param = "nick",
		.help = "Voice: may speak in a moderated channel.",
	},
	{
		.letter = 'b',
		.kind = MODE_KIND_LIST,
		.value = CHANNEL_LIST_BAN,
		.param = "mask",
		.help = "Ban: who matches may not join, nor speak unless voiced.",
	},
	{
		.letter = 'i',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_INVITE_ONLY,
		.help = "Only the invited may join.",
	},
	{
		.letter = 'k',
		.kind = MODE_KIND_KEY,
		.param = "key",
		.help = "Joining needs this key.",
	},
	{
		.letter = 'l',
		.kind = MODE_KIND_COUNT,
		.param = "limit",
		.help = "At most this many members.",
	},
	{
		.letter = 'm',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_MODERATED,
		.help = "Moderated: only the voiced and operators may speak.",
	},
	{
		.letter = 'n',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_OUTSIDE,
		.is_default = true,
		.help = "No messages from outside the channel.",
	},
	{
		.letter = 's',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_SECRET,
		.help = "Secret: only members see that the channel exists.",
	},
	{
		.letter = 't',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_TOPIC_LOCKED,
		.is_default = true,
		.help = "Only operators may change the topic.",
	},
};

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
		.help = "Deaf: no messages and notices to channels are sent to you.",
	},
	{
		.letter = 'I',
		.flag = USER_FLAG_HIDES_CHANNELS,
		.may_set = true,
		.help = "Your channels are shown in WHOIS and WHO to nobody but operators of the "
			"server.",
	},
	{
		.letter = 'R',
		.flag = USER_FLAG_ONLY_REGISTERED,
		.may_set = true,
		.help = "Only who is logged into an account may write to you or invite you.",
	},
	{
		.letter = 'T',
		.flag = USER_FLAG_NO_CTCP,
		.may_set = true,
		.help = "No CTCP is sent to you, but for ACTION.",
	},
	{
		.letter = 'Z',
		.flag = USER_FLAG_ONLY_TLS,
		.may_set = true,
		.help = "Only who is connected by TLS may write to you or invite you.",
	},
	{
		.letter = 'd',
		.flag = USER_FLAG_DEAF_BUT_COMMANDS,
		.may_set = true,
		.help = "Deaf as with D, but for messages that begin like a command to a bot: see "
			"channels.command_prefixes in papod.conf(5).",
	},
	{
		.letter = 'g',
		.flag = USER_FLAG_CALLER_ID,
		.may_set = true,
		.help = "Caller id: only those on your ACCEPT list may write to you or invite you; "
			"you are told of others.",
	},
	{
		.letter = 'i',
		.flag = USER_FLAG_INVISIBLE,
		.may_set = true,
		.help = "Invisible: not shown to those who share no channel, unless they know the "
			"nickname.",
	},
	{
		.letter = 'o',
		.flag = USER_FLAG_OPERATOR,
		.help = "Server operator; set by OPER.",
	},
	{
		.letter = 's',
		.flag = USER_FLAG_NOTICES,
		.may_set = true,
		.privilege = "notices",
		.param = "kinds",
		.help = "Told of what happens on the server: +s ck adds the kinds c and k, +s -c "
			"takes c out, +s alone asks for the most important.",
	},
	{
		.letter = 'w',
		.flag = USER_FLAG_WALLOPS,
		.may_set = true,
		.help = "Gets what operators say to all with WALLOPS.",
	},
};

const struct channel_mode *channel_modes_all(size_t *ret_count)
{
	*ret_count = ARRAY_LENGTH(channel_rows);
	return channel_rows;
}

const struct channel_mode *channel_mode_find(char letter)
{
	for (size_t i = 0; i < ARRAY_LENGTH(channel_rows); i++)
		if (channel_rows[i].letter == letter)
			return &channel_rows[i];
	return NULL;
}

const struct channel_mode *channel_mode_of_list(enum channel_list list)
{
	const struct channel_mode *row = channel_rows;

	while (row->kind != MODE_KIND_LIST || row->value != list)
		row++;
	return row;
}

enum modestring_param channel_mode_param(char letter)
{
	const struct channel_mode *row = channel_mode_find(letter);

	if (!row)
		return MODESTRING_PARAM_NONE;
	switch (row->kind) {
	case MODE_KIND_LIST:
		return MODESTRING_PARAM_LIST;
	case MODE_KIND_KEY:
	case MODE_KIND_PREFIX:
		return MODESTRING_PARAM_ALWAYS;
	case MODE_KIND_COUNT:
		return MODESTRING_PARAM_WHEN_SET;
	case MODE_KIND_FLAG:
		return MODESTRING_PARAM_NONE;
	}
	return MODESTRING_PARAM_NONE;
}

uint32_t channel_flags_default(void)
{
	uint32_t flags = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(channel_rows); i++)
		if (channel_rows[i].is_default)
			flags |= channel_rows[i].value;
	return flags;
}

void member_prefixes(uint32_t ranks, bool all, struct buffer *out)
{
	for (size_t i = 0; i < ARRAY_LENGTH(channel_rows); i++) {
		if (channel_rows[i].kind != MODE_KIND_PREFIX || !(ranks & channel_rows[i].value))
			continue;
		buffer_put_byte(out, channel_rows[i].prefix);
		if (!all)
			return;
	}
}

const struct user_mode *user_modes_all(size_t *ret_count)
{
	*ret_count = ARRAY_LENGTH(user_rows);
	return user_rows;
}

const struct user_mode *user_mode_find(char letter)
{
	for (size_t i = 0; i < ARRAY_LENGTH(user_rows); i++)
		if (user_rows[i].letter == letter)
			return &user_rows[i];
	return NULL;
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
