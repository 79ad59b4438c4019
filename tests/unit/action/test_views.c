/* Random members, modes and ranks, in virtual time: the members of a channel according to the lines
 * that a client was sent are those that the server lists on request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/dispatch.h"
#include "world/channel.h"
#include "world/session.h"
#include "world/user.h"
#include "world/world.h"

#define CLIENTS 50
#define CHANNELS 2

static const char *const channel_names[CHANNELS] = { "#u", "#v" };

struct client {
	uint64_t id; /* 0: not connected */
	bool is_on[CHANNELS];
	bool sees[CHANNELS][CLIENTS];  /* according to the lines it was sent */
	bool names[CHANNELS][CLIENTS]; /* in NAMES so far */
	bool asks[CHANNELS];
};

struct stage {
	struct world *world;
	struct client clients[CLIENTS];
	size_t n_clients;
	uint64_t now_ms, dice, generation;
	const char *said; /* the last line, for failures */
};

static size_t draw(struct stage *stage, size_t n)
{
	return (size_t) (hash_random(&stage->dice) % n);
}

/* The nickname of client 7 is "n7" and perhaps an "x". */
static size_t number_of(const char *nick)
{
	nick += strspn(nick, ":~&@%+");
	assert_true(*nick == 'n');
	return (size_t) strtoul(nick + 1, NULL, 10);
}

static size_t channel_of(const char *name)
{
	return strcmp(name + (*name == ':'), channel_names[0]) == 0 ? 0 : 1;
}

static void must(bool condition, const struct stage *stage, size_t viewer, const char *line)
{
	if (!condition)
		fail_msg("after \"%s\" n%zu was sent \"%s\"", stage->said, viewer, line);
}

struct heard {
	struct stage *stage;
	size_t viewer;
	const char *line;
	char *words[16];
	size_t n_words;
	size_t source; /* SIZE_MAX: the server */
};

static struct client *viewer_of(const struct heard *heard)
{
	return &heard->stage->clients[heard->viewer];
}

static bool sees_anywhere(const struct heard *heard, size_t user)
{
	return viewer_of(heard)->sees[0][user] || viewer_of(heard)->sees[1][user];
}

static void hear_join(const struct heard *heard)
{
	size_t channel = channel_of(heard->words[2]);
	struct client *viewer = viewer_of(heard);

	must(!viewer->sees[channel][heard->source], heard->stage, heard->viewer, heard->line);
	if (heard->source == heard->viewer)
		viewer->is_on[channel] = viewer->asks[channel] = true;
	viewer->sees[channel][heard->source] = true;
}

static void hear_leaving(const struct heard *heard, size_t user)
{
	size_t channel = channel_of(heard->words[2]);
	struct client *viewer = viewer_of(heard);

	must(viewer->sees[channel][user], heard->stage, heard->viewer, heard->line);
	viewer->sees[channel][user] = false;
	if (user != heard->viewer)
		return;
	memset(viewer->sees[channel], 0, sizeof(viewer->sees[channel]));
	memset(viewer->names[channel], 0, sizeof(viewer->names[channel]));
	viewer->is_on[channel] = false;
}

static void hear_quit(const struct heard *heard)
{
	must(sees_anywhere(heard, heard->source), heard->stage, heard->viewer, heard->line);
	for (size_t i = 0; i < CHANNELS; i++)
		viewer_of(heard)->sees[i][heard->source] = false;
}

/* The client must know the members that the MODE names. */
static void hear_mode(const struct heard *heard)
{
	size_t param = 4;

	if (heard->words[2][0] != '#')
		return;
	for (const char *letter = heard->words[3]; *letter; letter++)
		if (strchr("qaohv", *letter) && param < heard->n_words)
			must(viewer_of(heard)->sees[channel_of(heard->words[2])]
						   [number_of(heard->words[param++])],
				heard->stage, heard->viewer, heard->line);
}

static void hear_names(const struct heard *heard)
{
	size_t channel = channel_of(heard->words[4]);
	struct client *viewer = viewer_of(heard);
	char *rest = (char *) (uintptr_t) strstr(heard->line, " :") + 2, *name;
	CLEANUP(mem_freep) char *copy = mem_text(rest);

	rest = copy;
	while ((name = text_split(&rest, ' ')))
		if (*name)
			viewer->names[channel][number_of(name)] = true;
}

/* The first answer after a JOIN lists the members; later ones must contain nothing new. */
static void hear_end_of_names(const struct heard *heard)
{
	size_t channel = channel_of(heard->words[3]);
	struct client *viewer = viewer_of(heard);

	if (viewer->asks[channel])
		memcpy(viewer->sees[channel], viewer->names[channel], sizeof(viewer->sees[0]));
	for (size_t i = 0; viewer->is_on[channel] && i < CLIENTS; i++)
		must(viewer->sees[channel][i] == viewer->names[channel][i], heard->stage,
			heard->viewer, heard->line);
	viewer->asks[channel] = false;
	memset(viewer->names[channel], 0, sizeof(viewer->names[channel]));
}

