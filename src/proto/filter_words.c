/* Owns the words that describe a filter, and which filters are possible. */
#include "proto/filter_words.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/filter_count.h"
#include "proto/filter_regex.h"
#include "proto/filter_sieve.h"

const char filter_match_words[] =
	"\"literal\", \"glob\", \"regex\", \"alike\", \"mentions\" or \"repeat\"";
const char filter_place_words[] =
	"\"text\", \"nick\", \"realname\", \"topic\", \"away\" or \"part\"";
const char filter_action_words[] =
	"\"tell\", \"slow\", \"strip\", \"block\", \"mute\", \"kick\" or \"ban\"";

static const struct word {
	const char *word;
	uint32_t number;
} matches[] = {
	{ "literal", FILTER_MATCH_LITERAL },
	{ "glob", FILTER_MATCH_GLOB },
	{ "regex", FILTER_MATCH_REGEX },
	{ "alike", FILTER_MATCH_ALIKE },
	{ "mentions", FILTER_MATCH_MENTIONS },
	{ "repeat", FILTER_MATCH_REPEAT },
}, places[] = {
	{ "text", FILTER_PLACE_TEXT },
	{ "nick", FILTER_PLACE_NICK },
	{ "realname", FILTER_PLACE_REALNAME },
	{ "topic", FILTER_PLACE_TOPIC },
	{ "away", FILTER_PLACE_AWAY },
	{ "part", FILTER_PLACE_PART },
}, actions[] = {
	{ "tell", FILTER_ACTION_TELL },
	{ "slow", FILTER_ACTION_SLOW },
	{ "strip", FILTER_ACTION_STRIP },
	{ "block", FILTER_ACTION_BLOCK },
	{ "mute", FILTER_ACTION_MUTE },
	{ "kick", FILTER_ACTION_KICK },
	{ "ban", FILTER_ACTION_BAN },
};

static uint32_t number_of_filter_word(const struct word *words, size_t n_words, const char *word)
{
	for (size_t i = 0; i < n_words; i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].number;
	return 0;
}

static const char *filter_word_of_number(const struct word *words, size_t n_words, uint32_t number)
{
	for (size_t i = 0; i < n_words; i++)
		if (words[i].number == number)
			return words[i].word;
	return "";
}

uint32_t filter_match_of(const char *word)
{
	return number_of_filter_word(matches, ARRAY_LENGTH(matches), word);
}

uint32_t filter_place_of(const char *word)
{
	return number_of_filter_word(places, ARRAY_LENGTH(places), word);
}

uint32_t filter_action_of(const char *word)
{
	return number_of_filter_word(actions, ARRAY_LENGTH(actions), word);
}

const char *filter_match_word(uint32_t match)
{
	return filter_word_of_number(matches, ARRAY_LENGTH(matches), match);
}

const char *filter_action_word(uint32_t action)
{
	return filter_word_of_number(actions, ARRAY_LENGTH(actions), action);
}

void filter_places_format(uint32_t set, struct buffer *out)
{
	const char *comma = "";

	for (size_t i = 0; i < ARRAY_LENGTH(places); i++)
		if (set & places[i].number) {
			buffer_format(out, "%s%s", comma, places[i].word);
			comma = ",";
		}
}

uint32_t filter_places_of(const char *words)
{
	CLEANUP(mem_freep) char *copy = mem_text(words);
	char *rest = copy, *word;
	uint32_t set = 0;

	while ((word = text_split(&rest, ','))) {
		uint32_t place = filter_place_of(word);

		if (!place)
			return 0;
		set |= place;
	}
	return set;
}

bool filter_name_is_valid(const char *name)
{
	size_t length = strlen(name);

	for (size_t i = 0; i < length; i++)
		if (!text_is_letter(name[i]) && !text_is_digit(name[i]) && !strchr("-_.", name[i]))
			return false;
	return length && length <= FILTER_NAME_BYTES;
}

static bool is_printable_pattern(const char *pattern)
{
	for (const char *at = pattern; *at; at++)
		if ((unsigned char) *at < ' ' || *at == 0x7f)
			return false;
	return text_is_utf8(pattern, strlen(pattern));
}

bool filter_places_fit(uint32_t match, uint32_t where, struct buffer *why)
{
	if (!filter_match_counts(match) || where == FILTER_PLACE_TEXT)
		return true;
	buffer_format(why, "\"%s\" counts messages, so it looks only at \"text\"",
		filter_match_word(match));
	return false;
}

/* NULL: it may have that action. */
static const char *strip_refusal(uint32_t match)
{
	switch (match) {
	case FILTER_MATCH_GLOB:
		return "a glob matches the whole text, so there is nothing to strip; use a literal "
		       "or a regex";
	case FILTER_MATCH_ALIKE:
	case FILTER_MATCH_MENTIONS:
	case FILTER_MATCH_REPEAT:
		return "only what a literal or a regex matches can be stripped";
	}
	return NULL;
}

static bool is_pattern_of_match(uint32_t match, const char *pattern, struct buffer *why)
{
	struct filter_count count;
	struct filter_regex *regex;

	switch (match) {
	case FILTER_MATCH_GLOB:
		if (!filter_sieve_takes(pattern))
			buffer_put_text(why, "expected at least one character besides wildcards");
		break;
	case FILTER_MATCH_REGEX:
		regex = filter_regex_new(pattern, false, why);
		filter_regex_free(regex);
		break;
	case FILTER_MATCH_MENTIONS:
	case FILTER_MATCH_REPEAT:
		if (!filter_count_parse(match, pattern, &count))
			buffer_put_text(why, filter_count_expected(match));
		break;
	}
	return !why->length;
}

bool filter_is_possible(uint32_t match, uint32_t action, const char *pattern, struct buffer *why)
{
	const char *refusal = action == FILTER_ACTION_STRIP ? strip_refusal(match) : NULL;

	if (!*pattern || strlen(pattern) > FILTER_PATTERN_BYTES)
		buffer_format(why, "expected a pattern of 1 to %d bytes", FILTER_PATTERN_BYTES);
	else if (!is_printable_pattern(pattern))
		buffer_put_text(why, "expected UTF-8 without control characters");
	else if (refusal)
		buffer_put_text(why, refusal);
	else
		return is_pattern_of_match(match, pattern, why);
	return false;
}

bool filter_is_cheap(uint32_t match, const char *pattern, struct buffer *why)
{
	uint32_t cost = match == FILTER_MATCH_REGEX ? filter_regex_cost(pattern) : 0;

	if (cost <= FILTER_REGEX_MOST_COST)
		return true;
	buffer_format(why,
		"this expression is slow: it compares %u times with an ordinary text of 100 bytes, "
		"where %d are allowed. It should begin with ^ or with characters that are rare in "
		"texts; for several words, make a literal of each",
		cost, FILTER_REGEX_MOST_COST);
	return false;
}
