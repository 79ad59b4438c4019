/* Owns the tokens of ISUPPORT, one row each; modes come from their own table.
 * Modern IRC, "RPL_ISUPPORT Parameters"; IRCv3 extended-isupport. */
#include "command/isupport.h"

#include <assert.h>
#include <string.h>

#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "proto/message.h"
#include "proto/name_syntax.h"
#include "world/banmask.h"
#include "world/caps.h"
#include "world/modes.h"
#include "world/offers.h"
#include "world/session.h"

#define TOKENS_PER_LINE 13

/* The input of tokens. Of the world they use only whether it has accounts, and the key of web push.
 * The lines are stored until any of it changes, see world_keep_isupport(). */
struct basis {
	const struct world *world;
	const struct settings *settings;
	enum casemap casemap;
};

struct token {
	const char *name;   /* without a value if the other fields are unset */
	const char *text;   /* the value, if it is always the same */
	size_t number;	    /* offset of the value in the settings, if it is an option */
	uint32_t user_flag; /* the value is the letter of that mode */
	bool (*is_on)(const struct basis *basis); /* NULL: always */
	void (*write)(const struct basis *basis, struct buffer *out);
};

/* A value must not contain spaces or backslashes. */
static void put_escaped(struct buffer *out, const char *text)
{
	for (const char *at = text; *at; at++)
		if (*at == ' ' || *at == '=' || *at == '\\')
			buffer_format(out, "\\x%02X", (unsigned int) *at);
		else
			buffer_put_byte(out, *at);
}

static void write_network(const struct basis *basis, struct buffer *out)
{
	put_escaped(out, basis->settings->network_name);
}

/* IRCv3 network-icon. */
static void write_icon(const struct basis *basis, struct buffer *out)
{
	put_escaped(out, basis->settings->icon);
}

static void write_casemapping(const struct basis *basis, struct buffer *out)
{
	buffer_put_text(out, casemap_row(basis->casemap)->token);
}

static void write_letters(const struct basis *basis, enum mode_kind kind, struct buffer *out)
{
	size_t n;
	const struct channel_mode *rows = channel_modes_all(&n);

	for (size_t i = 0; i < n; i++)
		if (rows[i].kind == kind &&
			channel_mode_is_offered(&rows[i], basis->world, basis->settings))
			buffer_put_byte(out, rows[i].letter);
}

static void write_chanmodes(const struct basis *basis, struct buffer *out)
{
	for (enum mode_kind kind = MODE_KIND_LIST; kind <= MODE_KIND_FLAG; kind++) {
		if (kind != MODE_KIND_LIST)
			buffer_put_byte(out, ',');
		write_letters(basis, kind, out);
	}
}

static void write_prefixes(const struct basis *basis, struct buffer *out)
{
	(void) basis;
	member_prefixes(UINT32_MAX, true, out);
}

static void write_prefix(const struct basis *basis, struct buffer *out)
{
	buffer_put_byte(out, '(');
	write_letters(basis, MODE_KIND_PREFIX, out);
	buffer_put_byte(out, ')');
	write_prefixes(basis, out);
}

static void write_chanlimit(const struct basis *basis, struct buffer *out)
{
	buffer_format(out, "#:%u", basis->settings->channels_per_user);
}

static void write_maxlist(const struct basis *basis, struct buffer *out)
{
	size_t n;
	const struct channel_mode *rows = channel_modes_all(&n);
	const char *separator = "";

	for (size_t i = 0; i < n; i++) {
		if (rows[i].kind != MODE_KIND_LIST)
			continue;
		buffer_format(
			out, "%s%c:%u", separator, rows[i].letter, basis->settings->list_entries);
		separator = ",";
	}
}

static void write_extban(const struct basis *basis, struct buffer *out)
{
	size_t n;
	const struct banmask_kind *rows = banmask_kinds_all(&n);

	buffer_format(out, "%c,", BANMASK_PREFIX);
	for (size_t i = 0; i < n; i++)
		if (banmask_kind_is_offered(&rows[i], basis->world, basis->settings))
			buffer_put_byte(out, rows[i].letter);
}

static void write_exceptions(const struct basis *basis, struct buffer *out)
{
	(void) basis;
	buffer_put_byte(out, channel_mode_of_list(CHANNEL_LIST_EXCEPTION)->letter);
}

