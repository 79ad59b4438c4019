/* Owns the table of capabilities. */
#include "world/caps.h"

#include <string.h>

#include "base/cleanup.h"
#include "proto/name_syntax.h"
#include "world/metadata.h"

static bool remembers_messages(const struct settings *settings)
{
	return settings->redactable_messages;
}

static void write_metadata(const struct settings *settings, struct buffer *out)
{
	buffer_format(out, "before-connect,max-subs=%u,max-keys=%u,max-value-bytes=%u",
		settings->metadata_subscriptions, settings->metadata_keys,
		settings->metadata_value_bytes);
}

static void write_metadata_3(const struct settings *settings, struct buffer *out)
{
	write_metadata(settings, out);
	buffer_format(out, ",max-key-bytes=%d", METADATA_KEY_BYTES);
}

static void write_multiline(const struct settings *settings, struct buffer *out)
{
	buffer_format(out, "max-bytes=%u,max-lines=%u", settings->multiline_bytes,
		settings->multiline_lines);
}

static void write_separators(const struct settings *settings, struct buffer *out)
{
	(void) settings;
	buffer_put_byte(out, RELAY_SEPARATOR);
}

static const struct cap_row rows[] = {
	{
		.name = "account-notify",
		.bit = CAP_ACCOUNT_NOTIFY,
		.help = "ACCOUNT is sent when somebody in a common channel logs in or out.",
	},
	{
		.name = "account-tag",
		.bit = CAP_ACCOUNT_TAG,
		.help = "What somebody says or does carries the account's name as a tag.",
	},
	{
		.name = "away-notify",
		.bit = CAP_AWAY_NOTIFY,
		.help = "AWAY is sent when somebody in a common channel leaves or comes back.",
	},
	{
		.name = "batch",
		.bit = CAP_BATCH,
		.help = "Lines that belong together stand between two BATCH lines.",
	},
	{
		.name = "cap-notify",
		.bit = CAP_CAP_NOTIFY,
		.since = 302,
		.help = "CAP NEW and CAP DEL are sent when the server's capabilities change.",
	},
	{
		.name = "chghost",
		.bit = CAP_CHGHOST,
		.help = "CHGHOST is sent when somebody in a common channel gets another host, "
			"instead of a QUIT and JOIN.",
	},
	{
		.name = "echo-message",
		.bit = CAP_ECHO_MESSAGE,
		.help = "Messages are also sent back to their sender, as others see them.",
	},
	{
		.name = "extended-join",
		.bit = CAP_EXTENDED_JOIN,
		.help = "JOIN also tells the account and the real name.",
	},
	{
		.name = "extended-monitor",
		.bit = CAP_EXTENDED_MONITOR,
		.help = "ACCOUNT, AWAY, CHGHOST and SETNAME are sent also of those whom MONITOR "
			"waits for.",
	},
	{
		.name = "invite-notify",
		.bit = CAP_INVITE_NOTIFY,
		.help = "INVITE is sent to channel operators when somebody is invited.",
	},
	{
		.name = "labeled-response",
		.bit = CAP_LABELED_RESPONSE,
		.needs = CAP_BATCH,
		.help = "Answers carry the label that the command came with.",
	},
	{
		.name = "message-tags",
		.bit = CAP_MESSAGE_TAGS,
		.help = "Lines carry tags, also those of other clients; TAGMSG sends them alone.",
	},
	{
		.name = "multi-prefix",
		.bit = CAP_MULTI_PREFIX,
		.help = "NAMES, WHO and WHOIS show all of a member's prefixes, not only the "
			"highest.",
	},
	{
		.name = "no-implicit-names",
		.bit = CAP_NO_IMPLICIT_NAMES,
		.help = "Who is on a channel is told when NAMES asks for it, not after each JOIN.",
	},
	{
		.name = "server-time",
		.bit = CAP_SERVER_TIME,
		.help = "Each line carries a time tag that says when it was sent.",
	},
	{
		.name = "setname",
		.bit = CAP_SETNAME,
		.help = "SETNAME is sent when somebody in a common channel changes the real name.",
	},
	{
		.name = "standard-replies",
		.bit = CAP_STANDARD_REPLIES,
		.help = "FAIL, WARN and NOTE may be sent wherever they say best what is wrong.",
	},
	{
		.name = "userhost-in-names",
		.bit = CAP_USERHOST_IN_NAMES,
		.help = "NAMES shows nick!user@host instead of the nickname.",
	},
	{
		.name = "draft/channel-rename",
		.bit = CAP_CHANNEL_RENAME,
		.help = "RENAME is sent when a channel gets another name, instead of a PART and "
			"a JOIN.",
	},
	{
		.name = "draft/extended-isupport",
		.bit = CAP_EXTENDED_ISUPPORT,
		.help = "ISUPPORT tells what the server supports before registration too.",
	},
	{
		.name = "draft/message-redaction",
		.bit = CAP_MESSAGE_REDACTION,
		.needs = CAP_MESSAGE_TAGS,
		.is_offered = remembers_messages,
		.help = "REDACT is sent when a message shall not be shown any more.",
	},
	{
		.name = "draft/metadata-2",
		.bit = CAP_METADATA_2,
		.needs = CAP_BATCH,
		.excludes = CAP_METADATA_3,
		.write_value = write_metadata,
		.help = "METADATA is sent when a key changes that the client subscribes to.",
	},
	{
		.name = "draft/metadata-3",
		.bit = CAP_METADATA_3,
		.needs = CAP_BATCH,
		.excludes = CAP_METADATA_2,
		.write_value = write_metadata_3,
		.help = "The same with numerics instead of METADATA, and other errors.",
	},
	{
		.name = "draft/multiline",
		.bit = CAP_MULTILINE,
		.needs = CAP_BATCH | CAP_MESSAGE_TAGS,
		.write_value = write_multiline,
		.help = "Messages may have several lines, which come in one batch.",
	},
	{
		.name = "draft/no-implicit-names",
		.bit = CAP_DRAFT_NO_IMPLICIT_NAMES,
		.help = "The same as no-implicit-names.",
	},
	{
		.name = "draft/oper-tag",
		.bit = CAP_OPER_TAG,
		.help = "What an operator of the server says or does carries a tag that says so.",
	},
	{
		.name = "draft/pre-away",
		.bit = CAP_PRE_AWAY,
		.help = "AWAY is taken before registration too.",
	},
	{
		.name = "draft/relaymsg",
		.bit = CAP_RELAYMSG,
		.write_value = write_separators,
		.help = "Messages that a bot passes on with RELAYMSG have a tag that names it.",
	},
	{
		.name = "draft/whoami",
		.bit = CAP_WHOAMI,
		.needs = CAP_CHGHOST,
		.help = "SETNAME tells at registration how others see the client; CHGHOST tells "
			"when that changes.",
	},
};

