/* Owns the checks of names of channels against the limits, and which channels the clients of a
 * class join. */
#include "config/channel_checks.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/draft_problem.h"
#include "proto/casemap.h"

/* Append what is wrong with the name; nothing if a client could create that channel. */
static void check_channel_length(
	const struct settings *settings, const char *name, struct buffer *out)
{
	if (strlen(name) > settings->channel_length)
		buffer_format(out,
			"\"%s\" is too long; at most %u bytes are allowed "
			"(limits.channel_length)",
			name, settings->channel_length);
}

/* Append what is wrong with a list of channels to join. */
static void check_joined(const struct settings *settings, char *const *channels, size_t n_channels,
	struct buffer *out)
{
	if (n_channels > settings->channels_per_user) {
		buffer_format(out,
			"found %zu channels; a user may be in at most %u "
			"(limits.channels_per_user)",
			n_channels, settings->channels_per_user);
		return;
	}
	for (size_t i = 0; i < n_channels && !out->length; i++)
		check_channel_length(settings, channels[i], out);
}

static void check_auto_join(const struct draft *draft)
{
	const struct settings *settings = draft->settings;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	check_joined(settings, settings->auto_join, settings->n_auto_join, &text);
	if (text.length)
		draft_add_problem(draft, false, draft_top_origin(draft, "channels.auto_join"),
			"channels.auto_join", text.bytes);
}

static void copy_auto_join(const struct settings *settings, struct class_settings *class)
{
	class->n_auto_join = settings->n_auto_join;
	class->auto_join = mem_new(class->n_auto_join * sizeof(*class->auto_join));
	for (size_t i = 0; i < class->n_auto_join; i++)
		class->auto_join[i] = mem_text(settings->auto_join[i]);
}

static void check_class_auto_join(const struct draft_item *item, struct class_settings *class)
{
	const struct settings *settings = item->draft->settings;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (!draft_item_origin(item, "auto_join").source) {
		copy_auto_join(settings, class);
		return;
	}
	check_joined(settings, class->auto_join, class->n_auto_join, &text);
	if (text.length)
		draft_add_item_problem(item, false, "auto_join", text.bytes);
}

static void check_limit(
	const struct draft_item *item, const char *option, const char *text, uint32_t max_bytes)
{
	CLEANUP(buffer_done) struct buffer why = { 0 };

	if (!text || strlen(text) <= max_bytes)
		return;
	buffer_format(&why, "has %zu bytes; at most %u are allowed (limits.%s_length)",
		strlen(text), max_bytes, option);
	draft_add_item_problem(item, false, option, why.bytes);
}

/* The earlier entry with that name in other letters; NULL: there is none. */
static const struct channel_settings *find_equal(
	const struct draft_list *channels, size_t index, const struct settings *settings)
{
	const struct channel_settings *channel = draft_list_struct(channels, index);
	enum casemap casemap;

	if (!channel->name || !casemap_find(settings->casemapping, &casemap))
		return NULL;
	for (size_t i = 0; i < index; i++) {
		const struct channel_settings *other = draft_list_struct(channels, i);

		if (other->name && casemap_equals(casemap, other->name, channel->name))
			return other;
	}
	return NULL;
}

static void check_permanent_channel(const struct draft_item *item)
{
	const struct settings *settings = item->draft->settings;
	const struct draft_list *channels = &item->draft->lists[item->id];
	struct channel_settings *channel = draft_list_struct(channels, item->index);
	const struct channel_settings *equal = find_equal(channels, item->index, settings);
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (equal)
		buffer_format(&text,
			"\"%s\" and \"%s\" are the same channel; leave one of them out",
			equal->name, channel->name);
	else if (channel->name)
		check_channel_length(settings, channel->name, &text);
	if (text.length)
		draft_add_item_problem(item, false, "name", text.bytes);
	channel->is_spoiled |= text.length > 0;
	check_limit(item, "topic", channel->topic, settings->topic_length);
	check_limit(item, "key", channel->key, settings->key_length);
}

void channel_checks_run(const struct draft *draft)
{
	const struct draft_list *classes = &draft->lists[OPTION_TABLE_CLASSES];
	enum option_table_id permanent = OPTION_TABLE_PERMANENT_CHANNELS;

	check_auto_join(draft);
	for (size_t i = 0; i < draft->lists[permanent].count; i++)
		check_permanent_channel(&(struct draft_item){ draft, permanent, i });
	for (size_t i = 0; i < classes->count; i++)
		check_class_auto_join(&(struct draft_item){ draft, OPTION_TABLE_CLASSES, i },
			draft_list_struct(classes, i));
}
