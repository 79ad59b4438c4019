/* Owns PRIVMSG, NOTICE and TAGMSG, and their possible targets. A NOTICE gets no replies, and TAGMSG
 * consists of tags only. Modern IRC, "Sending Messages"; IRCv3 message-tags. */
#include "command/privmsg.h"

#include <string.h>

#include "action/broadcast.h"
#include "action/delivery.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/errand.h"
#include "bots/voice.h"
#include "command/commands.h"
#include "command/znc.h"
#include "proto/name_syntax.h"
#include "world/caps.h"
#include "world/session.h"

/* The lowest rank among the prefixes in front of a channel, which are skipped; 0: none. */
static uint32_t take_prefixes(const char **name)
{
	uint32_t lowest = 0, rank;

	for (; **name && (rank = member_rank_of_prefix(**name)); (*name)++)
		if (!lowest || rank < lowest)
			lowest = rank;
	return lowest;
}

static void speak_to_channel(struct speech *speech, const char *name, uint32_t rank)
{
	struct channel *channel = channel_find(speech->call->world, name);

	if (channel)
		deliver_to_channel(speech, channel, rank);
	else if (!speech->is_silent)
		reply(speech->call, ERR_NOSUCHCHANNEL, lookup_word(name));
}

/* Masked where it holds a password: the screen of the sender is no place for one. */
static void echo_errand(
	struct speech *speech, const struct service *service, const struct buffer *text)
{
	struct message_place secret = errand_find_secret(service, text->bytes, text->length);
	CLEANUP(mem_freep) char *masked = mem_text_n(text->bytes, text->length);

	message_mask(masked + secret.at, secret.length);
	deliver_echo(speech, service->name, masked);
}

/* A client without a colon in front of its text is understood, too. */
static void ask_service(struct speech *speech, const struct service *service)
{
	struct call *call = speech->call;
	CLEANUP(buffer_done) struct buffer text = errand_text(call, 1);

	call->asks_service = true;
	if (call->session->caps & CAP_ECHO_MESSAGE)
		echo_errand(speech, service, &text);
	errand_run(call, service, text.bytes);
}

/* A NOTICE gets no answer, nor does CTCP. Not inlined, so that other messages do not pay for it. */
static __attribute__((noinline)) void speak_to_service(
	struct speech *speech, const struct service *service)
{
	struct call *call = speech->call;

	if (speech->batch)
		service_say(call, service, "Send one line at a time, without a batch.");
	else if (strchr(call->params[0], ',')) {
		call->asks_service = true;
		service_say(call, service, "Send this to %s alone.", service->name);
	} else if (!speech->said || speech->is_notice || *speech->said == '\x01')
		call->asks_service = true;
	else
		ask_service(speech, service);
}

void speak_to(struct speech *speech, const char *target)
{
	const char *name = target;
	uint32_t rank = take_prefixes(&name);
	const struct service *service;
	struct user *user;

	if (channel_name_looks_like_one(name)) {
		speak_to_channel(speech, name, rank);
		return;
	}
	if (broadcast_is_mask(target)) {
		broadcast(speech, target);
		return;
	}
	if (service_may_be(target) && (service = service_addressed(speech->call->world, target))) {
		speak_to_service(speech, service);
		return;
	}
	if (*target == '*' && speech->said && znc_is_target(speech->call, target)) {
		znc_playback(speech->call, speech->said);
		return;
	}
	user = user_find(speech->call->world, target);
	if (user)
		deliver_to_user(speech, user);
	else if (!speech->is_silent)
		reply(speech->call, ERR_NOSUCHNICK, lookup_word(target));
}

static bool is_target_repeated(
	enum casemap casemap, const char *const *targets, size_t count, const char *target)
{
	for (size_t i = 0; i < count; i++)
		if (casemap_equals(casemap, targets[i], target))
			return true;
	return false;
}

/* Among several targets; the caller frees. NULL: none. */
static char *find_service_target(const struct world *world, const char *targets)
{
	CLEANUP(mem_freep) char *copy = mem_text(targets);
	char *rest = copy, *target;

	while ((target = text_split(&rest, ',')))
		if (service_may_be(target) && service_addressed(world, target))
			return mem_text(target);
	return NULL;
}

/* A text for a service may contain a password, so no other target gets it. True: refused. */
static bool refuse_service_among(struct speech *speech)
{
	const struct call *call = speech->call;
	CLEANUP(mem_freep)
	char *service = speech->said ? find_service_target(call->world, call->params[0]) : NULL;

	if (service)
		speak_to(speech, service);
	return service;
}