const struct cap_row *caps_all(size_t *ret_count)
{
	*ret_count = ARRAY_LENGTH(rows);
	return rows;
}

uint64_t caps_known(void)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		caps |= rows[i].bit;
	return caps;
}

const struct cap_row *cap_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	return NULL;
}

static bool is_offered(const struct cap_row *row, const struct settings *settings)
{
	/* What a version implies is not for the administrator to take away. */
	if (row->since)
		return true;
	for (size_t i = 0; i < settings->n_capabilities_off; i++)
		if (strcmp(settings->capabilities_off[i], row->name) == 0)
			return false;
	return !row->is_offered || row->is_offered(settings);
}

uint64_t caps_offered(const struct settings *settings)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (is_offered(&rows[i], settings))
			caps |= rows[i].bit;
	return caps_in_force(caps);
}

uint64_t caps_implied_by(uint16_t version)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].since && rows[i].since <= version)
			caps |= rows[i].bit;
	return caps;
}

bool caps_go_together(uint64_t caps)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (caps & rows[i].bit && caps & rows[i].excludes)
			return false;
	return true;
}

uint64_t caps_in_force(uint64_t granted)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (granted & rows[i].bit && (granted & rows[i].needs) == rows[i].needs)
			caps |= rows[i].bit;
	return caps;
}

void cap_write(const struct cap_row *row, const struct settings *settings, struct buffer *out)
{
	size_t begun = out->length, bare;

	buffer_format(out, "%s=", row->name);
	bare = out->length;
	if (row->write_value)
		row->write_value(settings, out);
	if (out->length == bare)
		buffer_cut(out, begun + strlen(row->name));
}
