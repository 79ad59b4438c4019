/* Owns WORDS of ChanServ: what may not be said on a channel. It takes effect when it is stored. */
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/asking.h"
#include "bots/chanserv.h"
#include "bots/voice.h"
#include "proto/word_list.h"
#include "world/channel.h"
#include "world/modes.h"

static bool words_kick(const struct registered_channel *registered)
{
	return registered->options & REGISTERED_OPTION_WORDS_KICK;
}

static void list_forbidden_words(struct errand *errand, const struct registered_channel *registered)
{
	const char *rest = registered->words;
	char *word;

	if (!chanserv_may(errand, registered, MEMBER_RANK_HALF_OPERATOR))
		return;
	bot_say(errand, "Words that users without a rank may not say on %s (%s):",
		registered->channel->name,
		words_kick(registered) ? "they are kicked" : "the message is refused");
	while ((word = word_list_next(&rest))) {
		bot_say(errand, "%s", word);
		free(word);
	}
	bot_say(errand, "End of the list.");
}

/* The words are borrowed. */
static struct change *change_words(
	struct errand *errand, const struct registered_channel *registered, char *words)
{
	struct registered_channel copy = *registered;
	struct change *change = chanserv_change(errand, registered);

	copy.words = words;
	if (change)
		chanserv_add_channel(errand, change, &copy);
	return change;
}

/* True: refused. */
static bool refuse_word(
	struct errand *errand, const struct registered_channel *registered, const char *word)
{
	uint32_t most = errand->call->world->settings->channel_words;

	if (!word)
		bot_say(errand,
			"That is no word: use up to %d bytes, with at least one letter or digit.",
			WORD_LIST_WORD_BYTES);
	else if (word_list_has(registered->words, word))
		bot_say(errand, "%s is on the list already.", word);
	else if (word_list_count(registered->words) >= most)
		bot_say(errand, "%s cannot have more than %u words.", registered->channel->name,
			most);
	else
		return false;
	return true;
}

static void add_word(
	struct errand *errand, const struct registered_channel *registered, const char *given)
{
	CLEANUP(mem_freep) char *word = word_list_word(given);
	CLEANUP(mem_freep) char *words = NULL;
	struct change *change;

	if (refuse_word(errand, registered, word))
		return;
	words = word_list_with(registered->words, word);
	change = change_words(errand, registered, words);
	if (change)
		bot_ask_change(errand->call, change, "%s may not be said on %s from now on.", word,
			registered->channel->name);
}

static void remove_word(
	struct errand *errand, const struct registered_channel *registered, const char *given)
{
	CLEANUP(mem_freep) char *word = word_list_word(given);
	CLEANUP(mem_freep) char *words = NULL;
	struct change *change;

	if (!word || !word_list_has(registered->words, word)) {
		bot_say(errand, "That word is not on the list.");
		return;
	}
	words = word_list_without(registered->words, word);
	change = change_words(errand, registered, words);
	if (change)
		bot_ask_change(errand->call, change, "%s may be said on %s again.", word,
			registered->channel->name);
}

static void clear_words(struct errand *errand, const struct registered_channel *registered)
{
	struct change *change = change_words(errand, registered, NULL);

	if (change)
		bot_ask_change(errand->call, change, "%s has no list of words any more.",
			registered->channel->name);
}

static void set_words_action(
	struct errand *errand, const struct registered_channel *registered, bool kicks)
{
	struct registered_channel copy = *registered;
	struct change *change = chanserv_change(errand, registered);

	if (!change)
		return;
	copy.options = kicks ? copy.options | REGISTERED_OPTION_WORDS_KICK
			     : copy.options & ~(uint32_t) REGISTERED_OPTION_WORDS_KICK;
	chanserv_add_channel(errand, change, &copy);
	bot_ask_change(errand->call, change,
		kicks ? "Users who say one of the words on %s are kicked from now on."
		      : "Messages with one of the words are refused on %s from now on.",
		registered->channel->name);
}

static void change_word_list(struct errand *errand, const struct registered_channel *registered)
{
	const char *verb = errand->params[1], *word = errand->params[2];

	if (text_equals_ignoring_case(verb, "ADD") && word)
		add_word(errand, registered, word);
	else if (text_equals_ignoring_case(verb, "DEL") && word)
		remove_word(errand, registered, word);
	else if (text_equals_ignoring_case(verb, "CLEAR") && !word)
		clear_words(errand, registered);
	else if (text_equals_ignoring_case(verb, "BLOCK") && !word)
		set_words_action(errand, registered, false);
	else if (text_equals_ignoring_case(verb, "KICK") && !word)
		set_words_action(errand, registered, true);
	else
		bot_say_usage(errand);
}

static void run_chanserv_words(struct errand *errand)
{
	const struct registered_channel *registered = chanserv_find(errand, errand->params[0]);

	if (!registered)
		return;
	if (!errand->params[1] || text_equals_ignoring_case(errand->params[1], "LIST"))
		list_forbidden_words(errand, registered);
	else if (chanserv_may(errand, registered, MEMBER_RANK_OWNER))
		change_word_list(errand, registered);
}

CHANSERV(words) = {
	.name = "WORDS",
	.min_params = 1,
	.max_params = 3,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_chanserv_words,
	.usage = "<channel> [LIST | ADD <word> | DEL <word> | CLEAR | BLOCK | KICK]",
	.help = "Words that users without a rank may not say on a channel, nor have in its topic. "
		"A word can also be several, and counts where it stands alone; a star at its "
		"beginning or end stands for the rest of a longer one. Case, accents and letters "
		"that look alike do not count. With BLOCK, as at first, the message is refused; "
		"with KICK the user is kicked, too. To change the list you need the rank +q, to "
		"see it +h.",
};
