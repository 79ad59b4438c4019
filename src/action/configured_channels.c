/* Owns the step from the list permanent_channels of the settings to channels of the world.
 *
 * A channel stays as its operators left it until its entry changes: then, what has changed there
 * applies, as the server may run for years without the start that reads all. Mode P, which
 * snapshots have, keeps the channel without members, in an older release too. */
#include "action/configured_channels.h"

#include <string.h>

#include "action/views.h"
#include "base/cleanup.h"
#include "world/channel.h"
#include "world/fanout.h"
#include "world/permanent_channels.h"
#include "world/registered_channels.h"

/* The modes of one channel while they change: every mode at most once. */
struct mode_change {
	struct views views;
	struct modestring_change done[LISTED_MODES];
	struct buffer params[LISTED_MODES]; /* owns the params of those */
	size_t n_done;
};

static void note_mode(struct mode_change *change, char letter, bool is_set, const char *param)
{
	struct buffer *copy = &change->params[change->n_done];

	buffer_put_text(copy, param ? param : "");
	change->done[change->n_done++] =
		(struct modestring_change){ is_set, letter, param ? copy->bytes : NULL };
}

static void set_listed_flag(struct mode_change *change, const struct channel_mode *row, bool is_set)
{
	struct channel *channel = change->views.channel;

	if (!(channel->flags & row->value) == !is_set)
		return;
	channel_set_flag(channel, row->value, is_set);
	note_mode(change, row->letter, is_set, NULL);
}

static void set_listed_value(
	struct mode_change *change, const struct channel_mode *row, const char *param)
{
	struct channel *channel = change->views.channel;
	CLEANUP(buffer_done) struct buffer old = { 0 }, new = { 0 };

	row->write(channel, &old);
	if (!row->set(channel, param))
		return; /* a value of another release */
	row->write(channel, &new);
	if (strcmp(buffer_text(&old), buffer_text(&new)) != 0)
		note_mode(change, row->letter, new.length > 0, new.length ? new.bytes : NULL);
}

/* NULL: the modes of a new channel. */
static void set_listed_modes(struct mode_change *change, const char *text)
{
	CLEANUP(listed_modes_done) struct listed_modes modes;
	size_t n_rows;
	const struct channel_mode *rows = channel_modes_all(&n_rows);

	listed_modes_init(&modes, text);
	for (size_t i = 0; i < n_rows; i++) {
		const struct channel_mode *row = &rows[i];

		if (row->kind == MODE_KIND_FLAG && row->value != CHANNEL_FLAG_PERMANENT)
			set_listed_flag(change, row,
				text ? listed_modes_have(&modes, row->letter) : row->is_default);
		else if (row->kind == MODE_KIND_VALUE)
			set_listed_value(change, row, listed_modes_param(&modes, row->letter));
	}
}

static bool text_differs(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) != 0 : a != b;
}

static void set_listed_key(struct mode_change *change, const char *key)
{
	struct channel *channel = change->views.channel;

	if (!text_differs(channel->key, key))
		return;
	channel_set_key(channel, key);
	note_mode(change, 'k', key != NULL, key ? key : "*");
}

static void announce_modes(const struct mode_change *change)
{
	const struct views *views = &change->views;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct fanout fanout;

	if (!change->n_done)
		return;
	modestring_format(change->done, change->n_done, &text);
	fanout_begin(&fanout, views->world, views->outbox, ":%s MODE %s %s",
		views->world->settings->server_name, views->channel->name, text.bytes);
	fanout_from(&fanout, NULL);
	fanout_to_channel(&fanout, views->channel);
	fanout_end(&fanout);
}

static void begin_change(struct mode_change *change, struct world *world, struct outbox *outbox,
	struct channel *channel)
{
	*change = (struct mode_change){ .n_done = 0 };
	views_begin(&change->views, world, outbox, channel);
}

static void finish_change(struct mode_change *change)
{
	if (change->n_done)
		channel_touch(change->views.world, change->views.channel);
	views_show(&change->views);
	announce_modes(change);
	views_follow(&change->views);
	for (size_t i = 0; i < change->n_done; i++)
		buffer_done(&change->params[i]);
}

static void set_permanent(struct mode_change *change, bool is_set)
{
	set_listed_flag(change, channel_mode_find('P'), is_set);
}

static void set_listed_topic(
	struct world *world, struct outbox *outbox, struct channel *channel, const char *topic)
{
	const char *server = world->settings->server_name;
	struct fanout fanout;

	if (!text_differs(channel->topic, topic))
		return;
	channel_set_topic(world, channel, topic ? topic : "", server);
	fanout_begin(&fanout, world, outbox, ":%s TOPIC %s :%s", server, channel->name,
		topic ? topic : "");
	fanout_from(&fanout, NULL);
	fanout_to_channel(&fanout, channel);
	fanout_end(&fanout);
}

/* before: the entry in the old settings; NULL: it had none. */
static void keep_channel(struct world *world, struct outbox *outbox,
	const struct channel_settings *listed, const struct channel_settings *before)
{
	static const struct channel_settings unset = { .name = NULL };
	struct channel *channel = channel_find(world, listed->name);
	struct mode_change change;

	if (!channel || !before)
		before = &unset;
	if (!channel)
		channel = channel_new(world, listed->name);
	begin_change(&change, world, outbox, channel);
	set_permanent(&change, true);
	if (text_differs(before->modes, listed->modes))
		set_listed_modes(&change, listed->modes);
	if (text_differs(before->key, listed->key))
		set_listed_key(&change, listed->key);
	finish_change(&change);
	if (text_differs(before->topic, listed->topic))
		set_listed_topic(world, outbox, channel, listed->topic);
}

static void let_go(struct world *world, struct outbox *outbox, const char *name)
{
	struct channel *channel = channel_find(world, name);
	struct mode_change change;

	if (!channel)
		return;
	begin_change(&change, world, outbox, channel);
	set_permanent(&change, false);
	finish_change(&change);
	channel_end_if_empty(world, channel);
}

void configured_channels_apply(
	struct world *world, struct outbox *outbox, const struct settings *old)
{
	const struct settings *new = world->settings;
	enum casemap casemap = (enum casemap) world->casemap;

	for (size_t i = 0; old && i < old->n_permanent_channels; i++)
		if (!permanent_channel_find(new, casemap, old->permanent_channels[i].name))
			let_go(world, outbox, old->permanent_channels[i].name);
	for (size_t i = 0; i < new->n_permanent_channels; i++) {
		const struct channel_settings *listed = &new->permanent_channels[i];

		keep_channel(world, outbox, listed,
			old ? permanent_channel_find(old, casemap, listed->name) : NULL);
	}
}
