/* Any lines as CAP, before and after registration: each answer is whole lines, a refused
 * request changes nothing, and what is in force follows from what was granted. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "proto/message.h"
#include "world/caps.h"
#include "world/session.h"
#include "world/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SESSION 1

struct play {
	struct world *world;
	struct outbox outbox;
	uint64_t now_ms;
};

static void happen(struct play *play, struct event *event)
{
	outbox_clear(&play->outbox);
	play->now_ms += 10000; /* so that flood control never pauses */
	event->session = SESSION;
	event->now_ms = event->wall_ms = play->now_ms;
	dispatch(play->world, event, &play->outbox);
}

static void begin(struct play *play)
{
	const struct source source = { SOURCE_KIND_CONFIG, "x",
		"server = { name = \"irc.test\"; }; dns = { reverse = false; };"
		"limits = { registration = \"1 h\"; };" };
	struct problems problems = { 0 };
	struct event settings = { .kind = EVENT_SETTINGS,
		.settings = settings_parse(&source, 1, &problems) };
	struct event connected = { .kind = EVENT_CONNECTED, .text = "l", .text_length = 1 };

	assert(settings.settings);
	happen(play, &settings);
	happen(play, &connected);
	settings_unref(settings.settings);
	problems_done(&problems);
}

static bool says(const struct outbox *outbox, const char *word)
{
	for (size_t i = 0; i < outbox->count; i++) {
		const struct line *line = outbox->effects[i].line;

		if (outbox->effects[i].kind == EFFECT_SEND &&
			memmem(line->bytes, line->length, word, strlen(word)))
			return true;
	}
	return false;
}

static void check_lines(const struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++) {
		const struct line *line = outbox->effects[i].line;

		if (outbox->effects[i].kind != EFFECT_SEND || line->bytes[0] == '@')
			continue;
		assert(line->length <= MESSAGE_BYTES + 2);
		assert(memchr(line->bytes, '\n', line->length) == line->bytes + line->length - 1);
	}
}

static void say(struct play *play, const char *start, const char *text, size_t length)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	struct event event = { .kind = EVENT_LINE };
	const struct session *session = session_find(play->world, SESSION);
	uint64_t granted = session ? session->granted_caps : 0;

	buffer_put_text(&line, start);
	buffer_put(&line, text, length);
	event.text = line.bytes;
	event.text_length = line.length < FRAME_REST_BYTES ? line.length : FRAME_REST_BYTES;
	happen(play, &event);
	check_lines(&play->outbox);
	session = session_find(play->world, SESSION);
	if (!session)
		return;
	assert(session->caps == caps_in_force(session->granted_caps));
	assert(!says(&play->outbox, " NAK :") || session->granted_caps == granted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct play play = { .world = world_new(), .now_ms = 1000000 };
	const char *text = (const char *) data, *end = text + size;

	begin(&play);
	while (text < end) {
		const char *next = memchr(text, '\n', (size_t) (end - text));
		size_t length = (size_t) ((next ? next : end) - text);

		say(&play,
			length && *text == '!' ? "" : "CAP REQ :", text + (length && *text == '!'),
			length - (length && *text == '!'));
		text += length + (next != NULL);
	}
	assert(!world_check(play.world));
	outbox_done(&play.outbox);
	world_free(play.world);
	return 0;
}
