/* Any lines of a client with multiline, with save and load in between: waiting lines are limited,
 * nothing is sent before the end of a batch, then clients with multiline get one batch, and others
 * the same lines. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "world/session.h"
#include "world/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SPEAKER 1
#define KNOWING 2
#define PLAIN 3
#define EVENTS 200

#define MOST_BYTES 400
#define MOST_LINES 4

struct play {
	struct world *world;
	struct outbox outbox;
	uint64_t now_ms;
};

static void happen(struct play *play, struct event *event, uint64_t session)
{
	outbox_clear(&play->outbox);
	event->session = session;
	event->now_ms = event->wall_ms = ++play->now_ms;
	event->uid = UINT32_MAX;
	dispatch(play->world, event, &play->outbox);
}

static void say(struct play *play, uint64_t session, const char *line, size_t length)
{
	struct event event = { .kind = EVENT_LINE, .text = line, .text_length = length };

	event.consumed = (uint32_t) length + 1;
	happen(play, &event, session);
}

static void say_text(struct play *play, uint64_t session, const char *line)
{
	say(play, session, line, strlen(line));
}

static void come(struct play *play, uint64_t session, const char *nick, const char *caps)
{
	struct event connected = { .kind = EVENT_CONNECTED, .text = "l", .text_length = 1 };
	CLEANUP(buffer_done) struct buffer line = { 0 };

	happen(play, &connected, session);
	say_text(play, session, caps);
	buffer_format(&line, "NICK %s", nick);
	say_text(play, session, line.bytes);
	say_text(play, session, "USER u 0 * :u");
	say_text(play, session, "CAP END");
	say_text(play, session, "JOIN #a");
}

static void begin(struct play *play)
{
	const struct source source = { SOURCE_KIND_CONFIG, "x",
		"server: { name = \"irc.test\"; }; "
		"classes: ( { name = \"all\"; flood_rate = 0; ping = \"10 h\"; } );"
		"limits: { multiline_bytes = 400; multiline_lines = 4; };" };
	struct problems problems = { 0 };
	struct event settings = { .kind = EVENT_SETTINGS,
		.settings = settings_parse(&source, 1, &problems) };

	assert(settings.settings);
	happen(play, &settings, 0);
	settings_unref(settings.settings);
	problems_done(&problems);
	come(play, SPEAKER, "ana",
		"CAP REQ :batch message-tags draft/multiline labeled-response echo-message");
	come(play, KNOWING, "bea", "CAP REQ :batch message-tags draft/multiline");
	come(play, PLAIN, "cid", "CAP LIST");
}

static void save_and_load(struct play *play)
{
	struct buffer bytes = { 0 };
	const char *reason = NULL;

	world_save(play->world, &bytes);
	world_free(play->world);
	play->world = world_load(bytes.bytes, bytes.length, &reason);
	assert(play->world);
	buffer_done(&bytes);
}

static void check_batch(const struct play *play)
{
	const struct session *session = session_find(play->world, SPEAKER);
	const struct client_batch *batch = session ? session_extras(session)->batch : NULL;
	CLEANUP(mem_freep) char *text = NULL;

	if (!batch)
		return;
	assert(batch->n_lines <= MOST_LINES && batch->bytes <= MOST_BYTES);
	assert(batch->target || !batch->n_lines);
	text = client_batch_text(batch);
	assert(!batch->n_lines || strlen(text) == batch->bytes);
}

/* The line behind tags and source. */
static const char *message_of(const char *line)
{
	if (*line == '@')
		line = strchr(line, ' ') + 1;
	return *line == ':' ? strchr(line, ' ') + 1 : line;
}

/* The messages sent to the session, line by line, without blank lines and batches. */
static void collect(const struct play *play, uint64_t session, struct buffer *out)
{
	bool is_in_batch = false;

	for (size_t i = 0; i < play->outbox.count; i++) {
		const struct effect *effect = &play->outbox.effects[i];
		CLEANUP(mem_freep) char *line = NULL;
		const char *message, *text;

		if (effect->kind != EFFECT_SEND || effect->session != session)
			continue;
		line = mem_text_n(effect->line->bytes, effect->line->length);
		message = message_of(line);
		if (strncmp(message, "BATCH ", 6) == 0) {
			assert(is_in_batch == (message[6] == '-'));
			is_in_batch = !is_in_batch;
			continue;
		}
		text = strstr(message, " :");
		if (!text || strcmp(text, " :\r\n") != 0)
			buffer_put_text(out, message);
	}
	assert(!is_in_batch);
}

static void check_same(const struct play *play)
{
	CLEANUP(buffer_done) struct buffer knowing = { 0 }, plain = { 0 };

	collect(play, KNOWING, &knowing);
	collect(play, PLAIN, &plain);
	/* TAGMSG reaches only clients that know tags. */
	if (!memmem(buffer_text(&knowing), knowing.length, "TAGMSG", 6))
		assert(strcmp(buffer_text(&knowing), buffer_text(&plain)) == 0);
}

/* Private messages and lines that end the session are left out. */
static bool is_for_this(const char *line, size_t length)
{
	static const char *const words[] = { "bea", "cid", "CAP", "cap", "WHOIS", "MODE", "mode" };

	for (size_t i = 0; i < ARRAY_LENGTH(words); i++)
		if (memmem(line, length, words[i], strlen(words[i])))
			return false;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play play = { .world = world_new() };
	const char *at = (const char *) data, *end = at + size;

	begin(&play);
	for (int i = 0; i < EVENTS && at < end; i++) {
		const char *newline = memchr(at, '\n', (size_t) (end - at));
		size_t length = (size_t) ((newline ? newline : end) - at);

		if (length < 4000 && is_for_this(at, length)) {
			save_and_load(&play);
			say(&play, SPEAKER, at, length);
			check_batch(&play);
			check_same(&play);
			assert(!world_check(play.world));
		}
		at += length + 1;
	}
	outbox_done(&play.outbox);
	world_free(play.world);
	return 0;
}
