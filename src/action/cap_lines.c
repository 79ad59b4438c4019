/* Owns the lines of CAP. IRCv3 capability-negotiation. */
#include "action/cap_lines.h"

#include <string.h>

#include "action/reply.h"
#include "proto/message.h"
#include "world/caps.h"
#include "world/session.h"

void cap_lines_begin(
	struct cap_lines *lines, struct call *call, const char *verb, enum cap_more more)
{
	*lines = (struct cap_lines){ .call = call, .verb = verb, .more = more };
}

static void send_cap_line(struct cap_lines *lines, const char *mark)
{
	const struct call *call = lines->call;

	reply_line(lines->call, ":%s CAP %s %s %s:%s", call->world->settings->server_name,
		session_nick(call->session), lines->verb, mark, buffer_text(&lines->words));
	buffer_clear(&lines->words);
}

static size_t head_bytes(const struct cap_lines *lines)
{
	const struct call *call = lines->call;

	return strlen(": CAP   * : ") + strlen(call->world->settings->server_name) +
	       strlen(session_nick(call->session)) + strlen(lines->verb);
}

void cap_lines_put(struct cap_lines *lines, const char *word)
{
	size_t length = head_bytes(lines) + lines->words.length + strlen(word);
	bool must_break = lines->words.length && length > MESSAGE_BYTES;

	lines->is_full |= must_break && lines->more == CAP_MORE_DROPPED;
	if (lines->is_full)
		return;
	if (must_break)
		send_cap_line(lines, lines->more == CAP_MORE_MARKED ? "* " : "");
	if (lines->words.length)
		buffer_put_byte(&lines->words, ' ');
	buffer_put_text(&lines->words, word);
}

void cap_lines_end(struct cap_lines *lines)
{
	send_cap_line(lines, "");
	buffer_done(&lines->words);
}

void cap_lines_say(
	struct call *call, const char *verb, uint64_t caps, enum cap_more more, bool with_values)
{
	const struct cap_basis basis = cap_basis_of(call->world);
	struct buffer word = { 0 };
	struct cap_lines lines;
	size_t n;
	const struct cap_row *rows = caps_all(&n);

	/* An informative one is its value; and the policy of sts is for a host name, which a client
	 * on a Unix socket does not use. */
	if (!with_values || call->session->address.family == ADDRESS_FAMILY_UNIX)
		caps &= ~caps_informative();
	cap_lines_begin(&lines, call, verb, more);
	for (size_t i = 0; i < n; i++) {
		if (!(caps & rows[i].bit))
			continue;
		buffer_clear(&word);
		if (with_values)
			cap_write(&rows[i], &basis, session_is_secure(call->session), &word);
		else
			buffer_put_text(&word, rows[i].name);
		cap_lines_put(&lines, word.bytes);
	}
	cap_lines_end(&lines);
	buffer_done(&word);
}
