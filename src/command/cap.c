/* Owns CAP. IRCv3 capability-negotiation. */
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/lookup.h"
#include "command/registration.h"
#include "command/reply.h"
#include "proto/message.h"
#include "world/caps.h"
#include "world/session.h"

/* Of the names in one line: it must hold the rest too. */
#define NAMES_BYTES 400

#define VERSION_WITH_MORE 302 /* long lists come in several lines, all but the last marked */

/* Send the names of capabilities, in as many lines as they take. */
static void put_list(struct call *call, const char *verb, uint32_t wanted)
{
	bool marks_more = call->session->cap_version >= VERSION_WITH_MORE;
	struct buffer names = { 0 };
	size_t n;
	const struct cap_row *rows = caps_all(&n);

	for (size_t i = 0; i < n; i++) {
		if (!(rows[i].bit & wanted))
			continue;
		if (names.length + strlen(rows[i].name) > NAMES_BYTES) {
			reply_line(call, ":%s CAP %s %s %s:%s", call->world->settings->server_name,
				session_nick(call->session), verb, marks_more ? "* " : "",
				names.bytes);
			buffer_clear(&names);
		}
		if (names.length)
			buffer_put_byte(&names, ' ');
		buffer_put_text(&names, rows[i].name);
	}
	reply_line(call, ":%s CAP %s %s :%s", call->world->settings->server_name,
		session_nick(call->session), verb, buffer_text(&names));
	buffer_done(&names);
}

static void negotiate(struct call *call)
{
	if (!call->user)
		call->session->registration->is_negotiating = true;
}

/* Those that a version implies. */
static uint32_t implied_by(uint16_t version)
{
	uint32_t caps = 0;
	size_t n;
	const struct cap_row *rows = caps_all(&n);

	for (size_t i = 0; i < n; i++)
		if (rows[i].since && rows[i].since <= version)
			caps |= rows[i].bit;
	return caps;
}

static void run_ls(struct call *call)
{
	uint64_t version = 0;

	negotiate(call);
	if (call->n_params > 1 && text_parse_u64(call->params[1], &version) &&
		version <= UINT16_MAX && version > call->session->cap_version)
		call->session->cap_version = (uint16_t) version;
	call->session->caps |= implied_by(call->session->cap_version);
	put_list(call, "LS", UINT32_MAX);
}

static void run_list(struct call *call)
{
	put_list(call, "LIST", call->session->caps);
}

/* One word of a request, "name" or "-name". False: it cannot be granted. */
static bool apply_word(const struct session *session, const char *word, uint32_t *caps)
{
	bool is_removal = *word == '-';
	const struct cap_row *row = cap_find(word + is_removal);

	if (!row || (is_removal && row->bit & implied_by(session->cap_version)))
		return false;
	*caps = is_removal ? *caps & ~row->bit : *caps | row->bit;
	return true;
}

/* A list that is cut off would grant what nobody has asked for. */
static bool answer_fits(const struct call *call, const char *request)
{
	return strlen(":  CAP  ACK :") + strlen(call->world->settings->server_name) +
		       strlen(session_nick(call->session)) + strlen(request) <=
	       MESSAGE_BYTES;
}

/* All of a request or nothing of it. */
static void run_req(struct call *call)
{
	const char *request = call->n_params > 1 ? call->params[1] : "";
	CLEANUP(mem_freep) char *copy = mem_text(request);
	uint32_t caps = call->session->caps;
	char *rest = copy, *word;
	bool is_granted = answer_fits(call, request);

	negotiate(call);
	while (is_granted && (word = text_split(&rest, ' ')))
		if (*word)
			is_granted = apply_word(call->session, word, &caps);
	if (is_granted)
		call->session->caps = caps;
	reply_line(call, ":%s CAP %s %s :%s", call->world->settings->server_name,
		session_nick(call->session), is_granted ? "ACK" : "NAK", request);
}

static void run_end(struct call *call)
{
	if (call->user)
		return;
	call->session->registration->is_negotiating = false;
	registration_continue(call->world, call->outbox, call->session);
}

static const struct {
	const char *name;
	void (*run)(struct call *call);
} subcommands[] = {
	{ "LS", run_ls },
	{ "LIST", run_list },
	{ "REQ", run_req },
	{ "END", run_end },
};

static void run(struct call *call)
{
	for (size_t i = 0; i < ARRAY_LENGTH(subcommands); i++) {
		if (!text_equals_ignoring_case(subcommands[i].name, call->params[0]))
			continue;
		subcommands[i].run(call);
		return;
	}
	reply(call, ERR_INVALIDCAPCMD, lookup_word(call->params[0]));
}

const struct command command_cap = {
	.name = "CAP",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.run = run,
	.usage = "LS [302] | LIST | REQ <capabilities> | END",
	.help = "Negotiates the extensions that your client understands.",
};
