/* Questions of administrators about what was said, and the rows of the answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/history_query.h"
#include "report/report_past.h"
#include "world/channel.h"
#include "world/history.h"
#include "world/msgid.h"

#include "fixture.h"
#include "rows_fixture.h"

#define RECORDED "history: { enabled = true; };"

static struct channel *channel_with_history(struct world *world, uint64_t id, const char *name)
{
	CLEANUP(mem_freep) char *nick = mem_text(name + 1);
	struct user *user = user_of(world, id, nick);
	struct channel *channel = channel_new(world, name);

	channel_add(world, channel, user, 0);
	history_target_of_channel(world, channel);
	return channel;
}

/* The caller ends it. */
static struct report_past past_of(
	const struct world *world, enum report_kind kind, const char *const *values)
{
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	struct report_call call = { .kind = kind };
	struct report_past past;

	for (size_t i = 0; values[i]; i++)
		mem_set_text(&call.values[i], *values[i] ? values[i] : NULL);
	if (!report_past_begin(world, &call, &reason, &past))
		fail_msg("refused: %s", reason.bytes);
	return past;
}

/* The caller ends both. */
static struct history_query query_of(
	const struct world *world, const struct report_past *past, struct buffer *question)
{
	struct history_query query;

	report_past_ask(world, past, question);
	assert_true(history_query_load(question->bytes, question->length, &query));
	return query;
}

static void an_export_goes_on_behind_the_last_row(void **state)
{
	struct world *world = world_of(RECORDED);
	CLEANUP(buffer_done) struct buffer question = { 0 }, answer = { 0 };
	struct channel *channel = channel_with_history(world, 1, "#a");
	CLEANUP(report_past_done)
	struct report_past past =
		past_of(world, REPORT_KIND_EXPORT, (const char *const[]){ "#a", NULL });
	struct history_query query = query_of(world, &past, &question);
	json_t *rows = json_array();

	(void) state;
	assert_int_equal(query.kind, HISTORY_QUERY_FIRST);
	assert_true(query.has_events);
	assert_int_equal(query.before, msgid_at(world->wall_ms + 1));
	history_query_done(&query);
	for (uint64_t id = 1; id <= 3; id++)
		history_row_save(&answer, HISTORY_ANSWER_ROW,
			&(struct history_row){ .id = id,
				.target = (int64_t) channel->life,
				.verb = HISTORY_VERB_PRIVMSG,
				.source = piece_of("a!b@c"),
				.text = piece_of("one\n\rtwo\xff"),
				.name = piece_of("#a") });
	pack_u64(&answer, HISTORY_ANSWER_MORE, 1);
	report_past_answer(&past, &answer);
	assert_int_equal(report_past_take(&past, 2, rows), REPORT_PAST_ROWS);
	assert_int_equal(report_past_take(&past, 2, rows), REPORT_PAST_QUESTION);
	assert_int_equal(json_array_size(rows), 3);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(rows, 2), "text")), "one\ntwo?");
	buffer_clear(&question);
	query = query_of(world, &past, &question);
	assert_int_equal(query.after, 3);
	history_query_done(&query);
	/* The time is up before a row is found: the same question would never end. */
	buffer_clear(&answer);
	pack_u64(&answer, HISTORY_ANSWER_PARTIAL, 1);
	report_past_answer(&past, &answer);
	assert_int_equal(report_past_take(&past, 2, rows), REPORT_PAST_END);
	assert_true(past.is_partial);
	json_decref(rows);
	world_free(world);
}

static void questions_have_the_bounds_of_the_call(void **state)
{
	struct world *world = world_of(RECORDED);
	CLEANUP(buffer_done) struct buffer question = { 0 };
	struct report_past past;
	struct history_query query;

	(void) state;
	channel_with_history(world, 1, "#a");
	channel_with_history(world, 2, "#b");
	past = past_of(world, REPORT_KIND_SEARCH,
		(const char *const[]){
			"tea", "", "2026-01-31", "2026-02-01T00:00:00Z", "ana", "7", NULL });
	query = query_of(world, &past, &question);
	assert_int_equal(query.kind, HISTORY_QUERY_SEARCH);
	assert_int_equal(query.limit, 7);
	assert_int_equal(query.after, msgid_at(UINT64_C(1769817600000)) - 1);
	assert_int_equal(query.before, msgid_at(UINT64_C(1769904000000)));
	assert_memory_equal(query.words.bytes, "tea", 3);
	assert_memory_equal(query.from.bytes, "ana", 3);
	assert_false(query.owner);
	for (struct pack places = history_query_places(&query);;) {
		struct history_place place;

		if (!history_query_next_place(&places, &place))
			break;
		assert_in_range(place.target, 1, INT64_MAX);
	}
	history_query_done(&query);
	report_past_done(&past);
	world_free(world);
}

static void assert_refused(const struct world *world, enum report_kind kind,
	const char *const *values, const char *expected)
{
	CLEANUP(report_call_done) struct report_call call = { .kind = kind };
	CLEANUP(buffer_done) struct buffer reason = { 0 };
	struct report_past past;

	for (size_t i = 0; values[i]; i++)
		mem_set_text(&call.values[i], *values[i] ? values[i] : NULL);
	assert_false(report_past_begin(world, &call, &reason, &past));
	assert_string_equal(reason.bytes, expected);
	assert_int_equal(
		report_past_is_missing(world, &call), text_starts_with(expected, "There is no "));
}

#define VALUES(...)                                                                                \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static void refusals_have_reasons(void **state)
{
	struct world *world = world_of(RECORDED);

	(void) state;
	channel_with_history(world, 1, "#a");
	channel_add(world, channel_new(world, "#new"), user_of(world, 2, "bea"), 0);
	assert_refused(world, REPORT_KIND_EXPORT, VALUES("#b"), "There is no channel #b");
	assert_refused(world, REPORT_KIND_HISTORY, VALUES("eve"), "There is no account eve");
	assert_refused(world, REPORT_KIND_HISTORY, VALUES("#new"),
		"Nothing was said in #new since it was opened");
	assert_refused(world, REPORT_KIND_HISTORY, VALUES("#a", "soon"),
		"A time is like 2026-01-31T12:00:00Z or 2026-01-31, or like 2h for so long ago");
	assert_refused(world, REPORT_KIND_HISTORY, VALUES("#a", "", "", "", "0"),
		"The limit is a number from 1 to 1000");
	world_free(world);
	world = world_of("history: { enabled = true; private_messages = false; };");
	rows_complete(world, 1, 1);
	assert_true(take_account_row(world, 1, "ana"));
	assert_refused(
		world, REPORT_KIND_HISTORY, VALUES("ana"), "Private messages are not recorded");
	world_free(world);
	world = world_of("");
	channel_with_history(world, 1, "#a");
	assert_refused(world, REPORT_KIND_HISTORY, VALUES("#a"),
		"Messages are not recorded: history.enabled is off");
	world_free(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_export_goes_on_behind_the_last_row),
		cmocka_unit_test(questions_have_the_bounds_of_the_call),
		cmocka_unit_test(refusals_have_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
