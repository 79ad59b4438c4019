/* Reports of a world, and their walks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "proto/certificate_facts.h"
#include "report/report.h"
#include "report/report_views.h"
#include "world/audit_log.h"
#include "world/channel.h"
#include "world/complaints.h"
#include "world/filters.h"

#include "fixture.h"
#include "rows_fixture.h"

/* The value is the first of the call; NULL: none. NULL: what it names is not there. */
static json_t *rows_about(const struct world *world, enum report_kind kind, const char *value)
{
	CLEANUP(report_call_done) struct report_call call = { .kind = kind };
	struct report_cursor cursor;
	json_t *rows = json_array();

	mem_set_text(&call.values[0], value);
	if (!report_begin(world, &call, &cursor)) {
		json_decref(rows);
		return NULL;
	}
	while (!report_go_on(world, &cursor, 3, rows))
		;
	report_cursor_done(&cursor);
	return rows;
}

static json_t *rows_of(const struct world *world, enum report_kind kind)
{
	return rows_about(world, kind, NULL);
}

static const char *text_of_row(const json_t *rows, size_t i, const char *name)
{
	return json_string_value(json_object_get(json_array_get(rows, i), name));
}

static json_int_t number_of_row(const json_t *rows, size_t i, const char *name)
{
	const json_t *value = json_object_get(json_array_get(rows, i), name);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

/* A value that names something in the next test. */
static const char *example_of(const struct report_row *row)
{
	if (!row->n_params || row->params[0].is_optional)
		return NULL;
	if (row->params[0].word == REPORT_WORD_NICK || row == report_row(REPORT_KIND_METADATA) ||
		row == report_row(REPORT_KIND_WHOWAS))
		return "ana";
	return row->params[0].word == REPORT_WORD_CHANNEL ? "#a" : "x@192.0.2.8";
}

static void each_report_has_the_fields_of_its_table(void **state)
{
	struct world *world = world_of("listen = ( { name = \"default\"; address = \"127.0.0.1\"; "
				       "port = 6667; } );"
				       "tls: { certificate = \"/c.pem\"; key = \"/k.pem\"; };");
	struct user *user = user_of(world, 1, "ana");
	char name[] = "root", pattern[] = "x@";

	(void) state;
	rows_complete(world, 1, 1);
	world_set_storage(world, STORAGE_WORKS);
	assert_true(take_account_row(world, 1, "ana"));
	channel_add(world, channel_new(world, "#a"), user, 0);
	metadata_set(&user_need_extras(user)->metadata, "url", "https://ana.example/");
	whowas_add(&world->whowas, user, world->wall_ms, 9);
	ban_new(world, BAN_KIND_USER, "*@192.0.2.8", "ana!a@b", "spam");
	filter_new(world, &(struct filter){ .name = name,
				  .pattern = pattern,
				  .setter = name,
				  .match = FILTER_MATCH_LITERAL,
				  .action = FILTER_ACTION_BLOCK,
				  .places = FILTER_PLACE_TEXT });
	complaint_new(world, &(struct complaint){ .about = name, .text = name, .setter = name });
	audit_keep(world, &(struct audit_entry){ .operator= name, .source = name, .act = name });
	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		const struct report_row *row = report_row(kind);
		json_t *rows;

		/* e2e/test_papoctl.py registers a channel, makes an invitation, and changes files;
		 * the history has tests of its own. */
		if (!row->member || row->is_past || kind == REPORT_KIND_REGISTERED ||
			kind == REPORT_KIND_ACCESS || kind == REPORT_KIND_INVITATIONS ||
			kind == REPORT_KIND_CHANGES)
			continue;
		rows = rows_about(world, kind, example_of(row));
		assert_int_equal(json_array_size(rows), 1);
		assert_int_equal(json_object_size(json_array_get(rows, 0)), row->n_fields);
		for (size_t i = 0; i < row->n_fields; i++)
			assert_non_null(
				json_object_get(json_array_get(rows, 0), row->fields[i].name));
		json_decref(rows);
	}
	world_free(world);
}

/* Except those that others answer. */
static void each_report_has_a_view(void **state)
{
	(void) state;
	for (enum report_kind kind = 0; kind < REPORT_KINDS; kind++) {
		const struct report_row *row = report_row(kind);

		if (row->member && !row->is_past &&
			(!report_view(kind)->end || !report_view(kind)->find))
			fail_msg("report_views.c has no row for %s", row->command);
	}
}

