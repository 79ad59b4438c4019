/* Owns the table of capabilities. */
#include "world/caps.h"

#include <string.h>

#include "base/cleanup.h"
#include "proto/name_syntax.h"
#include "proto/sasl.h"
#include "world/metadata.h"
#include "world/world.h"

static bool remembers_messages(const struct cap_basis *basis)
{
	return basis->settings->redactable_messages;
}

static bool has_history(const struct cap_basis *basis)
{
	return basis->settings->history.is_enabled;
}

static void write_metadata(const struct cap_basis *basis, bool is_secure, struct buffer *out)
{
	const struct settings *settings = basis->settings;

	(void) is_secure;
	buffer_format(out, "before-connect,max-subs=%u,max-keys=%u,max-value-bytes=%u",
		settings->metadata_subscriptions, settings->metadata_keys,
		settings->metadata_value_bytes);
}

static void write_metadata_3(const struct cap_basis *basis, bool is_secure, struct buffer *out)
{
	write_metadata(basis, is_secure, out);
	buffer_format(out, ",max-key-bytes=%d", METADATA_KEY_BYTES);
}

static void write_multiline(const struct cap_basis *basis, bool is_secure, struct buffer *out)
{
	(void) is_secure;
	buffer_format(out, "max-bytes=%u,max-lines=%u", basis->settings->multiline_bytes,
		basis->settings->multiline_lines);
}

static void write_separators(const struct cap_basis *basis, bool is_secure, struct buffer *out)
{
	(void) basis;
	(void) is_secure;
	buffer_put_byte(out, RELAY_SEPARATOR);
}

/* A client that insists on TLS could not connect if it cannot verify the certificate. */
static bool has_sts(const struct cap_basis *basis)
{
	return basis->settings->sts_port && basis->certificates != CERTIFICATES_BAD;
}

/* IRCv3 sts. Where it is off, clients with TLS are told to forget their policy. */
static void write_sts(const struct cap_basis *basis, bool is_secure, struct buffer *out)
{
	const struct settings *settings = basis->settings;
	uint64_t days = has_sts(basis) ? settings->sts_days : 0;

	if (is_secure)
		buffer_format(out, "duration=%llu%s", (unsigned long long) days * 24 * 3600,
			days && settings->sts_preload ? ",preload" : "");
	else
		buffer_format(out, "port=%u", settings->sts_port);
}

/* Clients take the strongest that they know, but SCRAM shows no password that a checker could
 * check. */
uint32_t caps_mechanisms(const struct cap_basis *basis)
{
	uint32_t mechanisms = SASL_BIT(SASL_MECHANISM_PLAIN);

	if (!basis->settings->accounts.checker)
		mechanisms |= SASL_BIT(SASL_MECHANISM_SCRAM_SHA_256);
	if (settings_have_tls(basis->settings))
		mechanisms |= SASL_BIT(SASL_MECHANISM_EXTERNAL);
	if (basis->settings->accounts.checker && basis->settings->accounts.are_tokens_checked)
		mechanisms |=
			SASL_BIT(SASL_MECHANISM_OAUTHBEARER) | SASL_BIT(SASL_MECHANISM_IRCV3BEARER);
	return mechanisms;
}

/* Accounts that were read stay usable while nothing can be stored. */
static bool has_sasl(const struct cap_basis *basis)
{
	return basis->storage >= STORAGE_FAILING;
}

static void write_sasl(const struct cap_basis *basis, bool is_secure, struct buffer *out)
{
	(void) is_secure;
	sasl_put_mechanisms(out, caps_mechanisms(basis));
}

static bool has_registration(const struct cap_basis *basis)
{
	return basis->storage == STORAGE_WORKS &&
	       (basis->settings->accounts.can_register || basis->settings->accounts.can_invite);
}

