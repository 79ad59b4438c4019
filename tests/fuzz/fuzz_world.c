/* The whole server without its sockets. Every line of the input is one event:
 *
 *     0 JOIN #a       client 0 to 9 says something (\ gives a NUL, ^ a CR; $ see heard.h)
 *     +0 3            client 0 connects, from the fourth address; with TLS if a t follows, and
 *                     with a certificate if a c does
 *     -0 reason       client 0 is gone
 *     *0              client 0 says a line that is too long
 *     !0  ?0  ?0 l    client 0's send queue overflows; is drained; is lost
 *     y0 name  n0 b0  the answer to client 0's last request: yes, no, busy
 *     v0 name  u0 l0  and about logins: a checker vouches, none answers, PASS was no login
 *     o0 name  g0     and about codes of six digits: right, wrong behind a right password
 *     q0 5            the answer to its question about the past: so many of the rows that were
 *                     recorded; from 100 on there are more, from 200 on the time was up
 *     d0 #a hello     a datagram arrives, from the first address (| gives a line feed)
 *     t 30  T 30      so many seconds, or days, pass
 *     s 1             the second configuration arrives
 *     a 3             the database is in this state, see enum storage_state; at first 3
 *     k 0             the oldest change is stored, or has another status of enum stored
 *     m 0             the oldest mail is sent, or has another status of enum mailed; its code is
 *                     aaaa-aaaa-aaaa-aaaa
 *     j 0             the oldest message for a device is sent, or has another status of enum
 *                     pushed; 3: papod-push is there
 *     e 1             what the database of history reports, see enum history_store
 *     c op|Kill|ana   an administrator does something
 *     p ListReasons|a an administrator asks for a report
 *     i {}            an import of accounts and channels
 *     f reason        a reload has failed
 *     x reason        the server stops
 *
 * Two servers are given the same events; one is saved and loaded before each. Both must stay
 * consistent and send the same output: whole lines, to connected clients. A command that only reads
 * must leave everything else as in a third server that never got it. */
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asked_reports.h"
#include "base/cleanup.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/dispatch.h"
#include "heard.h"
#include "helper_reports.h"
#include "proto/history_query.h"
#include "proto/history_row.h"
#include "proto/totp.h"
#include "reach.h"
#include "report/report_import.h"
#include "world/accounts.h"
#include "world/changes.h"
#include "world/datagram.h"
#include "world/session.h"
#include "world_settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLIENTS 10
#define EVENTS 400
#define LINE_BYTES 512
#define TAG_BYTES 8191
#define ROWS_BYTES (32 << 10)
#define DAY_MS (24 * 3600 * 1000ull)

struct client {
	uint64_t id;
	uint64_t request;
	bool is_paused;
	bool is_there;
	bool wants_drained; /* the server waits for its queue to be empty */
};

struct stage {
	struct world *plain, *restarted;
	struct client clients[CLIENTS];
	uint64_t now_ms, wall_ms, dice;
	uint64_t generation;
	uint64_t last_id;   /* of the database */
	struct buffer rows; /* that were recorded, as an answer has them */
	struct heard heard;
	bool is_reach_shown;
};

static struct client *client_of(struct stage *stage, uint64_t id)
{
	for (size_t i = 0; i < CLIENTS; i++)
		if (stage->clients[i].id == id)
			return &stage->clients[i];
	return NULL;
}

/* The line is complete and short enough for all clients. */
static void check_line(const struct line *line, bool utf8_only)
{
	/* Reasons in ERROR may come from outside the core, as UTF-8. */
	bool is_error = line->length > 6 && memcmp(line->bytes, "ERROR ", 6) == 0;
	size_t tags = 0;

	assert(line->length > 2);
	if (line->bytes[0] == '@') {
		const char *space = memchr(line->bytes, ' ', line->length);

		assert(space);
		tags = (size_t) (space - line->bytes) + 1;
	}
	assert(tags <= TAG_BYTES && line->length - tags <= LINE_BYTES);
	assert(memchr(line->bytes, '\r', line->length) == line->bytes + line->length - 2);
	assert(memchr(line->bytes, '\n', line->length) == line->bytes + line->length - 1);
	assert(!memchr(line->bytes, '\0', line->length));
	assert(!utf8_only || is_error || text_is_utf8(line->bytes, line->length));
}