/* Without mode n, users outside may speak too. */
static void hear_message(const struct heard *heard)
{
	size_t channel = channel_of(heard->words[2]);

	if (heard->stage->clients[heard->source].is_on[channel])
		must(viewer_of(heard)->sees[channel][heard->source], heard->stage, heard->viewer,
			heard->line);
}

static void hear_command(const struct heard *heard)
{
	const char *command = heard->words[1];

	if (strcmp(command, "JOIN") == 0)
		hear_join(heard);
	else if (strcmp(command, "PART") == 0)
		hear_leaving(heard, heard->source);
	else if (strcmp(command, "KICK") == 0)
		hear_leaving(heard, number_of(heard->words[3]));
	else if (strcmp(command, "QUIT") == 0)
		hear_quit(heard);
	else if (strcmp(command, "MODE") == 0)
		hear_mode(heard);
	else if (strcmp(command, "353") == 0)
		hear_names(heard);
	else if (strcmp(command, "366") == 0)
		hear_end_of_names(heard);
	else if (strcmp(command, "PRIVMSG") == 0)
		hear_message(heard);
	else if (heard->source != heard->viewer &&
		 (strcmp(command, "NICK") == 0 || strcmp(command, "CHGHOST") == 0 ||
			 strcmp(command, "AWAY") == 0 || strcmp(command, "SETNAME") == 0))
		must(sees_anywhere(heard, heard->source), heard->stage, heard->viewer, heard->line);
}

static void hear(struct stage *stage, size_t viewer, const struct line *line)
{
	CLEANUP(mem_freep) char *text = mem_text_n(line->bytes, line->length - 2);
	CLEANUP(mem_freep) char *copy = mem_text(text);
	struct heard heard = { .stage = stage, .viewer = viewer, .line = text, .source = SIZE_MAX };
	char *rest = copy, *word;

	while (heard.n_words < ARRAY_LENGTH(heard.words) && (word = text_split(&rest, ' ')))
		heard.words[heard.n_words++] = word;
	if (heard.words[0][0] != ':')
		return;
	if (strchr(heard.words[0], '!'))
		heard.source = number_of(heard.words[0]);
	hear_command(&heard);
}

static void hear_all(struct stage *stage, const struct outbox *outbox)
{
	for (size_t i = 0; i < outbox->count; i++) {
		size_t viewer = (size_t) (outbox->effects[i].session & 0xff);

		if (outbox->effects[i].kind == EFFECT_SEND && stage->clients[viewer].id)
			hear(stage, viewer, outbox->effects[i].line);
	}
}

static void compare(const struct stage *stage, const struct channel *channel, size_t i,
	const struct client *viewer)
{
	const struct session *session = session_find(stage->world, viewer->id);
	bool shows[CLIENTS] = { false };
	struct channel_view view;

	assert_non_null(session);
	if (!session->user)
		return;
	channel_view_begin(&view, channel, session->user);
	assert_true(viewer->is_on[i] == (view.own != NULL));
	for (size_t j = 0; view.own && j < channel->n_members; j++)
		if (channel_view_shows(&view, channel->members[j]))
			shows[number_of(channel->members[j]->user->nick)] = true;
	for (size_t j = 0; j < CLIENTS; j++)
		if (shows[j] != viewer->sees[i][j])
			fail_msg("after \"%s\" n%zu believes that n%zu is %son %s", stage->said,
				(size_t) (viewer - stage->clients), j, shows[j] ? "not " : "",
				channel->name);
}

static void compare_all(const struct stage *stage)
{
	for (size_t i = 0; i < CHANNELS; i++) {
		const struct channel *channel = channel_find(stage->world, channel_names[i]);

		for (size_t j = 0; channel && j < stage->n_clients; j++)
			if (stage->clients[j].id)
				compare(stage, channel, i, &stage->clients[j]);
	}
}

static void restart(struct stage *stage)
{
	CLEANUP(buffer_done) struct buffer bytes = { 0 };
	const char *reason = NULL;

	world_save(stage->world, &bytes);
	world_free(stage->world);
	stage->world = world_load(bytes.bytes, bytes.length, &reason);
	assert_non_null(stage->world);
}