static void write_hostlen(const struct basis *basis, struct buffer *out)
{
	(void) basis;
	buffer_format(out, "%d", HOST_NAME_BYTES);
}

/* The letter of the mode whose value is a channel. */
static void write_forward_letter(const struct basis *basis, struct buffer *out)
{
	size_t n;
	const struct channel_mode *rows = channel_modes_all(&n);

	(void) basis;
	for (size_t i = 0; i < n; i++)
		if (rows[i].is_channel)
			buffer_put_byte(out, rows[i].letter);
}

static void write_invitations(const struct basis *basis, struct buffer *out)
{
	(void) basis;
	buffer_put_byte(out, channel_mode_of_list(CHANNEL_LIST_INVITE)->letter);
}

static void write_targmax(const struct basis *basis, struct buffer *out)
{
	buffer_format(out,
		"ACCEPT:,JOIN:,KICK:,LIST:,MONITOR:,NAMES:,NOTICE:%u,PART:,PRIVMSG:%u,REMOVE:,"
		"TAGMSG:%u,WHOIS:",
		basis->settings->targets_per_message, basis->settings->targets_per_message,
		basis->settings->targets_per_message);
}

static bool has_accounts(const struct basis *basis)
{
	return world_has_accounts(basis->world, basis->settings);
}

/* IRCv3 account-registration. */
static bool needs_accounts(const struct basis *basis)
{
	return settings_always_need_account(basis->settings);
}

static bool is_utf8_only(const struct basis *basis)
{
	return basis->settings->utf8_only;
}

static bool has_token_services(const struct basis *basis)
{
	return basis->settings->n_token_services || basis->settings->uploads.url;
}

/* IRCv3 filehost, a proposal; soju. */
static bool takes_uploads(const struct basis *basis)
{
	return basis->settings->uploads.url;
}

static void write_upload_url(const struct basis *basis, struct buffer *out)
{
	buffer_put_text(out, basis->settings->uploads.url);
}

static bool has_past(const struct basis *basis)
{
	return basis->settings->history.is_enabled;
}

static bool has_icon(const struct basis *basis)
{
	return basis->settings->icon;
}

static bool denies_client_tags(const struct basis *basis)
{
	return basis->settings->n_client_tags_denied;
}

/* An asterisk comes first and makes all tags before it in the list redundant. IRCv3
 * message-tags. */
static void write_clienttagdeny(const struct basis *basis, struct buffer *out)
{
	const struct settings *settings = basis->settings;
	size_t first = 0;

	for (size_t i = 0; i < settings->n_client_tags_denied; i++)
		if (strcmp(settings->client_tags_denied[i], "*") == 0)
			first = i;
	for (size_t i = first; i < settings->n_client_tags_denied; i++)
		buffer_format(out, "%s%s", i > first ? "," : "", settings->client_tags_denied[i]);
}

/* IRCv3 webpush. */
static bool has_push_key(const struct basis *basis)
{
	return basis->settings->push.is_enabled && basis->world->vapid;
}

static void write_push_key(const struct basis *basis, struct buffer *out)
{
	buffer_put_text(out, basis->world->vapid);
}