static void users_are_described(void **state)
{
	struct world *world = world_of("");
	struct user *user = user_of(world, 1, "ana");
	json_t *rows;

	(void) state;
	user_set_away(user, "tea");
	rows = rows_of(world, REPORT_KIND_USERS);
	assert_string_equal(text_of_row(rows, 0, "nick"), "ana");
	assert_string_equal(text_of_row(rows, 0, "away"), "tea");
	assert_null(text_of_row(rows, 0, "account"));
	assert_int_equal(number_of_row(rows, 0, "clients"), 1);
	json_decref(rows);
	world_free(world);
}

static void leave_world(struct world *world, const char *nick)
{
	struct user *user = user_find(world, nick);

	session_end(world, session_of(user));
	user_end(world, user);
}

/* A walk shows what was there when it began and is still there, each once. */
static void a_walk_survives_comings_and_goings(void **state)
{
	struct world *world = world_of("");
	struct report_cursor cursor;
	json_t *rows = json_array();
	char nick[16];

	(void) state;
	for (uint64_t i = 1; i <= 10; i++) {
		snprintf(nick, sizeof(nick), "u%u", (unsigned) i);
		user_of(world, i, nick);
	}
	assert_true(
		report_begin(world, &(struct report_call){ .kind = REPORT_KIND_USERS }, &cursor));
	assert_false(report_go_on(world, &cursor, 4, rows));
	assert_int_equal(json_array_size(rows), 4);
	leave_world(world, "u2");
	leave_world(world, "u6");
	world_sweep(world);
	user_of(world, 11, "late");
	while (!report_go_on(world, &cursor, 2, rows))
		;
	assert_int_equal(json_array_size(rows), 9);
	assert_string_equal(text_of_row(rows, 3, "nick"), "u4");
	assert_string_equal(text_of_row(rows, 5, "nick"), "u7");
	assert_string_equal(text_of_row(rows, 8, "nick"), "u10");
	json_decref(rows);
	world_free(world);
}

static void an_empty_report_is_complete_at_once(void **state)
{
	struct world *world = world_of("");
	json_t *rows = json_array();
	struct report_cursor cursor;

	(void) state;
	assert_true(report_begin(
		world, &(struct report_call){ .kind = REPORT_KIND_CHANNELS }, &cursor));
	assert_true(report_go_on(world, &cursor, 1, rows));
	assert_int_equal(json_array_size(rows), 0);
	json_decref(rows);
	world_free(world);
}

static void text_that_is_no_utf8_is_mended(void **state)
{
	struct world *world = world_of("");
	struct user *user = user_of(world, 1, "ana");
	json_t *rows;

	(void) state;
	user_set_realname(user, "caf\xe9");
	rows = rows_of(world, REPORT_KIND_USERS);
	assert_string_equal(text_of_row(rows, 0, "realName"), "caf?");
	json_decref(rows);
	world_free(world);
}

static void what_is_not_there_is_not_reported(void **state)
{
	struct world *world = world_of("");

	(void) state;
	assert_null(rows_about(world, REPORT_KIND_WHOIS, "ana"));
	assert_null(rows_about(world, REPORT_KIND_MEMBERS, "#a"));
	assert_null(rows_about(world, REPORT_KIND_CLIENTS, "ana"));
	world_free(world);
}

static void a_user_is_described_in_detail(void **state)
{
	struct world *world = world_of("");
	struct user *user = user_of(world, 1, "ana");
	json_t *rows;

	(void) state;
	user_of(world, 2, "bea");
	channel_add(
		world, channel_new(world, "#a"), user, MEMBER_RANK_OPERATOR | MEMBER_RANK_VOICE);
	channel_add(world, channel_new(world, "#b"), user, 0);
	rows = rows_about(world, REPORT_KIND_WHOIS, "ANA");
	assert_int_equal(json_array_size(rows), 1);
	assert_string_equal(text_of_row(rows, 0, "nick"), "ana");
	assert_string_equal(text_of_row(rows, 0, "channels"), "@+#a #b");
	json_decref(rows);
	rows = rows_about(world, REPORT_KIND_CLIENTS, "bea");
	assert_int_equal(json_array_size(rows), 1);
	assert_string_equal(text_of_row(rows, 0, "nick"), "bea");
	json_decref(rows);
	world_free(world);
}

