/* Owns the choice of messages for devices, and their text. */
#include "action/pushing.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/date.h"
#include "base/digest.h"
#include "base/mem.h"
#include "base/text.h"
#include "proto/casemap.h"
#include "proto/formatting.h"
#include "proto/name_syntax.h"
#include "proto/push_keys.h"
#include "proto/push_lines.h"
#include "world/caps.h"
#include "world/changes.h"
#include "world/modes.h"
#include "world/msgid.h"
#include "world/push_endpoints.h"
#include "world/pushes.h"
#include "world/session.h"
#include "world/user.h"

#define CTCP '\x01'
#define ACTION                                                                                     \
	"\x01"                                                                                     \
	"ACTION "
/* A push service keeps a message for a device that is away so long, at most. */
#define LIFE_SECONDS (7 * 86400)
#define TOPIC_BYTES 18	 /* 24 letters */
#define MOST_MENTIONED 8 /* users, by one message */
/* Removed in one change; the next hour removes more. */
#define MOST_EXPIRED 48

/* The text */

/* The first line with text is the message. IRCv3 multiline, "Fallback". */
static const char *first_text(const struct speech *speech)
{
	for (size_t i = 0; speech->batch && i < speech->batch->n_lines; i++)
		if (*speech->batch->lines[i].text)
			return speech->batch->lines[i].text;
	return speech->text;
}

/* In the form that the device's client understands, without the line end. Tags of clients may be
 * long, and the message counts. The caller frees. */
static char *push_text(const struct speech *speech, const struct push_endpoint *endpoint)
{
	uint32_t set = line_tags_wanted(endpoint->caps) & ~(1u << TAG_GROUP_BATCH);
	struct speech first = *speech;
	struct buffer out = { 0 };
	struct fanout fanout;

	first.text = first_text(speech);
	speech_begin(&fanout, &first);
	if (speech->tags.length + fanout.text.length > PUSH_TEXT_BYTES / 2)
		fanout_tag(&fanout, NULL);
	line_tags_put(&fanout, set & line_tags_of(&fanout), &out);
	buffer_put(&out, fanout.text.bytes, fanout.text.length);
	fanout_end(&fanout);
	while (out.length && strchr("\r\n", out.bytes[out.length - 1]))
		buffer_cut(&out, out.length - 1);
	text_mend_utf8(out.bytes, out.length);
	return buffer_take(&out);
}

/* One for each device. */
static void push_to_devices(
	const struct speech *speech, const struct account *account, const char *talk)
{
	struct world *world = speech->call->world;
	const struct push_endpoint *endpoint;

	LIST_EACH (endpoint, &account_extras(account)->endpoints, in_account) {
		struct push push = {
			.account = account->id,
			.id = speech->id,
			.due_ms = world->now_ms + world->settings->push.delay_ms,
		};

		if (push_endpoint_is_expired(world, endpoint) ||
			!pushes_have_room(world, account->id))
			continue;
		push.url = mem_text(endpoint->url);
		push.talk = mem_text(talk);
		push.text = push_text(speech, endpoint);
		push_add(world, &push);
	}
}

/* Answers */

/* A user who answers in a conversation has read what was said there. */
static void note_read(const struct speech *speech, const char *talk)
{
	const struct user *speaker = speech->call->user;

	if (speaker && speaker->account_id && speech->call->world->pushes.n_waiting)
		pushes_drop_talk(speech->call->world, speaker->account_id, talk);
}

/* Is it for people? */
static bool is_worth_pushing(const struct speech *speech)
{
	const char *text = first_text(speech);

	return text && *text && (*text != CTCP || text_starts_with(text, ACTION));
}

/* Of the author of a message. */
static char *fold_author(const struct speech *speech)
{
	return casemap_fold(speech->call->world->casemap, speech->call->user->nick);
}

void push_to_user(const struct speech *speech)
{
	const struct world *world = speech->call->world;
	CLEANUP(mem_freep) char *talk = NULL;
	CLEANUP(mem_freep) char *author = NULL;
	const struct account *account;

	if (!speech->said)
		return;
	talk = casemap_fold(world->casemap, speech->user->nick);
	note_read(speech, talk);
	account = account_of_user(world, speech->user);
	if (!account || speech->user == speech->call->user || !is_worth_pushing(speech))
		return;
	author = fold_author(speech);
	push_to_devices(speech, account, author);
}