static const struct token tokens[] = {
	{ .name = "ACCEPT", .number = offsetof(struct settings, accept_entries) },
	{ .name = "ACCOUNTEXTBAN", .is_on = has_accounts, .text = "a,account" },
	{ .name = "AWAYLEN", .number = offsetof(struct settings, away_length) },
	{ .name = "BOT", .user_flag = USER_FLAG_BOT },
	{ .name = "CALLERID", .user_flag = USER_FLAG_CALLER_ID },
	{ .name = "CASEMAPPING", .write = write_casemapping },
	{ .name = "CHANLIMIT", .write = write_chanlimit },
	{ .name = "CHANMODES", .write = write_chanmodes },
	{ .name = "CHANNELLEN", .number = offsetof(struct settings, channel_length) },
	{ .name = "CHANTYPES", .text = "#" },
	{ .name = "CHATHISTORY",
		.is_on = has_past,
		.number = offsetof(struct settings, history.query_messages) },
	{ .name = "CLIENTTAGDENY", .is_on = denies_client_tags, .write = write_clienttagdeny },
	{ .name = "DEAF", .user_flag = USER_FLAG_DEAF },
	{ .name = "ELIST", .text = "CMNTU" },
	{ .name = "EXCEPTS", .write = write_exceptions },
	{ .name = "EXTBAN", .write = write_extban },
	{ .name = "FORWARD", .write = write_forward_letter },
	{ .name = "HOSTLEN", .write = write_hostlen },
	{ .name = "INVEX", .write = write_invitations },
	{ .name = "KEYLEN", .number = offsetof(struct settings, key_length) },
	{ .name = "KICKLEN", .number = offsetof(struct settings, kick_length) },
	{ .name = "KNOCK" },
	{ .name = "MAXLIST", .write = write_maxlist },
	{ .name = "MODES", .number = offsetof(struct settings, modes_per_command) },
	{ .name = "MONITOR", .number = offsetof(struct settings, monitor_entries) },
	{ .name = "MSGREFTYPES", .is_on = has_past, .text = "msgid,timestamp" },
	{ .name = "NAMELEN", .number = offsetof(struct settings, realname_length) },
	{ .name = "NETWORK", .write = write_network },
	{ .name = "NICKLEN", .number = offsetof(struct settings, nick_length) },
	{ .name = "PREFIX", .write = write_prefix },
	{ .name = "SAFELIST" },
	{ .name = "SAFERATE" },
	{ .name = "SILENCE", .number = offsetof(struct settings, silence_entries) },
	{ .name = "STATUSMSG", .write = write_prefixes },
	{ .name = "TARGMAX", .write = write_targmax },
	{ .name = "TOPICLEN", .number = offsetof(struct settings, topic_length) },
	{ .name = "USERLEN", .number = offsetof(struct settings, user_length) },
	{ .name = "UTF8ONLY", .is_on = is_utf8_only },
	{ .name = "VAPID", .is_on = has_push_key, .write = write_push_key },
	{ .name = "WHOX" },
	{ .name = "draft/ACCOUNTREQUIRED", .is_on = needs_accounts },
	{ .name = "draft/AUTHTOKEN", .is_on = has_token_services },
	{ .name = "draft/FILEHOST", .is_on = takes_uploads, .write = write_upload_url },
	{ .name = "draft/ICON", .is_on = has_icon, .write = write_icon },
	{ .name = "soju.im/FILEHOST", .is_on = takes_uploads, .write = write_upload_url },
	{ .name = "soju.im/SAFERATE" },
};

static void write_isupport_token(
	const struct token *token, const struct basis *basis, struct buffer *out)
{
	const char *base = (const char *) basis->settings;
	uint32_t number;

	buffer_put_text(out, token->name);
	if (!token->write && !token->text && !token->number && !token->user_flag)
		return;
	buffer_put_byte(out, '=');
	if (token->write) {
		token->write(basis, out);
	} else if (token->text) {
		buffer_put_text(out, token->text);
	} else if (token->user_flag) {
		buffer_put_byte(out, user_mode_of_flag(token->user_flag)->letter);
	} else {
		memcpy(&number, base + token->number, sizeof(number));
		buffer_format(out, "%u", number);
	}
}

char *isupport_text(const struct world *world)
{
	const struct basis basis = { world, world->settings, (enum casemap) world->casemap };
	struct buffer text = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(tokens); i++) {
		if (tokens[i].is_on && !tokens[i].is_on(&basis))
			continue;
		buffer_put_text(&text, text.length ? " " : "");
		write_isupport_token(&tokens[i], &basis, &text);
	}
	return buffer_take(&text);
}

const char *isupport_name(size_t index)
{
	return index < ARRAY_LENGTH(tokens) ? tokens[index].name : NULL;
}

/* The most bytes of tokens in one line, for any recipient. */
static size_t line_bytes(const struct world *world)
{
	return MESSAGE_BYTES - strlen(":  005  :are supported by this server") -
	       strlen(world->settings->server_name) - NICK_MOST_BYTES;
}

