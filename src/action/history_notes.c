/* Owns what is recorded.
 *
 * Not recorded are messages that only some members of a channel get, typing notifications, and what
 * happens to members who are hidden. */
#include "action/history_notes.h"

#include <string.h>

#include "action/remark.h"
#include "action/speech.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "world/history.h"
#include "world/msgid.h"
#include "world/registered_channels.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

/* A row that is being made. */
struct note {
	struct world *world;
	struct outbox *outbox;
	struct history_request request;
	struct history_details details;
	struct channel *channel; /* NULL: none */
};

/* Without a user the server is the source. */
static struct note note_by(struct world *world, struct outbox *outbox, const struct user *author)
{
	struct note note = { .world = world, .outbox = outbox };
	struct history_row *row = &note.request.row;

	note.request.kind = HISTORY_REQUEST_ADD;
	row->birth = world->birth;
	if (!author)
		return note;
	row->author = author->account_id;
	row->account = piece_of(author->account);
	row->source = piece_of(author->source);
	if (author->flags & USER_FLAG_BOT)
		note.details.flags |= HISTORY_FLAG_BOT;
	if (author->operator_name && !(author->flags & USER_FLAG_HIDES_OPERATOR)) {
		note.details.flags |= HISTORY_FLAG_OPERATOR;
		if (world->settings->oper_tag_names)
			note.details.operator_name = piece_of(author->operator_name);
	}
	return note;
}

/* The channel's conversation is where it goes. */
static void place_note(struct note *note, struct channel *channel)
{
	note->request.row.target = history_target_of_channel(note->world, channel);
	note->request.is_in_memory = history_is_in_memory(channel);
	note->channel = channel;
}

/* Memory is short, so what is too much there does not wait for the hour. */
static void trim_in_memory(const struct note *note)
{
	const uint32_t most = history_messages_of(note->world, note->channel);

	if (registered_channel_count_in_memory(note->channel->registered, most))
		history_send_request(
			note->outbox, &(struct history_request){ .kind = HISTORY_REQUEST_KEEP,
					      .row.target = note->request.row.target,
					      .number = most });
}

/* The time that clients were sent is that of the event. */
static void send_note(struct note *note)
{
	CLEANUP(buffer_done) struct buffer rest = { 0 }, request = { 0 };
	struct history_row *row = &note->request.row;

	if (msgid_wall_ms(row->id) != note->world->wall_ms)
		note->details.wall_ms = note->world->wall_ms;
	history_details_put(&rest, &note->details);
	row->rest = (struct piece){ rest.bytes, rest.length };
	history_request_save(&request, &note->request);
	outbox_history(note->outbox, 0, &request);
	if (note->request.is_in_memory)
		trim_in_memory(note);
}

/* Speech */

/* CR between lines that are one. */
static void put_batch_text(const struct speech *speech, struct buffer *out)
{
	const struct client_batch *batch = speech->batch;

	for (size_t i = 0; i < batch->n_lines; i++) {
		CLEANUP(mem_freep) char *text = speech_line_text(speech, &batch->lines[i]);

		if (i)
			buffer_put_byte(out, batch->lines[i].is_joined ? '\r' : '\n');
		buffer_put_text(out, text);
	}
}

static enum history_verb verb_of_speech(const struct speech *speech)
{
	if (!speech->text)
		return HISTORY_VERB_TAGMSG;
	return speech->is_notice ? HISTORY_VERB_NOTICE : HISTORY_VERB_PRIVMSG;
}

/* False: neither has an account to keep it for. */
static bool note_conversation_of(struct note *note, const struct speech *speech)
{
	const struct user *author = speech->call->user, *other = speech->user;

	note->request.row.target = history_target_of_users(note->world, author, other);
	note->details.recipient = piece_of(speech->target);
	note->request.owners[0] =
		(struct history_owner){ author->account_id, piece_of(other->nick) };
	note->request.owners[1] = (struct history_owner){ other != author ? other->account_id : 0,
		piece_of(author->nick) };
	return note->request.row.target;
}

static bool is_speech_kept(const struct speech *speech)
{
	const struct settings *settings = speech->call->world->settings;

	if (!settings->history.is_enabled || speech->is_typing)
		return false;
	if (speech->channel)
		return !speech->rank && history_has_channel(speech->call->world, speech->channel);
	return settings->history.has_private;
}

void history_note_speech(const struct speech *speech)
{
	const struct call *call = speech->call;
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct note note;

	if (!is_speech_kept(speech))
		return;
	note = note_by(call->world, call->outbox, speech->as ? NULL : call->user);
	note.request.row.id = speech->id;
	note.request.row.verb = verb_of_speech(speech);
	note.request.row.text = piece_of(speech->text);
	note.details.tags = (struct piece){ speech->tags.bytes, speech->tags.length };
	if (speech->as) {
		note.request.row.source = piece_of(speech->as);
		note.details.relay = piece_of(call->user->nick);
	}
	if (speech->batch) {
		put_batch_text(speech, &text);
		note.request.row.text = (struct piece){ text.bytes, text.length };
	}
	if (speech->channel)
		place_note(&note, speech->channel);
	else if (!note_conversation_of(&note, speech))
		return;
	send_note(&note);
}

/* Events */

/* What follows so many words of the line, which ends with CR LF. */
static struct piece text_behind(const struct buffer *line, size_t n_words)
{
	const char *at = line->bytes, *end = line->bytes + line->length - 2;

