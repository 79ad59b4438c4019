/* How the tokens of ISUPPORT are divided into lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "command/dispatch.h"
#include "command/isupport.h"
#include "proto/message.h"
#include "proto/name_syntax.h"
#include "world/world.h"

#define LINES 16
#define TOKENS 13 /* RFC 1459: a message has 15 parameters, and two are others */

struct lines {
	char *items[LINES];
	size_t count;
};

static void happen(struct world *world, struct outbox *outbox, struct event event)
{
	outbox_clear(outbox);
	event.now_ms = event.wall_ms = 1000;
	dispatch(world, &event, outbox);
}

static void say(struct world *world, struct outbox *outbox, const char *line)
{
	happen(world, outbox,
		(struct event){ .kind = EVENT_LINE,
			.session = 1,
			.text = line,
			.text_length = strlen(line) });
}

static struct world *world_called(const char *name, struct outbox *outbox)
{
	char config[1024];
	const struct source source = { SOURCE_KIND_CONFIG, "papod.conf", config };
	struct problems problems = { 0 };
	struct world *world = world_new();
	struct settings *settings;

	snprintf(config, sizeof(config),
		"server: { name = \"%s\"; };"
		"ircv3: { client_tags_denied = [ \"%090d\", \"%090d\", \"%090d\" ]; };",
		name, 1, 2, 3);
	settings = settings_parse(&source, 1, &problems);
	assert_non_null(settings);
	happen(world, outbox, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	happen(world, outbox,
		(struct event){
			.kind = EVENT_CONNECTED, .session = 1, .text = "a", .text_length = 1 });
	say(world, outbox, "NICK a");
	say(world, outbox, "USER a 0 * :A");
	settings_unref(settings);
	problems_done(&problems);
	return world;
}

/* The tokens of each line: what is between the nick and the text. */
static void take_lines(const struct outbox *outbox, const char *name, struct lines *lines)
{
	char start[128];

	snprintf(start, sizeof(start), ":%s 005 a ", name);
	for (size_t i = 0; i < outbox->count; i++) {
		const struct effect *effect = &outbox->effects[i];
		const char *end;

		if (effect->kind != EFFECT_SEND || effect->line->length < strlen(start) ||
			memcmp(effect->line->bytes, start, strlen(start)) != 0)
			continue;
		assert_in_range(lines->count, 0, LINES - 1);
		end = memmem(effect->line->bytes, effect->line->length, " :are ", 6);
		assert_non_null(end);
		lines->items[lines->count++] = mem_text_n(effect->line->bytes + strlen(start),
			(size_t) (end - effect->line->bytes) - strlen(start));
	}
}

static size_t count_tokens(const char *line)
{
	size_t n = 1;

	while ((line = strchr(line, ' '))) {
		line++;
		n++;
	}
	return n;
}

/* With the longest nick, as the tokens are divided once for all. */
static size_t length_with(const char *name, const char *tokens, size_t more)
{
	return strlen(":  005  :are supported by this server") + strlen(name) + NICK_MOST_BYTES +
	       strlen(tokens) + more;
}

static void assert_full_lines(const char *name)
{
	struct outbox outbox = { 0 };
	struct world *world = world_called(name, &outbox);
	struct lines lines = { 0 };

	take_lines(&outbox, name, &lines);
	assert_true(lines.count > 1);
	for (size_t i = 0; i < lines.count; i++) {
		assert_in_range(count_tokens(lines.items[i]), 1, TOKENS);
		assert_in_range(length_with(name, lines.items[i], 0), 1, MESSAGE_BYTES);
		if (i + 1 < lines.count && count_tokens(lines.items[i]) < TOKENS)
			assert_true(length_with(name, lines.items[i],
					    1 + strcspn(lines.items[i + 1], " ")) > MESSAGE_BYTES);
	}
	for (size_t i = 0; i < lines.count; i++)
		free(lines.items[i]);
	outbox_done(&outbox);
	world_free(world);
}

/* With each length of the name, a line ends at another place. */
static void each_line_is_as_full_as_can_be(void **state)
{
	char name[64] = "a.b";

	(void) state;
	for (size_t length = strlen(name); length < sizeof(name) - 1; length++) {
		assert_full_lines(name);
		name[length] = 'c';
		name[length + 1] = '\0';
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_as_full_as_can_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
