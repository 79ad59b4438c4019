/* Modes of channels, of their members and of users: one row each. The parser, MODE, ISUPPORT, 004,
 * the manual and the tests use the rows. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/modestring.h"

struct channel;
struct settings;
struct world;

/* Modern IRC, "Channel Modes": the order is that of CHANMODES=A,B,C,D, then PREFIX. */
enum mode_kind {
	MODE_KIND_LIST,	  /* A: a list of masks */
	MODE_KIND_KEY,	  /* B: a parameter both ways */
	MODE_KIND_VALUE,  /* C: a parameter when set */
	MODE_KIND_FLAG,	  /* D: none */
	MODE_KIND_PREFIX, /* a member's rank */
};

enum channel_flag {
	CHANNEL_FLAG_INVITE_ONLY = 1 << 0,
	CHANNEL_FLAG_MODERATED = 1 << 1,
	CHANNEL_FLAG_NO_OUTSIDE = 1 << 2,
	CHANNEL_FLAG_SECRET = 1 << 3,
	CHANNEL_FLAG_TOPIC_LOCKED = 1 << 4,
	CHANNEL_FLAG_PRIVATE = 1 << 5,
	CHANNEL_FLAG_NO_CTCP = 1 << 6,
	CHANNEL_FLAG_NO_COLOURS = 1 << 7,
	CHANNEL_FLAG_STRIP_COLOURS = 1 << 8,
	CHANNEL_FLAG_REGISTERED_JOIN = 1 << 9,
	CHANNEL_FLAG_REGISTERED_SPEAK = 1 << 10,
	CHANNEL_FLAG_NO_NICK_CHANGE = 1 << 11,
	CHANNEL_FLAG_NO_KICK = 1 << 12,
	CHANNEL_FLAG_NO_KNOCK = 1 << 13,
	CHANNEL_FLAG_NO_NOTICE = 1 << 14,
	CHANNEL_FLAG_TLS_ONLY = 1 << 15,
	CHANNEL_FLAG_PERMANENT = 1 << 16,
	CHANNEL_FLAG_OPERATORS_ONLY = 1 << 17,
	CHANNEL_FLAG_FREE_FORWARD = 1 << 18,
	CHANNEL_FLAG_FREE_INVITE = 1 << 19,
	CHANNEL_FLAG_AUDITORIUM = 1 << 20,
	CHANNEL_FLAG_OPERATORS_HEAR = 1 << 21,
	CHANNEL_FLAG_DELAYED_JOIN = 1 << 22,
};

enum channel_list {
	CHANNEL_LIST_BAN,
	CHANNEL_LIST_EXCEPTION,
	CHANNEL_LIST_INVITE,
	CHANNEL_LIST_QUIET,
	CHANNEL_LIST_COUNT
};

/* Higher ranks have higher bits. */
enum member_rank {
	MEMBER_RANK_VOICE = 1 << 0,
	MEMBER_RANK_HALF_OPERATOR = 1 << 1,
	MEMBER_RANK_OPERATOR = 1 << 2,
	MEMBER_RANK_ADMIN = 1 << 3,
	MEMBER_RANK_OWNER = 1 << 4,
};

struct channel_mode {
	char letter;
	enum mode_kind kind;
	uint32_t value;	 /* enum channel_flag, channel_list or member_rank, as the kind says */
	char prefix;	 /* of a rank, in NAMES */
	bool is_default; /* set on new channels */
	uint32_t rank;	 /* enum member_rank: the lowest that may change it */
	bool needs_oper; /* only operators of the server may set it */
	bool is_channel; /* the value is a channel, of which the setter must be operator too */

	/* For MODE_KIND_VALUE. Sets the value from text, NULL unsets; false: invalid. */
	bool (*set)(struct channel *channel, const char *text);
	bool (*write)(const struct channel *channel, struct buffer *out); /* false: not set */
	const char *wrong; /* what a valid value is, for 696 */
	/* NULL: always. A mode that is not offered is unknown, but can be unset. */
	bool (*is_offered)(const struct world *world, const struct settings *settings);

	const char *param; /* what the parameter is, for humans; NULL: none */
	const char *help;  /* one sentence */
};

const struct channel_mode *channel_modes_all(size_t *ret_count);
const struct channel_mode *channel_mode_find(char letter); /* NULL: unknown */
bool channel_mode_is_offered(
	const struct channel_mode *row, const struct world *world, const struct settings *settings);
const struct channel_mode *channel_mode_of_list(enum channel_list list);
enum modestring_param channel_mode_param(char letter); /* for modestring_parse() */
uint32_t channel_flags_default(void);
uint32_t channel_mode_values(enum mode_kind kind); /* all bits of MODE_KIND_FLAG or _PREFIX */

/* The prefix of a member's highest rank, "@", or with `all` the prefixes of all ranks, "@+". */
void member_prefixes(uint32_t ranks, bool all, struct buffer *out);
uint32_t member_rank_of_prefix(char prefix); /* 0: not a prefix */
char member_rank_letter(uint32_t rank);	     /* of its mode */

enum user_flag {
	USER_FLAG_INVISIBLE = 1 << 0,
	USER_FLAG_OPERATOR = 1 << 1,
	USER_FLAG_BOT = 1 << 8,
	USER_FLAG_ONLY_REGISTERED = 1 << 9,
	USER_FLAG_NO_CTCP = 1 << 10,
	USER_FLAG_DEAF = 1 << 11,
	USER_FLAG_DEAF_BUT_COMMANDS = 1 << 12,
	USER_FLAG_CALLER_ID = 1 << 13,
	USER_FLAG_HIDES_CHANNELS = 1 << 14,
	USER_FLAG_ONLY_TLS = 1 << 15,
	USER_FLAG_HIDES_OPERATOR = 1 << 16,
	USER_FLAG_SEES_WHOIS = 1 << 17,
	USER_FLAG_SECURE = 1 << 18,	/* all its sessions use TLS, see session_is_secure() */
	USER_FLAG_REGISTERED = 1 << 20, /* its nick belongs to its account, see nick_owner.h */
	USER_FLAG_WALLOPS = 1 << 2,
	USER_FLAG_NOTICES = 1 << 3, /* of the kinds in struct user.notices */
	USER_FLAG_CLOAKED = 1 << 24,
};

struct user_mode {
	char letter;
	uint32_t flag;	 /* enum user_flag */
	bool may_set;	 /* by the user; unsetting is always allowed, except of fixed modes */
	bool is_fixed;	 /* only the server sets and unsets it */
	bool needs_oper; /* only operators of the server have it */
	bool (*is_offered)(const struct world *world,
		const struct settings *settings); /* as in struct channel_mode */
	const char *privilege;			  /* that an operator needs to set it; NULL: none */
	const char *param; /* when set, what the parameter is, for humans; NULL: none */
	const char *help;
};

const struct user_mode *user_modes_all(size_t *ret_count);
uint32_t user_flags_all(void);
uint32_t user_flags_kept(void);		/* that a user keeps through a stop of the server */
uint32_t user_flags_of_operators(void); /* modes that only operators have */
void user_mode_letters(uint32_t flags, struct buffer *out);
const struct user_mode *user_mode_find(char letter);
bool user_mode_is_offered(
	const struct user_mode *row, const struct world *world, const struct settings *settings);
const struct user_mode *user_mode_of_flag(enum user_flag flag);
enum modestring_param user_mode_param(char letter);
