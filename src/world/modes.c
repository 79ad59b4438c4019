/* Owns the table of modes of channels. */
#include "world/modes.h"

#include "base/cleanup.h"
#include "world/mode_values.h"
#include "world/offers.h"

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
		.help = "Owner: a channel operator who can be removed or demoted by owners only.",
	},
	{
		.letter = 'a',
		.kind = MODE_KIND_PREFIX,
		.value = MEMBER_RANK_ADMIN,
		.prefix = '&',
		.rank = MEMBER_RANK_OWNER,
		.param = "nick",
		.help = "Administrator: a channel operator who cannot be removed by other "
			"operators.",
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
		.help = "Ban: users who match may not join, nor speak unless voiced.",
	},
	{
		.letter = 'e',
		.kind = MODE_KIND_LIST,
		.value = CHANNEL_LIST_EXCEPTION,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "mask",
		.help = "Exception: bans and quiets do not apply to users who match.",
	},
	{
		.letter = 'I',
		.kind = MODE_KIND_LIST,
		.value = CHANNEL_LIST_INVITE,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "mask",
		.help = "Invitation: users who match may join despite mode i.",
	},
	{
		.letter = 'y',
		.kind = MODE_KIND_LIST,
		.value = CHANNEL_LIST_QUIET,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "mask",
		.help = "Quiet: users who match may join, but not speak unless voiced.",
	},
	{
		.letter = 'k',
		.kind = MODE_KIND_KEY,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "key",
		.help = "Key: users need this key to join.",
	},
	{
		.letter = 'd',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_OPERATOR,
		.param = "seconds",
		.set = set_slow,
		.write = write_slow,
		.wrong = "Seconds are a number from 1 to 3600",
		.help = "Slow mode: unvoiced users may speak once in this many seconds.",
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
		.help = "Forward: users who may not join are sent to that channel.",
	},
	{
		.letter = 'j',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_OPERATOR,
		.param = "joins:seconds",
		.set = set_join_rate,
		.write = write_join_rate,
		.wrong = WRONG_RATE,
		.help = "Throttle: at most this many joins in this many seconds.",
	},
	{
		.letter = 'l',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.param = "limit",
		.set = set_limit,
		.write = write_limit,
		.wrong = "A limit is a number, at least 1",
		.help = "Limit: at most this many members.",
	},
	{
		.letter = 'x',
		.kind = MODE_KIND_VALUE,
		.rank = MEMBER_RANK_OPERATOR,
		.param = "lines:seconds",
		.set = set_line_rate,
		.write = write_line_rate,
		.wrong = WRONG_RATE,
		.help = "Flood limit: each unvoiced user may say at most this many lines in this "
			"many seconds.",
	},
	{
		.letter = 'C',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_CTCP,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "No CTCP other than ACTION, in topics and reasons too.",
	},
	{
		.letter = 'D',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_DELAYED_JOIN,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Delayed joins: others do not see a member until it speaks, gets a rank, "
			"or the mode ends.",
	},
	{
		.letter = 'F',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_FREE_FORWARD,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Free target: operators of any channel may forward users here.",
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
		.help = "Only voiced users and users with an account may speak.",
	},
	{
		.letter = 'N',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_NICK_CHANGE,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Unvoiced users may not change nicknames.",
	},
	{
		.letter = 'O',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_OPERATORS_ONLY,
		.rank = MEMBER_RANK_OPERATOR,
		.needs_oper = true,
		.help = "Only operators of the server may join. Only they may set this mode.",
	},
	{
		.letter = 'P',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_PERMANENT,
		.rank = MEMBER_RANK_OPERATOR,
		.needs_oper = true,
		.help = "Permanent: the channel stays when the last member leaves. Only "
			"operators of the server may set this mode.",
	},
	{
		.letter = 'Q',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_KICK,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "No KICK, except by operators of the server.",
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
		.help = "Unvoiced users may not send NOTICE to the channel.",
	},
	{
		.letter = 'U',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_OPERATORS_HEAR,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Only operators see messages of unvoiced users, even those that m, b or y "
			"would forbid.",
	},
	{
		.letter = 'c',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_NO_COLOURS,
		.rank = MEMBER_RANK_OPERATOR,
		.help = "Messages and topics with colours or formatting are refused; the server "
			"removes formatting from reasons.",
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
		.help = "Invite-only: only invited users may join.",
	},
	{
		.letter = 'm',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_MODERATED,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.help = "Moderated: only operators and voiced users may speak.",
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
		.help = "Private: hidden from LIST and WHOIS for users outside the channel.",
	},
	{
		.letter = 's',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_SECRET,
		.rank = MEMBER_RANK_HALF_OPERATOR,
		.help = "Secret: only members can see that the channel exists.",
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
		.help = "Auditorium: unvoiced users see and hear only voiced users and "
			"operators.",
	},
	{
		.letter = 'z',
		.kind = MODE_KIND_FLAG,
		.value = CHANNEL_FLAG_TLS_ONLY,
		.rank = MEMBER_RANK_OPERATOR,
		.is_offered = world_has_tls,
		.help = "Only users connected with TLS may join. It can be set while all members "
			"are.",
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

bool channel_mode_is_offered(
	const struct channel_mode *row, const struct world *world, const struct settings *settings)
{
	return !row->is_offered || row->is_offered(world, settings);
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

char member_rank_letter(uint32_t rank)
{
	size_t i = 0;

	while (channel_rows[i].kind == MODE_KIND_PREFIX && channel_rows[i].value != rank)
		i++;
	return channel_rows[i].letter;
}

uint32_t member_rank_of_prefix(char prefix)
{
	for (size_t i = 0; channel_rows[i].kind == MODE_KIND_PREFIX; i++)
		if (channel_rows[i].prefix == prefix)
			return channel_rows[i].value;
	return 0;
}