/* Channels */

/* Letters of nicknames. */
static bool is_mention_byte(char byte)
{
	return text_is_letter(byte) || text_is_digit(byte) || (unsigned char) byte >= 0x80 ||
	       (byte && strchr("-_[]\\`^{}|", byte));
}

/* What is around a nickname in a sentence, although nicknames may contain it, too. */
static bool is_bracket(char byte)
{
	return byte && strchr("[]{}`|^\\-", byte);
}

struct mentions {
	const struct speech *speech;
	uint32_t skips; /* users with any of these flags do not hear it */
	const struct user *users[MOST_MENTIONED];
	size_t count;
};

static bool hears(const struct mentions *mentions, const struct user *user)
{
	const struct speech *speech = mentions->speech;
	const struct member *member = user_find_member(user, speech->channel);

	return member && member->ranks >= speech->rank && !(user->flags & mentions->skips) &&
	       user != speech->call->user &&
	       (!speech->speaker || member_is_visible_to(speech->speaker, member));
}

/* False: there is no such user. */
static bool note_mention(struct mentions *mentions, const char *word, size_t length)
{
	char nick[NICK_MOST_BYTES + 1];
	const struct user *user;

	if (!length || length > NICK_MOST_BYTES)
		return false;
	memcpy(nick, word, length);
	nick[length] = '\0';
	user = user_find(mentions->speech->call->world, nick);
	if (!user)
		return false;
	for (size_t i = 0; i < mentions->count; i++)
		if (mentions->users[i] == user)
			return true;
	if (mentions->count < MOST_MENTIONED && hears(mentions, user))
		mentions->users[mentions->count++] = user;
	return true;
}

static void look_at_word(struct mentions *mentions, const char *word, size_t length)
{
	if (note_mention(mentions, word, length))
		return;
	while (length && is_bracket(*word)) {
		word++;
		length--;
	}
	while (length && is_bracket(word[length - 1]))
		length--;
	note_mention(mentions, word, length);
}

/* A name in a URL names no user. */
static void look_at_piece(struct mentions *mentions, const char *piece, size_t length)
{
	const char *end = piece + length, *word;

	if (memmem(piece, length, "://", 3))
		return;
	while (piece < end) {
		word = piece;
		while (piece < end && is_mention_byte(*piece))
			piece++;
		look_at_word(mentions, word, (size_t) (piece - word));
		while (piece < end && !is_mention_byte(*piece))
			piece++;
	}
}

static void look_at_text(struct mentions *mentions, const char *text)
{
	CLEANUP(mem_freep) char *plain = formatting_strip(text);
	const char *at = plain;

	while (*at) {
		size_t length = strcspn(at, " ");

		look_at_piece(mentions, at, length);
		at += length + strspn(at + length, " ");
	}
}

static void look_at_texts(struct mentions *mentions)
{
	const struct client_batch *batch = mentions->speech->batch;

	if (!batch)
		look_at_text(mentions, mentions->speech->text);
	for (size_t i = 0; batch && i < batch->n_lines; i++)
		look_at_text(mentions, batch->lines[i].text);
}

void push_to_members(const struct speech *speech, uint32_t skips)
{
	const struct world *world = speech->call->world;
	struct mentions mentions = { .speech = speech, .skips = skips };
	CLEANUP(mem_freep) char *talk = NULL;

	if (!speech->said || !speech->call->user)
		return;
	talk = casemap_fold(world->casemap, speech->channel->name);
	note_read(speech, talk);
	if (speech->is_notice || !is_worth_pushing(speech))
		return;
	look_at_texts(&mentions);
	for (size_t i = 0; i < mentions.count; i++) {
		const struct account *account = account_of_user(world, mentions.users[i]);

		if (account)
			push_to_devices(speech, account, talk);
	}
}

/* Read markers */