static void record_row(struct stage *stage, const struct bytes *request)
{
	struct pack pack = pack_over(request->bytes, request->length);
	struct history_request loaded;
	struct pack_field field;

	while (pack_next(&pack, &field)) {
		assert(history_request_load(&field, &loaded));
		if (loaded.kind != HISTORY_REQUEST_ADD || stage->rows.length > ROWS_BYTES)
			continue;
		loaded.row.name = piece_of("#a");
		history_row_save(&stage->rows, HISTORY_ANSWER_ROW, &loaded.row);
	}
}

static void check_effect(struct stage *stage, const struct effect *effect)
{
	struct client *client = client_of(stage, effect->session);

	if (effect->kind == EFFECT_LOG || effect->kind == EFFECT_RELOAD ||
		effect->kind == EFFECT_RESTART || effect->kind == EFFECT_REPLY ||
		effect->kind == EFFECT_ACTED || effect->kind == EFFECT_STORE ||
		effect->kind == EFFECT_MAIL || effect->kind == EFFECT_ERASE ||
		effect->kind == EFFECT_PUSH)
		return;
	if (effect->kind == EFFECT_HISTORY) {
		record_row(stage, effect->bytes);
		return;
	}
	assert(client && client->is_there);
	if (effect->kind == EFFECT_SEND) {
		check_line(effect->line, stage->plain->settings->utf8_only);
		heard_note(&stage->heard, effect->line);
	} else if (effect->kind == EFFECT_CLOSE) {
		client->is_there = false;
	}
	if (effect_has_request(effect->kind))
		client->request = effect->request->id;
	else if (effect->kind == EFFECT_NOTIFY)
		client->wants_drained = true;
	if (effect->kind == EFFECT_PAUSE || effect->kind == EFFECT_RESUME) {
		assert(client->is_paused == (effect->kind == EFFECT_RESUME));
		client->is_paused = !client->is_paused;
	}
}

/* Not for the database, nor for the time of a refusal. */
static bool waits_for_helper(const struct session *session)
{
	return session->wait != SESSION_WAIT_NONE && session->wait != SESSION_WAIT_STORE &&
	       session->wait != SESSION_WAIT_REFUSAL;
}

/* No client waits for something that will not come. */
static bool is_wait_alive(
	const struct stage *stage, const struct client *client, const struct session *session)
{
	if (session->wait == SESSION_WAIT_STORE)
		return changes_find(stage->plain, session->request);
	return !waits_for_helper(session) || session->request == client->request;
}

/* The clients of the test agree with the world. */
static void check_clients(const struct stage *stage)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		const struct client *client = &stage->clients[i];
		const struct session *session = session_find(stage->plain, client->id);

		assert(client->is_there == (session != NULL));
		assert(!session || client->is_paused == (session->pauses != 0));
		/* Or it goes on with the answer to its question. */
		assert(!session || !session->answer || client->wants_drained ||
			session->wait != SESSION_WAIT_NONE);
		assert(!session || is_wait_alive(stage, client, session));
	}
	assert(world_next_deadline(stage->plain) > stage->now_ms);
}

static void restart(struct stage *stage)
{
	struct buffer bytes = { 0 }, plain = { 0 };
	const char *reason = NULL;

	world_save(stage->restarted, &bytes);
	world_save(stage->plain, &plain);
	assert(bytes.length == plain.length);
	assert(memcmp(bytes.bytes, plain.bytes, bytes.length) == 0);
	world_free(stage->restarted);
	stage->restarted = world_load(bytes.bytes, bytes.length, &reason);
	assert(stage->restarted);
	buffer_done(&bytes);
	buffer_done(&plain);
}