static void happen(struct stage *stage, struct event event)
{
	struct outbox outbox = { 0 };

	event.now_ms = stage->now_ms;
	event.wall_ms = 1800000000000u + stage->now_ms;
	event.seed = hash_random(&stage->dice);
	dispatch(stage->world, &event, &outbox);
	hear_all(stage, &outbox);
	outbox_done(&outbox);
	if (world_check(stage->world))
		fail_msg("after \"%s\": %s", stage->said, world_check(stage->world));
	compare_all(stage);
}

static void say(struct stage *stage, size_t client, const char *line)
{
	stage->said = line;
	happen(stage, (struct event){ .kind = EVENT_LINE,
			      .session = stage->clients[client].id,
			      .text = line,
			      .text_length = strlen(line),
			      .consumed = (uint32_t) strlen(line) + 2 });
}

static void come(struct stage *stage, size_t client)
{
	struct event event = { .kind = EVENT_CONNECTED,
		.uid = UINT32_MAX,
		.session = ++stage->generation << 32 | client,
		.text = "default",
		.text_length = strlen("default") };
	char line[64];

	address_parse_range("192.0.2.1", &event.address);
	stage->clients[client] = (struct client){ .id = event.session };
	happen(stage, event);
	snprintf(line, sizeof(line), "NICK n%zu", client);
	say(stage, client, line);
	say(stage, client, "USER u 0 * :Somebody");
	if (client % 2)
		say(stage, client, "CAP REQ :extended-join chghost away-notify setname");
}

static void leave(struct stage *stage, size_t client)
{
	uint64_t id = stage->clients[client].id;

	stage->clients[client].id = 0;
	stage->said = "(gone)";
	happen(stage,
		(struct event){
			.kind = EVENT_CLOSED, .session = id, .text = "gone", .text_length = 4 });
}

static void write_modes(struct stage *stage, const char *channel, char *out, size_t size)
{
	static const char letters[] = "uuuuDDDDovhvovtn";
	size_t n = 1 + draw(stage, 6);
	struct buffer modes = { 0 }, nicks = { 0 };

	for (size_t i = 0; i < n; i++) {
		char letter = letters[draw(stage, sizeof(letters) - 1)];

		buffer_format(&modes, "%c%c", draw(stage, 2) ? '+' : '-', letter);
		if (strchr("ohv", letter))
			buffer_format(&nicks, " n%zu", draw(stage, stage->n_clients));
	}
	snprintf(out, size, "MODE %s %s%s", channel, modes.bytes, buffer_text(&nicks));
	buffer_done(&modes);
	buffer_done(&nicks);
}

/* Returns an operator. Operators stay, so that modes keep changing. */
static size_t operator_of(const struct stage *stage, const char *name, size_t otherwise)
{
	const struct channel *channel = channel_find(stage->world, name);

	for (size_t i = 0; channel && i < channel->n_members; i++)
		if (channel->members[i]->ranks >= MEMBER_RANK_OPERATOR)
			return number_of(channel->members[i]->user->nick);
	return otherwise;
}

static void act(struct stage *stage, size_t client)
{
	const char *channel = channel_names[draw(stage, 8) == 0];
	size_t other = draw(stage, stage->n_clients);
	char line[200];

	switch (draw(stage, 16)) {
	case 0:
		snprintf(line, sizeof(line), "PART %s", channel);
		break;
	case 1:
		snprintf(line, sizeof(line), "KICK %s n%zu", channel, other);
		client = operator_of(stage, channel, client);
		break;
	case 2:
		snprintf(line, sizeof(line), "PRIVMSG %s :hello", channel);
		break;
	case 3:
		snprintf(line, sizeof(line), "NAMES %s", channel);
		break;
	case 4:
		snprintf(line, sizeof(line), "MODE n%zu %cx", client, draw(stage, 2) ? '+' : '-');
		break;
	case 5:
		snprintf(line, sizeof(line), "AWAY%s", draw(stage, 2) ? " :tea" : "");
		break;
	case 6:
		snprintf(line, sizeof(line), "CYCLE %s", channel);
		break;
	case 7:
		snprintf(line, sizeof(line), "TOPIC %s :mine", channel);
		break;
	case 8:
		snprintf(line, sizeof(line), "SETNAME :Other");
		break;
	case 9:
	case 10:
	case 11:
		snprintf(line, sizeof(line), "JOIN %s", channel);
		break;
	default:
		write_modes(stage, channel, line, sizeof(line));
		client = operator_of(stage, channel, client);
	}
	if (stage->clients[client].id)
		say(stage, client, line);
}

static void step(struct stage *stage)
{
	size_t client = draw(stage, stage->n_clients);

	stage->now_ms += draw(stage, 5);
	if (draw(stage, 20) == 0)
		restart(stage);
	if (!stage->clients[client].id)
		come(stage, client);
	else if (draw(stage, 40) == 0)
		leave(stage, client);
	else
		act(stage, client);
}

