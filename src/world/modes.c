/* Owns the tables of modes. */
#include "world/modes.h"

#include "base/cleanup.h"
#include "world/mode_values.h"
#include "world/world.h"

#define WRONG_RATE "A rate is count:seconds, each a number from 1 to 3600"

/* Ranks first and highest first: ISUPPORT PREFIX lists them so. The rest by kind and letter. */
static const struct channel_mode channel_rows[] = {
	{
		.letter = 'q',
		.kind = MODE_KIND_PREFIX,
		.value = MEMBER_RANK_OWNER,
		.prefix = '~',
		.rank = MEMBER_RANK_OWNER,
		.param = "nick",
		.help = "Owner: like a channel operator, and nobody below may take it away.",
	},
	{
		.letter = 'a',
		.kind = MODE_KIND_PREFIX,
		.value = MEMBER_RANK_ADMIN,
		.prefix = '&',
		.rank = MEMBER_RANK_OWNER,
		.param = "nick",
		.help = "Administrator: a channel operator whom other operators cannot remove.",
	},
	{
		.letter = 'o',
		.kind = MODE_KIND_PREFIX,
		.value = MEMBER_RANK_OPERATOR,
		.prefix = '@',
		.rank = MEMBER_RANK_OPERATOR,
		.param = "nick",
		.help = "Channel operator: may change modes and topic, kick and invite.",
	},
	{
		.letter = 'h',
		.kind = MODE_KIND_PREFIX,
		.value = MEMBER_RANK_HALF_OPERATOR,
		.prefix = '%',
		.rank = MEMBER_RANK_OPERATOR,
		.param = "nick",
		.help = "Half-operator: may voice, ban, kick, invite and set the topic.",
	},
	{
		.letter = 'v',
		.kind = MODE_KIND_PREFIX,
		.value = MEMBER_RANK_VOICE,
		.prefix = '+',
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "nick",
		.help = "Voice: may speak in a moderated channel.",
	},
	{
		.letter = 'b',
		.kind = MODE_KIND_LIST,
		.value = CHANNEL_LIST_BAN,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "mask",
		.help = "Ban: who matches may not join, nor speak unless voiced.",
	},
	{
		.letter = 'e',
		.kind = MODE_KIND_LIST,
		.value = CHANNEL_LIST_EXCEPTION,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "mask",
		.help = "Exception: who matches is hit by no ban and no quiet.",
	},
	{
		.letter = 'I',
		.kind = MODE_KIND_LIST,
		.value = CHANNEL_LIST_INVITE,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "mask",
		.help = "Invitation: who matches may join although the channel is for the "
			"invited only.",
	},
	{
		.letter = 'y',
		.kind = MODE_KIND_LIST,
		.value = CHANNEL_LIST_QUIET,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "mask",
		.help = "Quiet: who matches may join, but not speak unless voiced.",
	},
	{
		.letter = 'k',
		.kind = MODE_KIND_KEY,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "key",
		.help = "Joining needs this key.",
	},
	{
		.letter = 'd',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_OPERATOR,
		.param = "seconds",
		.set = set_slow,
		.write = write_slow,
		.wrong = "Seconds are a number from 1 to 3600",
		.help = "Slow: the unvoiced may speak once in so many seconds.",
	},
	{
		.letter = 'f',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_OPERATOR,
		.is_channel = true,
		.param = "channel",
		.set = set_forward,
		.write = write_forward,
		.wrong = "A forward is the name of another channel",
		.help = "Forward: who may not join is sent to that channel.",
	},
	{
		.letter = 'j',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_OPERATOR,
		.param = "joins:seconds",
		.set = set_join_rate,
		.write = write_join_rate,
		.wrong = WRONG_RATE,
		.help = "Throttle: at most so many joins in so many seconds.",
	},
	{
		.letter = 'l',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "limit",
		.set = set_limit,
		.write = write_limit,
		.wrong = "A limit is a number from 1 on",
		.help = "At most this many members.",
	},
	{
		.letter = 'x',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_OPERATOR,
		.param = "lines:seconds",
		.set = set_line_rate,
		.write = write_line_rate,
		.wrong = WRONG_RATE,
		.help = "Flood: each of the unvoiced may say at most so many lines in so many "
			"seconds.",
	},
	{
		.letter = 'C',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_CTCP,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "CTCP other than ACTION is refused, in topics and reasons too.",
	},
	{
		.letter = 'D',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_DELAYED_JOIN,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Delayed joins: others see a member only once it speaks or gets a rank, or "
			"the mode ends.",
	},
	{
		.letter = 'F',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_FREE_FORWARD,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Every channel operator may forward here.",
	},
	{
		.letter = 'K',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_KNOCK,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "No KNOCK.",
	},
	{
		.letter = 'M',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_REGISTERED_SPEAK,
		.rank = MEMBER_RANK_OPERATOR,
		.is_offered = world_has_accounts,
		.help = "Only the voiced and users with an account may speak.",
	},
	{
		.letter = 'N',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_NICK_CHANGE,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "The unvoiced may not change nicknames.",
	},
	{
		.letter = 'O',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_OPERATORS_ONLY,
		.rank = MEMBER_RANK_OPERATOR,
		.needs_oper = true,
		.help = "Only operators of the server may join. Only they may set it.",
	},
	{
		.letter = 'P',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_PERMANENT,
		.rank = MEMBER_RANK_OPERATOR,
		.needs_oper = true,
		.help = "Permanent: stays when the last member leaves. Only operators of the "
			"server may set it.",
	},
	{
		.letter = 'Q',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_KICK,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "No KICK, but by operators of the server.",
	},
	{
		.letter = 'R',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_REGISTERED_JOIN,
		.rank = MEMBER_RANK_OPERATOR,
		.is_offered = world_has_accounts,
		.help = "Only users with an account may join.",
	},
	{
		.letter = 'S',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_STRIP_COLOURS,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "The server removes colours and formatting from messages, topics and "
			"reasons.",
	},
	{
		.letter = 'T',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_NOTICE,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "No NOTICE to the channel from the unvoiced.",
	},
	{
		.letter = 'U',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_OPERATORS_HEAR,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Only operators see messages of unvoiced users, even if m, M, b or y "
			"forbids them.",
	},
	{
		.letter = 'c',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_COLOURS,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Messages and topics with colours or formatting are refused; the server "
			"removes these from reasons.",
	},
	{
		.letter = 'g',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_FREE_INVITE,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Every member may invite.",
	},
	{
		.letter = 'i',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_INVITE_ONLY,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.help = "Only the invited may join.",
	},
	{
		.letter = 'm',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_MODERATED,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.help = "Moderated: only the voiced and operators may speak.",
	},
	{
		.letter = 'n',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_OUTSIDE,
		.is_default = true,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.help = "No messages from outside the channel.",
	},
	{
		.letter = 'p',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_PRIVATE,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.help = "Private: not in LIST and WHOIS for those outside.",
	},
	{
		.letter = 's',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_SECRET,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.help = "Secret: only members see that the channel exists.",
	},
	{
		.letter = 't',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_TOPIC_LOCKED,
		.is_default = true,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.help = "Only operators may change the topic.",
	},
	{
		.letter = 'u',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_AUDITORIUM,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Auditorium: the unvoiced see and hear the voiced and operators only.",
	},
	{
		.letter = 'z',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_TLS_ONLY,
		.rank = MEMBER_RANK_OPERATOR,
		.is_offered = world_has_tls,
		.help = "Only those who are connected by TLS may join.",
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
		.letter = 'H',
		.flag = USER_FLAG_HIDES_OPERATOR,
		.may_set = true,
		.needs_oper = true,
		.help = "Only other operators of the server are shown that you are one.",
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
		.is_offered = world_has_accounts,
		.help = "Only who is logged into an account may write to you or invite you.",
	},
	{
		.letter = 'T',
		.flag = USER_FLAG_NO_CTCP,
		.may_set = true,
		.help = "No CTCP is sent to you, but for ACTION.",
	},
	{
		.letter = 'W',
		.flag = USER_FLAG_SEES_WHOIS,
		.may_set = true,
		.needs_oper = true,
		.help = "Told when somebody asks WHOIS about you; for operators of the server.",
	},
	{
		.letter = 'Z',
		.flag = USER_FLAG_ONLY_TLS,
		.may_set = true,
		.is_offered = world_has_tls,
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
	{
		.letter = 'x',
		.flag = USER_FLAG_CLOAKED,
		.may_set = true,
		.help = "Cloaked: others see a cloak instead of your address.",
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

bool channel_mode_is_offered(const struct channel_mode *row, const struct world *world)
{
	return !row->is_offered || row->is_offered(world);
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
	case MODE_KIND_VALUE:
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

uint32_t channel_mode_values(enum mode_kind kind)
{
	uint32_t values = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(channel_rows); i++)
		if (channel_rows[i].kind == kind)
			values |= channel_rows[i].value;
	return values;
}

void member_prefixes(uint32_t ranks, bool all, struct buffer *out)
{
	for (size_t i = 0; ranks && i < ARRAY_LENGTH(channel_rows); i++) {
		if (channel_rows[i].kind != MODE_KIND_PREFIX || !(ranks & channel_rows[i].value))
			continue;
		buffer_put_byte(out, channel_rows[i].prefix);
		if (!all)
			return;
	}
}

uint32_t member_rank_of_prefix(char prefix)
{
	for (size_t i = 0; channel_rows[i].kind == MODE_KIND_PREFIX; i++)
		if (channel_rows[i].prefix == prefix)
			return channel_rows[i].value;
	return 0;
}

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

bool user_mode_is_offered(const struct user_mode *row, const struct world *world)
{
	return !row->is_offered || row->is_offered(world);
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