/* Only rows with COMMAND_REACH_WORLD may reach the world. Prints each that does, see reach.sh. */
static void check_reach(
	const struct stage *stage, const struct reach *reach, const struct outbox *outbox)
{
	if (!reach_is_passed(reach, stage->plain, outbox))
		return;
	if (stage->is_reach_shown)
		printf("reaches the world: %s\n", reach->command->name);
	assert(reach->command->reach == COMMAND_REACH_WORLD);
}

static void run(struct stage *stage, struct event event)
{
	struct outbox plain = { 0 }, restarted = { 0 };
	struct buffer said = { 0 }, said_again = { 0 };
	struct reach reach;

	event.now_ms = stage->now_ms;
	event.wall_ms = stage->wall_ms;
	event.seed = hash_random(&stage->dice);
	restart(stage);
	reach_begin(&reach, stage->plain, &event);
	dispatch(stage->plain, &event, &plain);
	dispatch(stage->restarted, &event, &restarted);
	for (size_t i = 0; i < plain.count; i++)
		check_effect(stage, &plain.effects[i]);
	check_reach(stage, &reach, &plain);
	assert(!world_check(stage->plain) && !world_check(stage->restarted));
	check_clients(stage);
	outbox_describe(&plain, &said);
	outbox_describe(&restarted, &said_again);
	assert(strcmp(buffer_text(&said), buffer_text(&said_again)) == 0);
	reach_end(&reach);
	buffer_done(&said);
	buffer_done(&said_again);
	outbox_done(&plain);
	outbox_done(&restarted);
}

static void configure(struct stage *stage, size_t number)
{
	struct settings *settings = world_settings(number);

	run(stage, (struct event){ .kind = EVENT_SETTINGS, .settings = settings });
	settings_unref(settings);
}

static void parse_place(char digit, struct address *ret_address)
{
	static const char *const addresses[] = { "192.0.2.1", "192.0.2.2", "10.0.0.1",
		"2001:db8::1", "2001:db8::2", "::1", "local", "1.2.3.4" };

	address_parse_range(
		addresses[(unsigned char) (digit - '0') % ARRAY_LENGTH(addresses)], ret_address);
}

static void notify(struct stage *stage, char *rest)
{
	struct datagram datagram = { .listener = "default", .bytes = rest, .length = strlen(rest) };
	struct buffer text = { 0 };

	for (char *end = strchr(rest, '|'); end; end = strchr(end, '|'))
		*end = '\n';
	if (datagram.length) {
		parse_place(*rest, &datagram.address);
		datagram.length--;
		datagram.bytes++;
	}
	run(stage, datagram_event(stage->plain->settings, &datagram, &text));
	buffer_done(&text);
}

static const struct tls_facts *facts_of(const char *word, struct tls_facts *facts)
{
	*facts = (struct tls_facts){ .version = 0x0304, .suite = 0x1301 };
	if (*word == 'c') {
		facts->has_certificate = true;
		memset(facts->certificate_sha256, 0xaa, sizeof(facts->certificate_sha256));
		memset(facts->key_sha512, 0xbb, sizeof(facts->key_sha512));
	}
	return *word == 'c' || *word == 't' ? facts : NULL;
}

static void connect(struct stage *stage, struct client *client, const char *from)
{
	struct tls_facts facts;
	struct event event = { .kind = EVENT_CONNECTED,
		.uid = UINT32_MAX,
		.text = "default",
		.text_length = strlen("default") };

	if (client->is_there)
		return;
	event.session = ++stage->generation << 32 | (uint64_t) (client - stage->clients);
	*client = (struct client){ .id = event.session, .is_there = true };
	parse_place(*from, &event.address);
	event.tls = facts_of(*from ? from + 1 : "", &facts);
	run(stage, event);
}

static void say(struct stage *stage, const struct client *client, const char *text)
{
	CLEANUP(buffer_done) struct buffer said = { 0 };

	if (!client->is_there || client->is_paused)
		return;
	heard_fill(&stage->heard, text, &said);
	for (size_t i = 0; i < said.length; i++)
		if (said.bytes[i] == '\\' || said.bytes[i] == '^')
			said.bytes[i] = said.bytes[i] == '^' ? '\r' : '\0';
	run(stage, (struct event){
			   .kind = EVENT_LINE,
			   .session = client->id,
			   .text = buffer_text(&said),
			   .text_length = said.length,
			   .consumed = (uint32_t) said.length + 2,
		   });
}