/* The end of the tokens that fit into one line. */
static char *line_end(char *text, size_t max_bytes)
{
	char *end = strchrnul(text, ' ');

	for (size_t n = 1; *end && n < TOKENS_PER_LINE; n++) {
		char *next = strchrnul(end + 1, ' ');

		if ((size_t) (next - text) > max_bytes)
			break;
		end = next;
	}
	return end;
}

/* Replace the spaces between lines of tokens by line ends. */
static void cut_lines(const struct world *world, char *text)
{
	size_t max_bytes = line_bytes(world);
	char *end;

	while (*(end = line_end(text, max_bytes))) {
		*end = '\n';
		text = end + 1;
	}
}

static void send_isupport_lines(struct call *call, const char *lines)
{
	const char *end;

	if (call->session->caps & CAP_EXTENDED_ISUPPORT)
		reply_batch_begin(call, "draft/isupport");
	for (; *lines; lines = *end ? end + 1 : end) {
		end = strchrnul(lines, '\n');
		reply(call, RPL_ISUPPORT, (int) (end - lines), lines);
	}
	reply_batch_end(call);
}

void reply_isupport(struct call *call)
{
	if (!call->world->isupport) {
		char *lines = isupport_text(call->world);

		cut_lines(call->world, lines);
		world_keep_isupport(call->world, lines);
	}
	send_isupport_lines(call, call->world->isupport);
}

/* Does the text contain this token, or one of this name? */
static bool has_token(const char *text, const char *token, bool is_name)
{
	size_t length = strlen(token);

	for (const char *at = text; at; at = strchr(at, ' ')) {
		at += *at == ' ';
		if (strncmp(at, token, length) == 0 &&
			(!at[length] || at[length] == ' ' || (is_name && at[length] == '=')))
			return true;
	}
	return false;
}

/* Put the tokens of the text that the other lacks, or with `names` a "-" and the name of each token
 * whose name it lacks. */
static void put_missing(struct buffer *out, const char *text, const char *other, bool names)
{
	CLEANUP(mem_freep) char *copy = mem_text(text);
	char *rest = copy, *token;

	while ((token = text_split(&rest, ' '))) {
		if (names)
			token[strcspn(token, "=")] = '\0';
		if (!has_token(other, token, names))
			buffer_format(
				out, "%s%s%s", out->length ? " " : "", names ? "-" : "", token);
	}
}

void isupport_tell_changes(struct world *world, struct outbox *outbox, const char *old_text)
{
	CLEANUP(mem_freep) char *text = isupport_text(world);
	CLEANUP(buffer_done) struct buffer changes = { 0 };
	struct session *session;

	put_missing(&changes, text, old_text, false);
	put_missing(&changes, old_text, text, true);
	if (!changes.length)
		return;
	cut_lines(world, changes.bytes);
	LIST_EACH (session, &world->sessions, in_world) {
		struct call call = { .world = world, .outbox = outbox, .session = session };

		if (session->user || session->caps & CAP_EXTENDED_ISUPPORT)
			send_isupport_lines(&call, changes.bytes);
	}
}

void mode_letters(const struct world *world, struct mode_letters *ret_letters)
{
	size_t n_user, n_channel, user = 0, channel = 0, with_param = 0;
	const struct user_mode *user_rows = user_modes_all(&n_user);
	const struct channel_mode *channel_rows = channel_modes_all(&n_channel);

	assert(n_user <= MODE_LETTERS && n_channel <= MODE_LETTERS);
	*ret_letters = (struct mode_letters){ 0 };
	for (size_t i = 0; i < n_user; i++)
		if (user_mode_is_offered(&user_rows[i], world, world->settings))
			ret_letters->user[user++] = user_rows[i].letter;
	for (size_t i = 0; i < n_channel; i++) {
		if (!channel_mode_is_offered(&channel_rows[i], world, world->settings))
			continue;
		ret_letters->channel[channel++] = channel_rows[i].letter;
		if (channel_rows[i].param)
			ret_letters->with_param[with_param++] = channel_rows[i].letter;
	}
}

COMMAND(isupport) = {
	.name = "ISUPPORT",
	.cost = 2,
	.early_cap = CAP_EXTENDED_ISUPPORT,
	.reach = COMMAND_REACH_SELF,
	.run = reply_isupport,
	.usage = "",
	.help = "Shows the features of this server, which it also sends to each client that "
		"connects.",
};
