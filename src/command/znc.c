/* Owns ZNC, and messages to *playback: how clients of the bouncer ZNC ask for what they have
 * missed. https://wiki.znc.in/Playback. */
#include "command/znc.h"

#include <string.h>
#include <strings.h>

#include "action/history_replay.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/user.h"

#define MOST_SECONDS_DIGITS 11

bool znc_is_target(const struct call *call, const char *target)
{
	return call->session->caps & CAP_PLAYBACK && strcasecmp(target, "*playback") == 0;
}

static void say_as_playback(struct call *call, const char *text)
{
	reply_line(call, ":*playback!znc@znc.in PRIVMSG %s :%s", call->user->nick, text);
}

/* Seconds since 1970, with a fraction of any length. False: not that. */
static bool read_seconds(const char *word, uint64_t *ret_ms)
{
	uint64_t ms = 0, weight = 1000;
	size_t n = word ? strspn(word, "0123456789") : 0;

	*ret_ms = 0;
	if (!word)
		return true;
	if (!n || n > MOST_SECONDS_DIGITS)
		return false;
	for (; n; n--)
		ms = ms * 10 + (uint64_t) (*word++ - '0') * 1000;
	if (*word == '.')
		for (word++; *word >= '0' && *word <= '9'; word++)
			ms += (weight /= 10) * (uint64_t) (*word - '0');
	*ret_ms = ms;
	return !*word;
}

static char *next_word_of(char **rest)
{
	char *word;

	do
		word = text_split(rest, ' ');
	while (word && !*word);
	return word;
}

void znc_playback(struct call *call, const char *text)
{
	CLEANUP(mem_freep) char *copy = mem_text(text);
	char *rest = copy, *verb = next_word_of(&rest), *buffers = next_word_of(&rest);
	uint64_t since_ms, until_ms;

	if (!verb || strcasecmp(verb, "PLAY") != 0 || !buffers)
		say_as_playback(call, "Send: PLAY <buffers> [<from> [<to>]]");
	else if (!read_seconds(next_word_of(&rest), &since_ms) ||
		 !read_seconds(next_word_of(&rest), &until_ms))
		say_as_playback(call, "Times are in seconds since 1970");
	else
		history_replay_buffers(call, buffers, since_ms, until_ms);
}

/* All parameters from that one on. */
static void run(struct call *call)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	for (int i = 1; i < call->n_params; i++)
		buffer_format(&text, "%s%s", i > 1 ? " " : "", call->params[i]);
	if (strcasecmp(call->params[0], "*playback") == 0)
		znc_playback(call, buffer_text(&text));
	else
		reply(call, ERR_NOSUCHNICK, "*");
}

COMMAND(znc) = {
	.name = "ZNC",
	.min_params = 1,
	.cost = 2,
	.cap = CAP_PLAYBACK,
	.reach = COMMAND_REACH_ASK,
	.run = run,
	.usage = "*playback PLAY <channels> [<from> [<to>]]",
	.help = "Sends what was said between two times, in seconds since 1970, on the channels "
		"that "
		"match, or everywhere: as the bouncer ZNC does.",
};