static void lose(struct stage *stage, struct client *client, const char *text)
{
	const struct event event = { .kind = EVENT_CLOSED,
		.session = client->id,
		.text = text,
		.text_length = strlen(text) };

	client->is_there = false;
	run(stage, event);
}

static void drain(struct stage *stage, struct client *client, const char *text)
{
	client->wants_drained = false;
	run(stage, (struct event){ .kind = EVENT_DRAINED,
			   .session = client->id,
			   .status = *text == 'l' ? DRAINED_LOST : DRAINED_TAKEN });
}

static uint64_t status_of_word(char word)
{
	switch (word) {
	case 'y':
	case 'o':
	case 'g':
		return ANSWER_YES;
	case 'n':
		return ANSWER_NO;
	case 'v':
		return ANSWER_VOUCHED;
	case 'u':
		return ANSWER_UNCHECKED;
	case 'l':
		return ANSWER_NO_LOGIN;
	default:
		return ANSWER_BUSY;
	}
}

/* The number is that of the account with this name. */
static void answer(struct stage *stage, const struct client *client, char word, const char *text)
{
	const struct account *account = account_find(stage->plain, text);

	run(stage, (struct event){
			   .kind = EVENT_ANSWER,
			   .session = client->id,
			   .request = client->request,
			   .status = status_of_word(word),
			   .number = account ? account->id : 0,
			   .step = word == 'o'	 ? stage->wall_ms / 30000
				   : word == 'g' ? TOTP_STEP_WRONG
						 : 0,
			   .text = text,
			   .text_length = strlen(text),
		   });
}

static void recall(struct stage *stage, const struct client *client, const char *text)
{
	CLEANUP(buffer_done) struct buffer found = { 0 };
	struct pack pack = pack_over(stage->rows.bytes, stage->rows.length);
	struct pack_field field;
	uint64_t number = 0;

	text_parse_u64(text, &number);
	for (uint64_t i = 0; i < number % 100 && pack_next(&pack, &field); i++)
		pack_bytes(&found, field.id, field.bytes, field.length);
	if (number / 100 % 2)
		pack_bytes(&found, HISTORY_ANSWER_MORE, "", 0);
	if (number / 200 % 2)
		pack_bytes(&found, HISTORY_ANSWER_PARTIAL, "", 0);
	run(stage, (struct event){ .kind = EVENT_ANSWER,
			   .session = client->id,
			   .request = client->request,
			   .status = ANSWER_YES,
			   .text = buffer_text(&found),
			   .text_length = found.length });
}

static void set_storage(struct stage *stage, uint64_t number)
{
	run(stage, (struct event){ .kind = EVENT_STORAGE,
			   .status = number % (STORAGE_WORKS + 1),
			   .text = "" });
}

static void end_change(struct stage *stage, uint64_t number)
{
	const struct change *change;

	if (list_is_empty(&stage->plain->changes))
		return;
	change = LIST_FIRST(&stage->plain->changes, struct change, in_world);
	run(stage, (struct event){ .kind = EVENT_STORED,
			   .session = change->session,
			   .request = change->request,
			   .status = number % (STORED_FAILED + 1),
			   .number = ++stage->last_id });
}

static void report(struct stage *stage, char word, uint64_t number)
{
	char text[HELPER_TEXT_BYTES];
	struct event event;

	if (helper_reports(stage->plain, word, number, text, &event))
		run(stage, event);
}

/* What an administrator does: "operator|Kill|ana|reason", also what no caller could send. */
static void act(struct stage *stage, const char *text)
{
	CLEANUP(buffer_done) struct buffer texts = { 0 };

	buffer_put(&texts, text, strlen(text) + 1);
	for (size_t i = 0; i < texts.length; i++)
		if (texts.bytes[i] == '|')
			texts.bytes[i] = '\0';
	run(stage, (struct event){
			   .kind = EVENT_ACT, .text = texts.bytes, .text_length = texts.length });
}

