/* Owns HELP, whose texts come from the tables that define commands, modes and capabilities. */
#include "action/lookup.h"
#include "action/reply.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/banmask.h"
#include "world/caps.h"
#include "world/modes.h"
#include "world/notices.h"

/* Lines of words are filled up to this length. */
#define LINE_BYTES 60

static void put_command_names(struct call *call, const char *topic)
{
	struct buffer line = { 0 };
	size_t n;
	const struct command *const *rows = commands_all(&n);

	for (size_t i = 0; i < n; i++) {
		buffer_format(&line, "%s%s", line.length ? " " : "", rows[i]->name);
		if (line.length < LINE_BYTES && i + 1 < n)
			continue;
		reply(call, RPL_HELPTXT, topic, line.bytes);
		buffer_clear(&line);
	}
	reply(call, RPL_HELPTXT, topic, "");
	reply(call, RPL_HELPTXT, topic,
		"HELP <command> explains one; see also HELP CHANMODES, EXTBANS, USERMODES, CAPS, "
		"NOTICES.");
	buffer_done(&line);
}

static void put_help_row(struct call *call, const char *topic, const char *name, const char *help)
{
	struct buffer line = { 0 };

	buffer_format(&line, "%s  %s", name, help);
	reply(call, RPL_HELPTXT, topic, line.bytes);
	buffer_done(&line);
}

static void put_mode(
	struct call *call, const char *topic, char letter, const char *param, const char *help)
{
	CLEANUP(buffer_done) struct buffer name = { 0 };

	buffer_format(&name, "+%c%s%s", letter, param ? " " : "", param ? param : "");
	put_help_row(call, topic, name.bytes, help);
}

static void put_channel_modes(struct call *call, const char *topic)
{
	size_t n;
	const struct channel_mode *rows = channel_modes_all(&n);

	for (size_t i = 0; i < n; i++)
		if (channel_mode_is_offered(&rows[i], call->world, call->world->settings))
			put_mode(call, topic, rows[i].letter, rows[i].param, rows[i].help);
}

static void put_extended_masks(struct call *call, const char *topic)
{
	size_t n;
	const struct banmask_kind *rows = banmask_kinds_all(&n);

	reply(call, RPL_HELPTXT, topic,
		"Besides nick!user@host, the masks of +b, +e, +I and +y may be:");
	for (size_t i = 0; i < n; i++)
		if (banmask_kind_is_offered(&rows[i], call->world, call->world->settings))
			put_help_row(call, topic, rows[i].usage, rows[i].help);
	reply(call, RPL_HELPTXT, topic, "With a tilde, as in $~o, a mask matches everybody else.");
}

static void put_user_modes(struct call *call, const char *topic)
{
	size_t n;
	const struct user_mode *rows = user_modes_all(&n);

	for (size_t i = 0; i < n; i++)
		if (user_mode_is_offered(&rows[i], call->world, call->world->settings))
			put_mode(call, topic, rows[i].letter, rows[i].param, rows[i].help);
}

static void put_notices(struct call *call, const char *topic)
{
	size_t n;
	const struct notice_row *rows = notices_all(&n);

	for (size_t i = 0; i < n; i++)
		put_help_row(call, topic, (const char[]){ rows[i].letter, '\0' }, rows[i].help);
}

static void put_caps(struct call *call, const char *topic)
{
	size_t n;
	const struct cap_row *rows = caps_all(&n);
	const struct cap_basis basis = cap_basis_of(call->world);
	uint64_t offered = caps_offered(&basis);

	for (size_t i = 0; i < n; i++)
		if (rows[i].bit & offered)
			put_help_row(call, topic, rows[i].name, rows[i].help);
}

static const struct {
	const char *name;
	const char *title;
	void (*put)(struct call *call, const char *topic);
} topics[] = {
	{ "CAPS", "Capabilities (IRCv3)", put_caps },
	{ "CHANMODES", "Modes of channels", put_channel_modes },
	{ "EXTBANS", "Extended masks for bans and other lists", put_extended_masks },
	{ "INDEX", "Commands", put_command_names },
	{ "NOTICES", "Kinds of server notices, for operators with user mode +s", put_notices },
	{ "USERMODES", "Modes of users", put_user_modes },
};

/* Modern IRC, "HELP message": the line after the title is empty. */
static void put_help_title(struct call *call, const char *topic, const char *title)
{
	reply(call, RPL_HELPSTART, topic, title);
	reply(call, RPL_HELPTXT, topic, "");
}

static void put_command(struct call *call, const struct command *command)
{
	struct buffer usage = { 0 };

	buffer_format(&usage, "%s %s", command->name, command->usage);
	put_help_title(call, command->name, usage.bytes);
	reply(call, RPL_HELPTXT, command->name, command->help);
	reply(call, RPL_ENDOFHELP, command->name, "End of /HELP");
	buffer_done(&usage);
}

static void run(struct call *call)
{
	bool is_asked = call->n_params && *call->params[0];
	const char *topic = is_asked ? call->params[0] : "INDEX", *subject;
	const struct command *command = command_find(topic);

	if (command) {
		put_command(call, command);
		return;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(topics); i++) {
		if (!text_equals_ignoring_case(topics[i].name, topic))
			continue;
		subject = is_asked ? topics[i].name : "*";
		put_help_title(call, subject, topics[i].title);
		topics[i].put(call, subject);
		reply(call, RPL_ENDOFHELP, subject, "End of /HELP");
		return;
	}
	reply(call, ERR_HELPNOTFOUND, lookup_word(topic));
}

COMMAND(helpop) = {
	.name = "HELPOP",
	.cost = 2,
	.reach = COMMAND_REACH_SELF,
	.run = run,
	.usage = "[<command or topic>]",
	.help = "The same as HELP.",
};

COMMAND(help) = {
	.name = "HELP",
	.cost = 2,
	.reach = COMMAND_REACH_SELF,
	.run = run,
	.usage = "[<command or topic>]",
	.help = "Explains a command, or lists them all.",
};
