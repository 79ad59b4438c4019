/* Owns the MODE lines of ChanServ. */
#include "action/service_modes.h"

#include "action/history_notes.h"
#include "base/cleanup.h"
#include "world/fanout.h"
#include "world/services.h"
#include "world/user.h"

/* Parameters of one line. */
#define LINE_BYTES 300

void service_modes_begin(struct service_modes *modes, struct world *world, struct outbox *outbox,
	struct channel *channel)
{
	*modes = (struct service_modes){ .n_done = 0 };
	views_begin(&modes->views, world, outbox, channel);
}

static void announce_service_modes(struct service_modes *modes)
{
	const struct views *views = &modes->views;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct fanout fanout;

	modestring_format(modes->done, modes->n_done, &text);
	fanout_begin(&fanout, views->world, views->outbox, ":%s MODE %s %s",
		service_chanserv.source, views->channel->name, text.bytes);
	fanout_from(&fanout, NULL);
	fanout_to_channel(&fanout, views->channel);
	history_note_event(&fanout, views->channel, HISTORY_VERB_MODE);
	fanout_end(&fanout);
}

void service_modes_end(struct service_modes *modes)
{
	if (!modes->n_done)
		return;
	views_show(&modes->views);
	announce_service_modes(modes);
	views_follow(&modes->views);
	for (size_t i = 0; i < modes->n_done; i++)
		buffer_done(&modes->params[i]);
	modes->n_done = modes->n_bytes = 0;
}

static void note_service_mode(
	struct service_modes *modes, char letter, bool is_set, const char *param)
{
	struct buffer *copy = &modes->params[modes->n_done];

	buffer_put_text(copy, param);
	modes->done[modes->n_done++] = (struct modestring_change){ is_set, letter, copy->bytes };
	modes->n_bytes += copy->length;
}

static void make_room_for_mode(struct service_modes *modes, const char *param)
{
	struct views *views = &modes->views;

	if (modes->n_done < VIEWS_RANKED &&
		(!modes->n_done || modes->n_bytes + strlen(param) <= LINE_BYTES))
		return;
	service_modes_end(modes);
	views_begin(views, views->world, views->outbox, views->channel);
}

void service_modes_set_rank(
	struct service_modes *modes, struct member *member, uint32_t rank, bool is_set)
{
	if (!(member->ranks & rank) == !is_set)
		return;
	make_room_for_mode(modes, member->user->nick);
	views_set_rank(&modes->views, member, rank, is_set);
	note_service_mode(modes, member_rank_letter(rank), is_set, member->user->nick);
}

void service_modes_note_mask(
	struct service_modes *modes, char letter, bool is_set, const char *mask)
{
	make_room_for_mode(modes, mask);
	note_service_mode(modes, letter, is_set, mask);
}
