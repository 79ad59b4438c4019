/* Owns CAP. IRCv3 capability-negotiation. */
#include <string.h>

#include "action/cap_lines.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/authenticate.h"
#include "command/commands.h"
#include "command/registration.h"
#include "world/caps.h"
#include "world/session.h"

static void begin_negotiation(struct call *call)
{
	if (!call->user)
		call->session->registration->is_negotiating = true;
}

static enum cap_more more_of(uint64_t version)
{
	return version >= CAP_VERSION_VALUES ? CAP_MORE_MARKED : CAP_MORE_DROPPED;
}

static uint64_t offered_caps(const struct call *call)
{
	const struct cap_basis basis = cap_basis_of(call->world);

	return caps_offered(&basis);
}

static void run_ls(struct call *call)
{
	uint64_t version = 0;

	begin_negotiation(call);
	if (call->n_params > 1 && text_parse_u64(call->params[1], &version))
		session_set_version(
			call->session, version < UINT16_MAX ? (uint16_t) version : UINT16_MAX);
	cap_lines_say(
		call, "LS", offered_caps(call), more_of(version), version >= CAP_VERSION_VALUES);
}

static void run_list_caps(struct call *call)
{
	cap_lines_say(call, "LIST", call->session->granted_caps,
		more_of(call->session->cap_version), false);
}

/* One word of a request, "name" or "-name". False: it cannot be granted. */
static bool apply_word(const struct call *call, const char *word, uint64_t *caps)
{
	bool is_removal = *word == '-';
	const struct cap_row *row = cap_find(word + is_removal);

	if (!row || row->is_informative)
		return false;
	*caps = is_removal ? *caps & ~row->bit : *caps | row->bit;
	if (is_removal)
		return !(row->bit & caps_implied_by(call->session->cap_version));
	return row->bit & (offered_caps(call) | call->session->granted_caps);
}

static bool apply_words(const struct call *call, const char *words, uint64_t *caps)
{
	CLEANUP(mem_freep) char *copy = mem_text(words);
	char *rest = copy, *word;

	while ((word = text_split(&rest, ' ')))
		if (*word && !apply_word(call, word, caps))
			return false;
	return true;
}

static void repeat_words(struct call *call, const char *verb, const char *words)
{
	CLEANUP(mem_freep) char *copy = mem_text(words);
	char *rest = copy, *word;
	struct cap_lines lines;

	cap_lines_begin(&lines, call, verb, CAP_MORE_PLAIN);
	while ((word = text_split(&rest, ' ')))
		if (*word)
			cap_lines_put(&lines, word);
	cap_lines_end(&lines);
}

/* A request is granted as a whole or refused as a whole. */
static void run_req(struct call *call)
{
	uint64_t caps = call->session->granted_caps;

	begin_negotiation(call);
	if (call->n_params < 2) {
		reply(call, ERR_INVALIDCAPCMD, "REQ");
	} else if (apply_words(call, call->params[1], &caps) && caps_go_together(caps)) {
		repeat_words(call, "ACK", call->params[1]);
		session_grant(call->session, caps);
	} else {
		repeat_words(call, "NAK", call->params[1]);
	}
}

static void run_end(struct call *call)
{
	if (call->user)
		return;
	authenticate_abort(call);
	call->session->registration->is_negotiating = false;
	registration_continue(call->world, call->outbox, call->session);
}

static const struct {
	const char *name;
	void (*run)(struct call *call);
} subcommands[] = {
	{ "LS", run_ls },
	{ "LIST", run_list_caps },
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

COMMAND(cap) = {
	.name = "CAP",
	.min_params = 1,
	.cost = 1,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_SELF,
	.run = run,
	.usage = "LS [302] | LIST | REQ <capabilities> | END",
	.help = "Negotiates the extensions of IRC that your client understands.",
};