static struct settings *make_settings(void)
{
	const struct source sources[] = {
		{ SOURCE_KIND_CONFIG, "papod.conf",
			"classes: ({ name = \"default\"; flood_rate = 0;"
			" clients_per_address = 0; });"
			"cloak: { optional = true; };" },
		{ SOURCE_KIND_SECRETS, "secrets.ini",
			"[cloak]\nkey = 000102030405060708090a0b0c0d0e0f\n" },
	};
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(sources, ARRAY_LENGTH(sources), &problems);

	if (!settings)
		fail_msg("%s", problems.items[0].text);
	problems_done(&problems);
	return settings;
}

static void begin(struct stage *stage, size_t n_clients, uint64_t seed)
{
	struct settings *settings = make_settings();

	*stage = (struct stage){
		.world = world_new(), .n_clients = n_clients, .now_ms = 1000, .dice = seed
	};
	happen(stage, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	settings_unref(settings);
	for (size_t i = 0; i < n_clients; i++) {
		come(stage, i);
		say(stage, i, "JOIN #u");
	}
}

/* At the end all views have followed. */
static void end(struct stage *stage)
{
	for (int i = 0; i < 200; i++) {
		stage->now_ms += 1000;
		happen(stage, (struct event){ .kind = EVENT_TICK });
	}
	assert_null(heap_first(&stage->world->sight_steps));
	world_free(stage->world);
}

static void walk(size_t n_clients, size_t n_steps, uint64_t seed)
{
	struct stage stage;

	begin(&stage, n_clients, seed);
	for (size_t i = 0; i < n_steps; i++)
		step(&stage);
	end(&stage);
}

static void clients_believe_what_names_says(void **state)
{
	(void) state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		walk(6, 400, seed);
}

static void clients_of_large_channels_do_too(void **state)
{
	(void) state;
	walk(CLIENTS, 400, 99);
}

static void follow_once(struct stage *stage)
{
	stage->now_ms = world_next_deadline(stage->world);
	restart(stage);
	happen(stage, (struct event){ .kind = EVENT_TICK });
}

/* Run until all views have followed; returns the number of steps. */
static size_t follow(struct stage *stage)
{
	size_t n = 0;

	for (; heap_first(&stage->world->sight_steps); n++)
		follow_once(stage);
	return n;
}

/* The number of members from n7 on that n6 sees. */
static size_t count_seen(const struct stage *stage)
{
	size_t n = 0;

	for (size_t i = 7; i < CLIENTS; i++)
		n += stage->clients[6].sees[0][i];
	return n;
}

/* While n6 sees only a part of the members, it gets messages of these only. */
static void speak_all(struct stage *stage)
{
	assert_true(count_seen(stage) > 0 && count_seen(stage) < CLIENTS - 7);
	for (size_t i = 7; i < CLIENTS; i++)
		say(stage, i, "PRIVMSG #u :hello");
}

static void operators_of_large_channels_gain_and_lose_sight_in_steps(void **state)
{
	struct stage stage;

	(void) state;
	begin(&stage, CLIENTS, 8);
	say(&stage, 0, "MODE #u +u");
	follow(&stage);
	say(&stage, 0, "MODE #u +oooooo n1 n2 n3 n4 n5 n6");
	speak_all(&stage);
	assert_int_equal(follow(&stage), 1);
	assert_int_equal(count_seen(&stage), CLIENTS - 7);
	say(&stage, 0, "MODE #u -oooooo n1 n2 n3 n4 n5 n6");
	follow_once(&stage);
	speak_all(&stage);
	assert_int_equal(follow(&stage), 1);
	assert_int_equal(count_seen(&stage), 0);
	end(&stage);
}

/* All members vanish for all others, some hundreds of lines at a time. */
static void large_channels_follow_in_steps(void **state)
{
	struct stage stage;
	uint64_t began_ms;
	size_t n_steps;

	(void) state;
	begin(&stage, CLIENTS, 7);
	began_ms = stage.now_ms;
	say(&stage, 0, "MODE #u +u");
	n_steps = follow(&stage);
	assert_int_equal(n_steps, 8); /* of 6 * 48 lines each, after the first at once */
	assert_int_equal(stage.now_ms - began_ms, 80);
	for (size_t i = 1; i < CLIENTS; i++)
		assert_false(stage.clients[i].sees[0][i == 1 ? 2 : 1]);
	assert_true(stage.clients[0].sees[0][1] && stage.clients[1].sees[0][0]);
	end(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clients_believe_what_names_says),
		cmocka_unit_test(clients_of_large_channels_do_too),
		cmocka_unit_test(large_channels_follow_in_steps),
		cmocka_unit_test(operators_of_large_channels_gain_and_lose_sight_in_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