static void members_are_listed(void **state)
{
	struct world *world = world_of("");
	struct channel *channel = channel_new(world, "#a");
	json_t *rows;
	char nick[16];

	(void) state;
	for (uint64_t i = 1; i <= 7; i++) {
		snprintf(nick, sizeof(nick), "u%u", (unsigned) i);
		channel_add(
			world, channel, user_of(world, i, nick), i == 1 ? MEMBER_RANK_OPERATOR : 0);
	}
	rows = rows_about(world, REPORT_KIND_MEMBERS, "#A");
	assert_int_equal(json_array_size(rows), 7);
	assert_string_equal(text_of_row(rows, 0, "ranks"), "@");
	assert_null(text_of_row(rows, 1, "ranks"));
	assert_string_equal(text_of_row(rows, 6, "nick"), "u7");
	json_decref(rows);
	world_free(world);
}

static void listeners_are_counted(void **state)
{
	struct world *world = world_of("listen = ( { name = \"default\"; address = \"127.0.0.1\"; "
				       "port = 6667; } );");
	json_t *rows;

	(void) state;
	user_of(world, 1, "ana");
	rows = rows_of(world, REPORT_KIND_LISTENERS);
	assert_int_equal(json_array_size(rows), 1);
	assert_string_equal(text_of_row(rows, 0, "name"), "default");
	assert_int_equal(number_of_row(rows, 0, "port"), 6667);
	assert_int_equal(number_of_row(rows, 0, "clients"), 1);
	json_decref(rows);
	world_free(world);
}

static void certificates_are_listed(void **state)
{
	struct world *world = world_of("tls: { certificate = \"/c.pem\"; key = \"/k.pem\"; };");
	json_t *rows = rows_of(world, REPORT_KIND_CERTIFICATES);
	CLEANUP(buffer_done) struct buffer facts = { 0 };

	(void) state;
	assert_int_equal(json_array_size(rows), 1);
	assert_null(text_of_row(rows, 0, "names"));
	assert_string_equal(text_of_row(rows, 0, "certificate"), "/c.pem");
	assert_string_equal(text_of_row(rows, 0, "key"), "/k.pem");
	assert_string_equal(text_of_row(rows, 0, "verified"), "unknown");
	json_decref(rows);
	certificate_facts_put(&facts, "/b.pem", "other.example", 1);
	certificate_facts_put(&facts, "/c.pem", "irc.example *.example", UINT64_C(1769904000000));
	world_take_certificates(world, &(struct event){ .certificates = CERTIFICATES_GOOD,
					       .text = facts.bytes,
					       .text_length = facts.length });
	rows = rows_of(world, REPORT_KIND_CERTIFICATES);
	assert_string_equal(text_of_row(rows, 0, "verified"), "good");
	assert_string_equal(text_of_row(rows, 0, "names"), "irc.example *.example");
	assert_string_equal(text_of_row(rows, 0, "expires"), "2026-02-01T00:00:00.000Z");
	json_decref(rows);
	world_free(world);
}

static void assert_why(const struct world *world, const char *subject, const char *expected)
{
	json_t *rows = rows_about(world, REPORT_KIND_WHY, subject);
	CLEANUP(buffer_done) struct buffer found = { 0 };

	for (size_t i = 0; i < json_array_size(rows); i++)
		buffer_format(&found, "%s %s %s: %s\n", text_of_row(rows, i, "effect"),
			text_of_row(rows, i, "where"), text_of_row(rows, i, "mask"),
			text_of_row(rows, i, "reason"));
	assert_string_equal(buffer_text(&found), expected);
	json_decref(rows);
}

static void bans_are_reasons(void **state)
{
	struct world *world = world_of("exempt: { addresses = [ \"192.0.2.9\" ]; };");

	(void) state;
	user_of(world, 1, "ana");
	assert_why(world, "ana", "");
	ban_new(world, BAN_KIND_USER, "*@192.0.2.0/24", "bea!b@c", "spam");
	ban_new(world, BAN_KIND_NICK, "an*", "bea!b@c", "reserved");
	ban_new(world, BAN_KIND_CHANNEL, "#evil*", "bea!b@c", "evil");
	assert_why(
		world, "ana", "refused RESV an*: reserved\nrefused K-line *@192.0.2.0/24: spam\n");
	assert_why(world, "192.0.2.7", "refused K-line *@192.0.2.0/24: spam\n");
	assert_why(world, "x!y@192.0.2.7", "refused K-line *@192.0.2.0/24: spam\n");
	assert_why(world, "#evil1", "refused RESV #evil*: evil\n");
	assert_why(world, "198.51.100.7", "");
	assert_why(world, "nemo", "");
	world_free(world);
}

