/* Owns the meaning of the modes in the list permanent_channels. The room config cannot check them:
 * it knows no modes. */
#include "world/permanent_channels.h"

#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "world/channel.h"
#include "world/modes.h"

const struct channel_settings *permanent_channel_find(
	const struct settings *settings, enum casemap casemap, const char *name)
{
	for (size_t i = 0; i < settings->n_permanent_channels; i++)
		if (casemap_equals(casemap, settings->permanent_channels[i].name, name))
			return &settings->permanent_channels[i];
	return NULL;
}

void listed_modes_init(struct listed_modes *modes, const char *text)
{
	const char *const params[] = { text, NULL };

	modestring_words_init(&modes->words, params);
	modes->count =
		modestring_parse(modes->words.at, channel_mode_param, modes->changes, LISTED_MODES);
}

void listed_modes_done(struct listed_modes *modes)
{
	modestring_words_done(&modes->words);
}

/* Of a repeated letter, the last counts. */
static const struct modestring_change *find_mode(const struct listed_modes *modes, char letter)
{
	for (size_t i = modes->count; i > 0; i--)
		if (modes->changes[i - 1].letter == letter && modes->changes[i - 1].is_set)
			return &modes->changes[i - 1];
	return NULL;
}

bool listed_modes_have(const struct listed_modes *modes, char letter)
{
	return find_mode(modes, letter) != NULL;
}

const char *listed_modes_param(const struct listed_modes *modes, char letter)
{
	const struct modestring_change *mode = find_mode(modes, letter);

	return mode ? mode->param : NULL;
}

static bool is_mode_value_good(const struct channel_mode *row, const char *text)
{
	struct channel scratch = { 0 };
	bool is_good = row->set(&scratch, text);

	free(scratch.forward);
	return is_good;
}

/* Append what is wrong with one mode; nothing if it is good. */
static void check_listed_mode(const struct modestring_change *change, struct buffer *why)
{
	const struct channel_mode *row = channel_mode_find(change->letter);

	if (!row)
		buffer_format(why, "there is no mode %c; papod-irc(7) lists the modes of channels",
			change->letter);
	else if (!change->is_set)
		buffer_format(why, "leave out -%c: the channel only has modes that stand here",
			change->letter);
	else if (row->kind == MODE_KIND_KEY)
		buffer_put_text(why, "the key has an option of its own: key = \"...\"");
	else if (row->kind == MODE_KIND_LIST || row->kind == MODE_KIND_PREFIX)
		buffer_format(why,
			"mode %c is not one of the channel alone; expected modes that "
			"are set or not, or have a value, such as \"+ntl 50\"",
			change->letter);
	else if (row->kind == MODE_KIND_VALUE && !change->param)
		buffer_format(why, "mode %c has no value; expected \"+%c %s\"", change->letter,
			change->letter, row->param);
	else if (row->kind == MODE_KIND_VALUE && !is_mode_value_good(row, change->param))
		buffer_format(why, "found \"%s\" for mode %c. %s", change->param, change->letter,
			row->wrong);
}

static void check_listed_modes(const char *text, struct buffer *why)
{
	CLEANUP(listed_modes_done) struct listed_modes modes;
	size_t n_words = 1, n_given = 0;

	listed_modes_init(&modes, text);
	for (size_t i = 0; i < modes.count && !why->length; i++) {
		check_listed_mode(&modes.changes[i], why);
		n_words += modes.changes[i].param != NULL;
	}
	while (modes.words.at[n_given])
		n_given++;
	if (!why->length && n_given > n_words)
		buffer_format(why,
			"\"%s\" belongs to no mode; expected all letters in one word, "
			"and then the values of those that have some",
			modes.words.at[n_words]);
}

void permanent_channels_check(const struct settings *settings, struct problems *problems)
{
	for (size_t i = 0; i < settings->n_permanent_channels; i++) {
		CLEANUP(buffer_done) struct buffer why = { 0 };
		unsigned int line = 0;
		const char *file;

		if (settings->permanent_channels[i].modes)
			check_listed_modes(settings->permanent_channels[i].modes, &why);
		if (!why.length)
			continue;
		file = settings_item_origin(settings, "permanent_channels", i, "modes", &line);
		problems_add(
			problems, false, file, line, "permanent_channels.modes", "%s", why.bytes);
	}
}