/* It would get round the password of a class. */
bool caps_may_register_early(const struct cap_basis *basis)
{
	for (size_t i = 0; i < basis->settings->n_classes; i++)
		if (basis->settings->classes[i].needs_password)
			return false;
	return true;
}

static void write_registration(const struct cap_basis *basis, bool is_secure, struct buffer *out)
{
	(void) is_secure;
	buffer_format(out, "%scustom-account-name%s",
		caps_may_register_early(basis) ? "before-connect," : "",
		settings_need_email(basis->settings) ? ",email-required" : "");
}

static bool has_client_cert(const struct cap_basis *basis)
{
	return has_sasl(basis) && settings_have_tls(basis->settings);
}

static bool has_read_markers(const struct cap_basis *basis)
{
	return has_sasl(basis) && basis->settings->accounts.read_markers;
}

/* Subscriptions that were read stay usable while nothing can be stored. */
static bool has_webpush(const struct cap_basis *basis)
{
	return basis->has_push && basis->settings->push.is_enabled && has_sasl(basis);
}

static const struct cap_row rows[] = {
	{
		.name = "account-notify",
		.bit = CAP_ACCOUNT_NOTIFY,
		.help = "ACCOUNT is sent when a user in a common channel logs in or out.",
	},
	{
		.name = "account-tag",
		.bit = CAP_ACCOUNT_TAG,
		.help = "Lines from a user carry the user's account as a tag.",
	},
	{
		.name = "away-notify",
		.bit = CAP_AWAY_NOTIFY,
		.help = "AWAY is sent when a user in a common channel goes away or comes back.",
	},
	{
		.name = "batch",
		.bit = CAP_BATCH,
		.help = "Lines that belong together are enclosed by two BATCH lines.",
	},
	{
		.name = "cap-notify",
		.bit = CAP_CAP_NOTIFY,
		.since = 302,
		.help = "CAP NEW and CAP DEL are sent when the capabilities of the server "
			"change.",
	},
	{
		.name = "chghost",
		.bit = CAP_CHGHOST,
		.help = "CHGHOST is sent when a user in a common channel gets another host, "
			"instead of a QUIT and a JOIN.",
	},
	{
		.name = "echo-message",
		.bit = CAP_ECHO_MESSAGE,
		.help = "Your messages are also sent back to you, as others see them.",
	},
	{
		.name = "extended-join",
		.bit = CAP_EXTENDED_JOIN,
		.help = "JOIN also contains the account and the real name.",
	},
	{
		.name = "extended-monitor",
		.bit = CAP_EXTENDED_MONITOR,
		.help = "ACCOUNT, AWAY, CHGHOST and SETNAME are also sent about nicknames on "
			"your MONITOR list.",
	},
	{
		.name = "invite-notify",
		.bit = CAP_INVITE_NOTIFY,
		.help = "INVITE is sent to channel operators when a user is invited.",
	},
	{
		.name = "labeled-response",
		.bit = CAP_LABELED_RESPONSE,
		.needs = CAP_BATCH,
		.help = "Answers carry the label of the command that they answer.",
	},
	{
		.name = "message-tags",
		.bit = CAP_MESSAGE_TAGS,
		.help = "Lines carry tags, including those that clients add; TAGMSG sends tags "
			"alone.",
	},
	{
		.name = "multi-prefix",
		.bit = CAP_MULTI_PREFIX,
		.help = "NAMES, WHO and WHOIS show all prefixes of a member, not only the "
			"highest.",
	},
	{
		.name = "no-implicit-names",
		.bit = CAP_NO_IMPLICIT_NAMES,
		.help = "JOIN is no longer followed by the list of members; clients ask with "
			"NAMES.",
	},
	{
		.name = "sasl",
		.bit = CAP_SASL,
		.is_offered = has_sasl,
		.write_value = write_sasl,
		.help = "AUTHENTICATE logs you in to an account, by a mechanism that the value "
			"names.",
	},
	{
		.name = "server-time",
		.bit = CAP_SERVER_TIME,
		.help = "Each line carries the time at which it was sent, as a tag.",
	},
	{
		.name = "setname",
		.bit = CAP_SETNAME,
		.help = "SETNAME is sent when a user in a common channel changes the real name.",
	},
	{
		.name = "standard-replies",
		.bit = CAP_STANDARD_REPLIES,
		.help = "FAIL, WARN and NOTE are sent where they describe a problem better than "
			"a numeric.",
	},
	{
		.name = "sts",
		.bit = CAP_STS,
		.is_informative = true,
		.is_offered = has_sts,
		.write_value = write_sts,
		.help = "Clients that connect without TLS are told to connect with it, from then "
			"on always. It cannot be requested.",
	},
	{
		.name = "userhost-in-names",
		.bit = CAP_USERHOST_IN_NAMES,
		.help = "NAMES shows nick!user@host instead of the nickname.",
	},
	{
		.name = "znc.in/playback",
		.bit = CAP_PLAYBACK,
		.is_offered = has_history,
		.help = "ZNC sends what was said before, and nothing of that is sent unasked.",
	},
	{
		.name = "znc.in/self-message",
		.bit = CAP_SELF_MESSAGE,
		.help = "Says that messages of your other clients to users come with your own "
			"nickname in front, which they do in any case.",
	},
	{
		.name = "draft/account-registration",
		.bit = CAP_ACCOUNT_REGISTRATION,
		.is_offered = has_registration,
		.write_value = write_registration,
		.help = "REGISTER registers an account.",
	},
	{
		.name = "draft/channel-rename",
		.bit = CAP_CHANNEL_RENAME,
		.help = "RENAME is sent when a channel is renamed, instead of a PART and a JOIN.",
	},
	{
		.name = "draft/chathistory",
		.bit = CAP_CHATHISTORY,
		.is_offered = has_history,
		.help = "CHATHISTORY returns what was said before.",
	},
	{
		.name = "draft/client-cert",
		.bit = CAP_CLIENT_CERT,
		.is_proposal = true,
		.is_offered = has_client_cert,
		.help = "CLIENTCERT lists and changes the certificates that log in to your "
			"account, if ircv3.capabilities_on in papod.conf names this proposal.",
	},
	{
		.name = "draft/event-playback",
		.bit = CAP_EVENT_PLAYBACK,
		.is_offered = has_history,
		.help = "CHATHISTORY also returns who joined and left, and other events.",
	},
	{
		.name = "draft/extended-isupport",
		.bit = CAP_EXTENDED_ISUPPORT,
		.help = "The command ISUPPORT is accepted before registration too.",
	},
	{
		.name = "draft/message-edit",
		.bit = CAP_MESSAGE_EDIT,
		.needs = CAP_MESSAGE_TAGS,
		.is_proposal = true,
		.is_offered = remembers_messages,
		.help = "EDIT is sent when the text of a message has changed, if "
			"ircv3.capabilities_on in papod.conf names this proposal.",
	},
	{
		.name = "draft/message-redaction",
		.bit = CAP_MESSAGE_REDACTION,
		.needs = CAP_MESSAGE_TAGS,
		.is_offered = remembers_messages,
		.help = "REDACT is sent when a message should no longer be shown.",
	},
	{
		.name = "draft/metadata-2",
		.bit = CAP_METADATA_2,
		.needs = CAP_BATCH,
		.excludes = CAP_METADATA_3,
		.write_value = write_metadata,
		.help = "METADATA is sent when a key changes to which you subscribe.",
	},
	{
		.name = "draft/metadata-3",
		.bit = CAP_METADATA_3,
		.needs = CAP_BATCH,
		.excludes = CAP_METADATA_2,
		.write_value = write_metadata_3,
		.help = "Like draft/metadata-2, with numerics instead of METADATA, and with "
			"other error codes.",
	},
	{
		.name = "draft/multiline",
		.bit = CAP_MULTILINE,
		.needs = CAP_BATCH | CAP_MESSAGE_TAGS,
		.write_value = write_multiline,
		.help = "Messages may have several lines, which are sent as one batch.",
	},
	{
		.name = "draft/no-implicit-names",
		.bit = CAP_DRAFT_NO_IMPLICIT_NAMES,
		.help = "The same as no-implicit-names.",
	},
	{
		.name = "draft/oper-tag",
		.bit = CAP_OPER_TAG,
		.help = "Lines from an operator of the server carry a tag that says so.",
	},
	{
		.name = "draft/persistence",
		.bit = CAP_PERSISTENCE,
		.is_offered = has_sasl,
		.help = "PERSISTENCE shows and changes whether you stay on your channels when your "
			"last client leaves.",
	},
	{
		.name = "draft/pre-away",
		.bit = CAP_PRE_AWAY,
		.help = "AWAY is accepted before registration too.",
	},
	{
		.name = "draft/read-marker",
		.bit = CAP_READ_MARKER,
		.is_offered = has_read_markers,
		.help = "MARKREAD shows and moves up to when you have read a channel or the "
			"messages "
			"of a user, for all of your clients.",
	},
	{
		.name = "draft/relaymsg",
		.bit = CAP_RELAYMSG,
		.write_value = write_separators,
		.help = "Messages that a bot relays with RELAYMSG carry a tag with the name of "
			"the bot.",
	},
	{
		.name = "draft/search",
		.bit = CAP_SEARCH,
		.is_offered = has_history,
		.help = "SEARCH finds messages by their words.",
	},
	{
		.name = "draft/webpush",
		.bit = CAP_WEBPUSH,
		.is_offered = has_webpush,
		.help = "WEBPUSH subscribes devices to messages that reach them by web push.",
	},
	{
		.name = "draft/whoami",
		.bit = CAP_WHOAMI,
		.needs = CAP_CHGHOST,
		.help = "SETNAME shows the client at registration how others see it; CHGHOST "
			"shows when that changes.",
	},
	{
		.name = "soju.im/search",
		.bit = CAP_SOJU_SEARCH,
		.is_offered = has_history,
		.help = "SEARCH as with draft/search, with a batch of another type.",
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

static bool cap_list_has(const struct cap_row *row, char *const *names, size_t n_names)
{
	for (size_t i = 0; i < n_names; i++)
		if (strcmp(names[i], row->name) == 0)
			return true;
	return false;
}

static bool is_offered(const struct cap_row *row, const struct cap_basis *basis)
{
	const struct settings *settings = basis->settings;

	/* The administrator cannot turn off what a CAP version implies. */
	if (row->since)
		return true;
	if (cap_list_has(row, settings->capabilities_off, settings->n_capabilities_off))
		return false;
	if (row->is_proposal &&
		!cap_list_has(row, settings->capabilities_on, settings->n_capabilities_on))
		return false;
	return !row->is_offered || row->is_offered(basis);
}

struct cap_basis cap_basis_of(const struct world *world)
{
	return (struct cap_basis){ world->settings, (enum certificates) world->certificates,
		(enum storage_state) world->storage, world->vapid };
}

uint64_t caps_offered(const struct cap_basis *basis)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (is_offered(&rows[i], basis))
			caps |= rows[i].bit;
	return caps_in_force(caps);
}

uint64_t caps_informative(void)
{
	uint64_t caps = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].is_informative)
			caps |= rows[i].bit;
	return caps;
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

void cap_write(const struct cap_row *row, const struct cap_basis *basis, bool is_secure,
	struct buffer *out)
{
	size_t begun = out->length, bare;

	buffer_format(out, "%s=", row->name);
	bare = out->length;
	if (row->write_value)
		row->write_value(basis, is_secure, out);
	if (out->length == bare)
		buffer_cut(out, begun + strlen(row->name));
}