static void what_is_no_source_has_no_reason(void **state)
{
	static const char *const subjects[] = { "a@b!c", "@!", "!", "@", "!@", "a!b!c@d", "a@b@c" };
	struct world *world = world_of("");

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(subjects); i++)
		assert_why(world, subjects[i], "");
	world_free(world);
}

static void mutes_are_reasons(void **state)
{
	struct world *world = world_of("");
	struct user *user = user_of(world, 1, "ana");
	struct channel *channel = channel_new(world, "#a");
	struct member *member = channel_add(world, channel, user, 0);

	(void) state;
	channel_set_flag(channel, CHANNEL_FLAG_MODERATED, true);
	assert_why(world, "ana", "muted #a (null): +m, only members with a rank may speak\n");
	channel_set_flag(channel, CHANNEL_FLAG_MODERATED, false);
	masklist_add(&channel->lists[CHANNEL_LIST_QUIET], "*!*@host.example", "bea!b@c", 1);
	assert_why(world, "ana", "muted #a *!*@host.example: +q, a mute of the channel\n");
	member_set_rank(member, MEMBER_RANK_VOICE, true);
	assert_why(world, "ana", "");
	world_free(world);
}

static void limits_are_reasons(void **state)
{
	struct world *world = world_of("limits: { clients = 1; };");

	(void) state;
	user_of(world, 1, "ana");
	assert_why(world, "198.51.100.7",
		"limited default (null): The server is full, try again later\n");
	world_free(world);
}

/* NULL, or the name of the wrong parameter. */
static const char *read_call(enum report_kind kind, const char *json, char name[64])
{
	CLEANUP(report_call_done) struct report_call call = { .kind = kind };
	json_t *parameters = json_loads(json, 0, NULL);
	const char *wrong = report_call_read(&call, parameters);

	if (wrong)
		snprintf(name, 64, "%s", wrong);
	json_decref(parameters);
	return wrong ? name : NULL;
}

static void parameters_are_checked(void **state)
{
	CLEANUP(buffer_done) struct buffer long_text = { 0 };
	char name[64];

	(void) state;
	assert_null(read_call(REPORT_KIND_KICK, "{\"channel\":\"#a\",\"nick\":\"b\"}", name));
	assert_null(read_call(REPORT_KIND_KICK,
		"{\"channel\":\"#a\",\"nick\":\"b\",\"reason\":null,\"operator\":\"root\"}", name));
	assert_null(read_call(REPORT_KIND_CLIENTS, "{}", name));
	assert_string_equal(
		read_call(REPORT_KIND_WHOIS, "{\"nick\":\"b\",\"operator\":\"r\"}", name),
		"operator");
	assert_string_equal(read_call(REPORT_KIND_KICK, "{\"channel\":\"#a\"}", name), "nick");
	assert_string_equal(read_call(REPORT_KIND_WHOIS, "{\"nick\":7}", name), "nick");
	assert_string_equal(read_call(REPORT_KIND_WHOIS, "{\"nick\":\"\"}", name), "nick");
	assert_string_equal(read_call(REPORT_KIND_WHOIS, "{\"nick\":\"a\\r\\nb\"}", name), "nick");
	assert_string_equal(
		read_call(REPORT_KIND_WHOIS, "{\"nick\":\"b\",\"x\":\"b\"}", name), "x");
	buffer_put_text(&long_text, "{\"nick\":\"");
	for (int i = 0; i <= REPORT_TEXT_BYTES; i++)
		buffer_put_byte(&long_text, 'x');
	buffer_put_text(&long_text, "\"}");
	assert_string_equal(read_call(REPORT_KIND_WHOIS, long_text.bytes, name), "nick");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_report_has_the_fields_of_its_table),
		cmocka_unit_test(each_report_has_a_view),
		cmocka_unit_test(users_are_described),
		cmocka_unit_test(a_walk_survives_comings_and_goings),
		cmocka_unit_test(an_empty_report_is_complete_at_once),
		cmocka_unit_test(text_that_is_no_utf8_is_mended),
		cmocka_unit_test(what_is_not_there_is_not_reported),
		cmocka_unit_test(a_user_is_described_in_detail),
		cmocka_unit_test(members_are_listed),
		cmocka_unit_test(listeners_are_counted),
		cmocka_unit_test(certificates_are_listed),
		cmocka_unit_test(bans_are_reasons),
		cmocka_unit_test(what_is_no_source_has_no_reason),
		cmocka_unit_test(mutes_are_reasons),
		cmocka_unit_test(limits_are_reasons),
		cmocka_unit_test(parameters_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