static void import(struct stage *stage, const char *text)
{
	CLEANUP(buffer_done) struct buffer event = { 0 };
	json_t *parameters = json_loads(text, 0, NULL);

	if (parameters && !report_import_put(parameters, &event))
		run(stage, (struct event){ .kind = EVENT_ACT,
				   .text = event.bytes,
				   .text_length = event.length });
	json_decref(parameters);
}

static void happen_to_all(struct stage *stage, char word, char *text)
{
	struct event event = { .kind = EVENT_TICK, .text = text, .text_length = strlen(text) };
	uint64_t number = 0;

	text_parse_u64(text, &number);
	if (word == 's') {
		configure(stage, number % 16);
		return;
	}
	if (word == 'c' || word == 'i') {
		(word == 'c' ? act : import)(stage, text);
		return;
	}
	if (word == 'p') {
		asked_reports_compare(stage->plain, stage->restarted, text);
		return;
	}
	if (word == 'a' || word == 'k') {
		(word == 'a' ? set_storage : end_change)(stage, number);
		return;
	}
	if (strchr("mje", word)) {
		report(stage, word, number);
		return;
	}
	if (word == 't' || word == 'T') {
		number = number % 1000 * (word == 't' ? 1000 : DAY_MS);
		stage->now_ms += number;
		stage->wall_ms += number;
	}
	if (word == 'f')
		event.kind = EVENT_RELOAD_FAILED;
	if (word == 'x')
		event.kind = EVENT_STOP;
	if (word == 'r')
		event.kind = EVENT_RESTART_FAILED;
	run(stage, event);
}

static void happen(struct stage *stage, char *line)
{
	bool is_one = line[0] && strchr("+-*!?ynbvulogzwhq", line[0]) && text_is_digit(line[1]);
	struct client *client = is_one ? &stage->clients[line[1] - '0'] : NULL;
	char *rest = line + 1 + is_one;

	rest += *rest == ' ';
	stage->now_ms++;
	stage->wall_ms++;
	if (text_is_digit(line[0]))
		say(stage, &stage->clients[line[0] - '0'], rest);
	else if (line[0] == 'd')
		notify(stage, line + 1);
	else if (!is_one)
		happen_to_all(stage, line[0], rest);
	else if (line[0] == '+')
		connect(stage, client, rest);
	else if (line[0] == '-')
		lose(stage, client, rest);
	else if (line[0] == '*')
		run(stage, (struct event){ .kind = EVENT_LINE,
				   .session = client->id,
				   .text = rest,
				   .text_length = strlen(rest),
				   .is_too_long = true });
	else if (line[0] == '!')
		run(stage, (struct event){ .kind = EVENT_OVERFLOW,
				   .session = client->id,
				   .text = rest,
				   .text_length = strlen(rest) });
	else if (line[0] == '?')
		drain(stage, client, rest);
	else if (line[0] == 'z' || line[0] == 'w')
		run(stage, (struct event){ .kind = line[0] == 'z' ? EVENT_ASLEEP : EVENT_AWAKE,
				   .session = client->id });
	else if (line[0] == 'q')
		recall(stage, client, rest);
	else if (line[0] == 'h')
		run(stage, (struct event){ .kind = EVENT_DELIVERED, .session = client->id });
	else
		answer(stage, client, line[0], rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stage stage = { .now_ms = 1000, .wall_ms = 1800000000000u, .dice = 1 };
	char *text = mem_text_n((const char *) data, size), *rest = text, *line;

	stage.is_reach_shown = getenv("SHOW_REACH");
	stage.plain = world_new();
	stage.restarted = world_new();
	configure(&stage, 0);
	set_storage(&stage, STORAGE_WORKS);
	for (int i = 0; i < EVENTS && (line = text_split(&rest, '\n')); i++)
		if (*line)
			happen(&stage, line);
	world_free(stage.plain);
	world_free(stage.restarted);
	buffer_done(&stage.rows);
	free(text);
	return 0;
}