	for (; n_words && at; n_words--) {
		at = memchr(at, ' ', (size_t) (end - at));
		at = at ? at + 1 : NULL;
	}
	return at ? (struct piece){ at, (size_t) (end - at) } : (struct piece){ 0 };
}

/* A RENAME's row is found by the new name, which is in its text. */
static struct piece old_name_in(const struct buffer *line)
{
	struct piece names = text_behind(line, 2);
	const char *end = memchr(names.bytes, ' ', names.length);

	return (struct piece){ names.bytes, end ? (size_t) (end - names.bytes) : names.length };
}

static bool records_events(const struct world *world)
{
	return world->settings->history.is_enabled && world->settings->history.has_events;
}

static bool has_events(const struct world *world, const struct channel *channel)
{
	return records_events(world) && history_has_channel(world, channel);
}

/* A line that several channels see has a row for each: ids are unique, so only the first has the
 * line's own, if it has one. */
static void send_event(struct note *note, struct channel *channel, uint64_t line_id, bool is_first)
{
	place_note(note, channel);
	note->request.row.id = is_first && line_id ? line_id : msgid_next(note->world);
	note->request.row.heard = is_first ? 0 : line_id;
	send_note(note);
}

static void note_event_as(
	const struct fanout *fanout, struct channel *channel, enum history_verb verb, bool is_first)
{
	bool names_channel = verb != HISTORY_VERB_QUIT && verb != HISTORY_VERB_NICK;
	const struct buffer *line = fanout->variant.length ? &fanout->variant : &fanout->text;
	struct world *world = fanout->world;
	struct note note;

	if (!has_events(world, channel))
		return;
	note = note_by(world, fanout->outbox, fanout->source);
	if (!fanout->source)
		note.request.row.source = piece_of(world->settings->server_name);
	note.request.row.verb = verb;
	note.request.row.text = text_behind(line, names_channel ? 3 : 2);
	if (verb == HISTORY_VERB_RENAME)
		note.details.recipient = old_name_in(line);
	send_event(&note, channel, fanout->id, is_first);
}

void history_note_event(
	const struct fanout *fanout, struct channel *channel, enum history_verb verb)
{
	note_event_as(fanout, channel, verb, true);
}

void history_note_everywhere(const struct fanout *fanout, enum history_verb verb)
{
	const struct user *user = fanout->source;
	bool is_first = true;

	for (size_t i = 0; i < user->n_members && records_events(fanout->world); i++) {
		if (!member_is_public(user->members[i]))
			continue;
		note_event_as(fanout, user->members[i]->channel, verb, is_first);
		is_first = false;
	}
}

/* False: it is not recorded. */
static bool note_quit_of(
	struct call *call, struct member *member, const char *reason, bool is_first)
{
	struct note note;
	CLEANUP(buffer_done) struct buffer text = { 0 };

	if (!member_is_public(member) || !has_events(call->world, member->channel))
		return false;
	buffer_format(&text, ":%s", reason);
	note = note_by(call->world, call->outbox, call->user);
	note.request.row.verb = HISTORY_VERB_QUIT;
	note.request.row.text = (struct piece){ text.bytes, text.length };
	send_event(&note, member->channel, call->line_id, is_first);
	return true;
}

void history_note_quit(struct call *call, const char *reason, const char *words)
{
	struct user *user = call->user;
	bool is_first = true;

	for (size_t i = 0; i < user->n_members && records_events(call->world); i++) {
		CLEANUP(mem_freep) char *shown = remark_of(call, user->members[i], words);
		CLEANUP(buffer_done) struct buffer own = { 0 };

		if (words)
			buffer_format(&own, "Quit: %s", shown ? shown : "");
		if (note_quit_of(call, user->members[i], words ? own.bytes : reason, is_first))
			is_first = false;
	}
}

/* Changes and ends */

static void send_request_for(
	struct outbox *outbox, uint64_t session, const struct history_request *request)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };

	history_request_save(&bytes, request);
	outbox_history(outbox, session, &bytes);
}

void history_send_request(struct outbox *outbox, const struct history_request *request)
{
	send_request_for(outbox, 0, request);
}

void history_note_redaction(struct call *call, uint64_t id)
{
	send_request_for(call->outbox, call->session->id,
		&(struct history_request){ .kind = HISTORY_REQUEST_REMOVE, .row.id = id });
}

void history_note_edit(struct call *call, uint64_t id, const char *text)
{
	history_send_request(call->outbox,
		&(struct history_request){
			.kind = HISTORY_REQUEST_EDIT, .row.id = id, .row.text = piece_of(text) });
}

void history_forget_account(struct call *call, uint64_t account)
{
	send_request_for(call->outbox, call->session ? call->session->id : 0,
		&(struct history_request){ .kind = HISTORY_REQUEST_FORGET,
			.row.id = call->world->last_msgid,
			.number = account });
}

void history_erase_ended(struct world *world, struct outbox *outbox)
{
	const struct buffer *lives = &world->ended_lives;
	uint64_t life;

	for (size_t at = 0; at < lives->length; at += sizeof(life)) {
		memcpy(&life, lives->bytes + at, sizeof(life));
		history_send_request(
			outbox, &(struct history_request){ .kind = HISTORY_REQUEST_ERASE,
					.row.target = (int64_t) life });
	}
	history_clear_ends(world);
}