#define TARGETS 64

static void speak_to_several(struct speech *speech)
{
	const struct call *call = speech->call;
	CLEANUP(mem_freep) char *copy = mem_text(call->params[0]);
	const char *targets[TARGETS];
	char *rest = copy, *target;
	size_t n = 0, max = call->world->settings->targets_per_message;

	if (refuse_service_among(speech))
		return;
	while ((target = text_split(&rest, ','))) {
		if (!*target || is_target_repeated(call->world->casemap, targets, n, target))
			continue;
		if (n == max || n == TARGETS) {
			if (!speech->is_silent)
				reply(speech->call, ERR_TOOMANYTARGETS, lookup_word(target),
					(unsigned int) n);
			return;
		}
		targets[n++] = target;
		speak_to(speech, target);
	}
}

static void speak_to_targets(struct call *call, const char *text, bool is_notice)
{
	CLEANUP(speech_done) struct speech speech = speech_of(call, text, is_notice);

	/* A TAGMSG whose tags are all denied is empty. */
	if (!text && !speech.tags.length)
		return;
	/* Nearly always there is one target, which needs no copy and no search for duplicates. */
	if (strchr(call->params[0], ','))
		speak_to_several(&speech);
	else
		speak_to(&speech, call->params[0]);
}

/* False: a parameter is missing. A NOTICE gets no reply. */
static bool has_target_and_text(struct call *call, bool has_text, bool is_silent)
{
	bool has_target = call->n_params && text_has_piece(call->params[0], ',');

	if (has_target && (!has_text || (call->n_params > 1 && *call->params[1])))
		return true;
	if (is_silent)
		return false;
	if (has_target)
		reply(call, ERR_NOTEXTTOSEND);
	else
		reply(call, ERR_NORECIPIENT, call->command->name);
	return false;
}

static void say_text(struct call *call, bool is_silent)
{
	if (!has_target_and_text(call, true, is_silent))
		return;
	user_note_talk(call->world, call->user);
	speak_to_targets(call, call->params[1], is_silent);
}

static void run_privmsg(struct call *call)
{
	say_text(call, false);
}

static void run_notice(struct call *call)
{
	say_text(call, true);
}

static void run_tagmsg(struct call *call)
{
	if (has_target_and_text(call, false, false))
		speak_to_targets(call, NULL, false);
}

/* The first of the targets that is one; NULL: none. */
static const struct service *service_among(const char *targets, size_t length)
{
	const struct service *service = NULL;

	for (size_t at = 0, end; at < length && !service; at = end + 1) {
		const char *comma = memchr(targets + at, ',', length - at);

		end = comma ? (size_t) (comma - targets) : length;
		service = service_find_target(targets + at, end - at);
	}
	return service;
}

static struct message_place find_message_secret(const char *line, size_t length)
{
	struct message_place target = message_find(line, length, 1);
	const struct service *service = service_among(line + target.at, target.length);

	return service ? errand_find_secret_in_line(service, line, length, 2)
		       : (struct message_place){ 0 };
}

COMMAND(privmsg) = {
	.name = "PRIVMSG",
	.cost = 1,
	.flags = COMMAND_SAYS,
	.reach = COMMAND_REACH_WORLD,
	.find_secret = find_message_secret,
	.run = run_privmsg,
	.papoctl = "notice",
	.usage = "<target>{,<target>} <text>",
	.help = "Sends a message to users or channels. @#channel reaches only the operators of "
		"the channel, +#channel also its voiced members. Operators of the server reach "
		"everybody with $* or $$*, and users whose host matches a mask with $#*.example.",
};

COMMAND(notice) = {
	.name = "NOTICE",
	.cost = 1,
	.flags = COMMAND_SAYS,
	.reach = COMMAND_REACH_WORLD,
	.find_secret = find_message_secret,
	.run = run_notice,
	.papoctl = "notice",
	.usage = "<target>{,<target>} <text>",
	.help = "Sends a message to which no automatic reply may be sent.",
};

COMMAND(tagmsg) = {
	.name = "TAGMSG",
	.cost = 1,
	.cap = CAP_MESSAGE_TAGS,
	.reach = COMMAND_REACH_WORLD,
	.run = run_tagmsg,
	.papoctl = "(the server does not react or type)",
	.usage = "<target>{,<target>}",
	.help = "Sends tags without a text, to clients that understand tags.",
};