static void push_marker(struct world *world, const struct account *account,
	const struct push_endpoint *endpoint, const char *talk, const char *line)
{
	if (endpoint->caps & CAP_READ_MARKER && !push_endpoint_is_expired(world, endpoint) &&
		pushes_have_room(world, account->id))
		push_add(world, &(struct push){
					.account = account->id,
					.due_ms = world->now_ms,
					.url = mem_text(endpoint->url),
					.talk = mem_text(talk),
					.text = mem_text(line),
				});
}

void pushing_read(
	struct world *world, const struct account *account, const char *target, uint64_t wall_ms)
{
	CLEANUP(mem_freep) char *talk = casemap_fold(world->casemap, target);
	CLEANUP(buffer_done) struct buffer line = { 0 };
	const struct push_endpoint *endpoint;
	char date[DATE_BYTES];

	if (!pushing_is_on(world))
		return;
	pushes_drop_read(world, account->id, talk, wall_ms);
	if (!pushes_forget_talk(world, account->id, talk))
		return;
	date_format_iso(wall_ms, date);
	buffer_format(
		&line, ":%s MARKREAD %s timestamp=%s", world->settings->server_name, target, date);
	LIST_EACH (endpoint, &account_extras(account)->endpoints, in_account)
		push_marker(world, account, endpoint, talk, line.bytes);
}

/* Sending */

/* A message that still waits at the push service is replaced by the same one, a read marker by the
 * next one of that conversation. */
static char *push_topic(const struct world *world, const struct push *push)
{
	char topic[DIGEST_BYTES * 2];
	struct digest digest;

	if (push->id) {
		msgid_format(world, push->id, topic);
	} else {
		digest = digest_sha256((struct digest_input){ push->talk, strlen(push->talk) });
		push_base64_encode(digest.bytes, TOPIC_BYTES, topic);
	}
	return mem_text(topic);
}

bool pushing_compose(
	const struct world *world, const struct push *push, struct push_message *ret_message)
{
	const struct account *account = account_find_id(world, push->account);
	const struct push_endpoint *endpoint =
		account ? push_endpoint_find(account, push->url) : NULL;

	if (!endpoint)
		return false;
	*ret_message = (struct push_message){
		.endpoint = mem_text(endpoint->url),
		.p256dh = mem_text(endpoint->p256dh),
		.auth = mem_text(endpoint->auth),
		.topic = push_topic(world, push),
		.text = mem_text(push->text),
		.urgency = push->id ? PUSH_URGENCY_HIGH : PUSH_URGENCY_NORMAL,
		.ttl = LIFE_SECONDS,
	};
	return true;
}

/* The end of subscriptions */

static void remove_endpoint(struct world *world, struct outbox *outbox,
	const struct account *account, const struct push_endpoint *endpoint)
{
	struct change *change = change_new();

	push_endpoint_remove(world, change, account, endpoint);
	change_ask(world, outbox, NULL, change);
}

static void forget_gone(struct world *world, struct outbox *outbox, const struct push *push)
{
	const struct account *account = account_find_id(world, push->account);
	const struct push_endpoint *endpoint =
		account ? push_endpoint_find(account, push->url) : NULL;

	pushes_drop_endpoint(world, push->account, push->url);
	if (endpoint && world->storage == STORAGE_WORKS)
		remove_endpoint(world, outbox, account, endpoint);
}

void pushing_answered(struct world *world, struct outbox *outbox, const struct event *event)
{
	struct push *push = push_find(world, event->request);

	if (!push)
		return;
	if (event->status == PUSHED_GONE)
		forget_gone(world, outbox, push);
	else if (event->status == PUSHED_SENT)
		pushes_note_talk(world, push);
	push_end(world, push);
}

void pushing_expire(struct world *world, struct outbox *outbox)
{
	const struct account *account;
	const struct push_endpoint *endpoint;
	uint32_t n = 0;

	if (!world->accounts.n_endpoints)
		return;
	ORDERED_EACH (account, &world->accounts.all)
		LIST_EACH (endpoint, &account_extras(account)->endpoints, in_account)
			if (n < MOST_EXPIRED && push_endpoint_is_expired(world, endpoint)) {
				remove_endpoint(world, outbox, account, endpoint);
				n++;
			}
}
