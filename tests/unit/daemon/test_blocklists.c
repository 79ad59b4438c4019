/* Lists that answer, are silent, or are asked by many clients at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the headers above */
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "daemon/blocklists.h"
#include "proto/resolve_message.h"

#include "fake_resolver.h"

#define TWO_LISTS                                                                                  \
	"blocklists = ( { zone = \"a.example\"; answers = [ \"127.0.0.2\" ]; },\n"                 \
	"  { zone = \"b.example\"; } );\n"
#define MOST 64

struct stage {
	struct fake_resolver fake;
	char hosts[MOST][RESOLVE_HOST_BYTES];

	struct loop *loop;
	struct log log;
	struct blocklists *blocklists;
	size_t n_complaints;
	char complaint[256];
	size_t n_done;
	uint64_t last_request;
	char *report;
};

static void on_done(void *data, uint64_t session, uint64_t request, const struct buffer *report)
{
	struct stage *stage = data;

	assert_int_equal(session, request);
	stage->n_done++;
	stage->last_request = request;
	mem_set_text(&stage->report, buffer_text(report));
}

static void note_complaint(void *data, enum logbook entry, const char *const *fields)
{
	struct stage *stage = data;

	if (entry != LOGBOOK_BLOCKLIST_SILENT)
		return;
	stage->n_complaints++;
	snprintf(stage->complaint, sizeof(stage->complaint), "%s: %s", fields[1], fields[3]);
}

static void use(struct stage *stage, const char *text)
{
	struct source source = { .name = "papod.conf", .text = (char *) (uintptr_t) text };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	assert_non_null(settings);
	blocklists_use(stage->blocklists, settings);
	settings_unref(settings);
	problems_done(&problems);
}

static int set_up(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));

	fake_resolver_open(&stage->fake);
	stage->log = (struct log){ note_complaint, stage };
	*state = stage;
	if (loop_new(&stage->loop))
		return -1;
	stage->blocklists = blocklists_new(&(struct blocklists_needs){ stage->loop, &stage->log,
		{ stage->fake.place.path, stage->fake.place.path }, on_done, stage });
	use(stage, TWO_LISTS);
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;

	blocklists_free(stage->blocklists);
	loop_free(stage->loop);
	fake_resolver_close(&stage->fake);
	free(stage->report);
	free(stage);
	return 0;
}

static void turn(struct stage *stage)
{
	assert_int_equal(loop_turn(stage->loop, 0), 0);
	blocklists_tick(stage->blocklists);
}

static void ask(struct stage *stage, uint64_t number, const char *text)
{
	struct address address;

	assert_true(address_parse_range(text, &address));
	blocklists_ask(stage->blocklists, number, number, &address);
}

static void read_question(struct stage *stage, size_t i)
{
	CLEANUP(buffer_done) struct buffer out = { 0 };
	struct resolve_question question;
	char call[1000];
	ssize_t got;

	while ((got = recv(stage->fake.fds[i], call, sizeof(call), MSG_DONTWAIT)) < 0)
		turn(stage);
	assert_true(resolve_read_call(call, (size_t) got - 1, &question, &out));
	assert_int_equal(question.family, ADDRESS_FAMILY_IPV4);
	strcpy(stage->hosts[i], question.host);
}

/* The number of questions that arrived since the last call. */
static size_t look(struct stage *stage)
{
	size_t n_read = stage->fake.n_calls, n_before = n_read;

	while (fake_resolver_look(&stage->fake))
		while (n_read < stage->fake.n_calls)
			read_question(stage, n_read++);
	return n_read - n_before;
}

static void send_reply(struct stage *stage, size_t i, struct buffer *reply)
{
	fake_resolver_say(&stage->fake, i, reply->bytes, reply->length);
	buffer_done(reply);
	for (size_t turns = 0; turns < 10; turns++)
		turn(stage);
}

static void answer(struct stage *stage, size_t i, const char *text)
{
	struct buffer reply = { 0 };
	struct address address;

	assert_true(address_parse_range(text, &address));
	resolve_put_addresses("x", &address, 1, &reply);
	send_reply(stage, i, &reply);
}

static void answer_no(struct stage *stage, size_t i)
{
	struct buffer reply = { 0 };

	resolve_put_failure(RESOLVE_ANSWER_NO, &reply);
	send_reply(stage, i, &reply);
}

static struct blocklist_count count_of(const struct stage *stage, size_t list)
{
	struct blocklist_count count;

	assert_true(blocklists_count(stage->blocklists, list, &count));
	return count;
}

static void all_lists_are_asked_at_once(void **state)
{
	struct stage *stage = *state;

	ask(stage, 1, "1.2.3.4");
	assert_int_equal(look(stage), 2);
	assert_string_equal(stage->hosts[0], "4.3.2.1.a.example.");
	assert_string_equal(stage->hosts[1], "4.3.2.1.b.example.");
	answer(stage, 1, "127.0.0.9");
	assert_int_equal(stage->n_done, 0);
	answer(stage, 0, "127.0.0.2");
	assert_int_equal(stage->n_done, 1);
	assert_string_equal(stage->report, "b.example 127.0.0.9\na.example 127.0.0.2\n");
	assert_int_equal(count_of(stage, 0).n_listed, 1);
	assert_int_equal(count_of(stage, 1).n_listed, 1);
	assert_false(blocklists_count(stage->blocklists, 2, &(struct blocklist_count){ 0 }));
}

static void only_answers_that_count_are_counted(void **state)
{
	struct stage *stage = *state;

	ask(stage, 1, "1.2.3.4");
	look(stage);
	answer(stage, 0, "127.0.0.3");
	answer_no(stage, 1);
	assert_string_equal(stage->report, "a.example 127.0.0.3\nb.example\n");
	assert_int_equal(count_of(stage, 0).n_asked, 1);
	assert_int_equal(count_of(stage, 0).n_listed, 0);
	assert_int_equal(count_of(stage, 0).n_unanswered, 0);
}

static void an_address_is_asked_about_once(void **state)
{
	struct stage *stage = *state;

	for (uint64_t i = 1; i <= 20; i++)
		ask(stage, i, "1.2.3.4");
	assert_int_equal(look(stage), 2);
	answer(stage, 0, "127.0.0.2");
	answer_no(stage, 1);
	assert_int_equal(stage->n_done, 20);
	ask(stage, 21, "1.2.3.4"); /* what is known is answered at once */
	assert_int_equal(stage->n_done, 21);
	assert_string_equal(stage->report, "a.example 127.0.0.2\nb.example\n");
	assert_int_equal(look(stage), 0);
	ask(stage, 22, "1.2.3.5");
	assert_int_equal(look(stage), 2);
}

static void other_lists_are_asked_anew(void **state)
{
	struct stage *stage = *state;

	ask(stage, 1, "1.2.3.4");
	look(stage);
	answer_no(stage, 0);
	answer_no(stage, 1);
	use(stage, TWO_LISTS); /* the same ones */
	ask(stage, 2, "1.2.3.4");
	assert_int_equal(look(stage), 0);
	use(stage, "blocklists = ( { zone = \"c.example\"; } );\n");
	ask(stage, 3, "1.2.3.4");
	assert_int_equal(look(stage), 1);
	assert_string_equal(stage->hosts[2], "4.3.2.1.c.example.");
}

/* Those of the old lists answer, or not, after a reload. */
static void lists_may_go_while_they_are_asked(void **state)
{
	struct stage *stage = *state;

	ask(stage, 1, "1.2.3.4");
	look(stage);
	use(stage, "");
	answer(stage, 0, "127.0.0.2");
	fake_resolver_hang_up(&stage->fake, 1);
	while (!stage->n_done)
		turn(stage);
	assert_string_equal(stage->report, "a.example 127.0.0.2\nb.example ?\n");
	ask(stage, 2, "1.2.3.5"); /* no list is left */
	assert_int_equal(stage->n_done, 2);
	assert_string_equal(stage->report, "");
}

/* Else a client that the new list has would come in for as long as the answer is remembered. */
static void old_lists_do_not_answer_for_new_ones(void **state)
{
	struct stage *stage = *state;

	ask(stage, 1, "1.2.3.4");
	look(stage);
	use(stage, "blocklists = ( { zone = \"c.example\"; } );\n");
	ask(stage, 2, "1.2.3.4");
	assert_int_equal(look(stage), 1);
	assert_string_equal(stage->hosts[2], "4.3.2.1.c.example.");
	answer(stage, 2, "127.0.0.2");
	assert_int_equal(stage->last_request, 2);
	answer_no(stage, 0);
	answer_no(stage, 1);
	assert_int_equal(stage->last_request, 1);
	assert_int_equal(stage->n_done, 2);
	ask(stage, 3, "1.2.3.4");
	assert_string_equal(stage->report, "c.example 127.0.0.2\n");
}

static void silence_lists_no_address_and_is_logged_once(void **state)
{
	struct stage *stage = *state;

	use(stage, "dns: { timeout = \"100 ms\"; };\n" TWO_LISTS);
	ask(stage, 1, "1.2.3.4");
	look(stage);
	answer_no(stage, 1);
	while (!stage->n_done) {
		assert_int_equal(
			loop_turn(stage->loop, blocklists_next_deadline(stage->blocklists)), 0);
		blocklists_tick(stage->blocklists);
	}
	assert_string_equal(stage->report, "b.example\na.example ?\n");
	assert_int_equal(stage->n_complaints, 1);
	assert_string_equal(stage->complaint, "a.example: no answer came within dns.timeout");
	assert_int_equal(count_of(stage, 0).n_unanswered, 1);
	ask(stage, 2, "1.2.3.4"); /* for some seconds, it is not asked again */
	assert_int_equal(stage->n_done, 2);
	ask(stage, 3, "1.2.3.5");
	look(stage);
	fake_resolver_hang_up(&stage->fake, 2);
	answer_no(stage, 3);
	assert_int_equal(stage->n_done, 3);
	assert_int_equal(stage->n_complaints, 1);
	assert_int_equal(count_of(stage, 0).n_unanswered, 2);
}

/* Spamhaus and others answer 127.255.255.254 to public name servers. */
static void a_complaint_of_the_list_lists_no_address_and_is_logged(void **state)
{
	struct stage *stage = *state;

	ask(stage, 1, "1.2.3.4");
	look(stage);
	answer_no(stage, 0);
	answer(stage, 1, "127.255.255.254");
	assert_string_equal(stage->report, "a.example\nb.example ?\n");
	assert_string_equal(stage->complaint, "b.example: it answers 127.255.255.254");
	assert_int_equal(count_of(stage, 1).n_listed, 0);
}

static void garbage_lists_no_address(void **state)
{
	struct stage *stage = *state;
	struct buffer garbage = { 0 };

	ask(stage, 1, "1.2.3.4");
	look(stage);
	buffer_put(&garbage, "<html>", 7);
	send_reply(stage, 0, &garbage);
	answer_no(stage, 1);
	assert_string_equal(stage->report, "a.example ?\nb.example\n");
}

static void clients_that_go_get_no_answer(void **state)
{
	struct stage *stage = *state;

	ask(stage, 1, "1.2.3.4");
	ask(stage, 2, "1.2.3.4");
	blocklists_forget(stage->blocklists, 2);
	look(stage);
	answer_no(stage, 0);
	answer_no(stage, 1);
	assert_int_equal(stage->n_done, 1);
	assert_int_equal(stage->last_request, 1);
}

static void without_a_resolver_no_address_is_listed(void **state)
{
	struct stage *stage = *state;

	use(stage, "dns: { socket = \"/nonexistent/socket\"; };\n" TWO_LISTS);
	ask(stage, 1, "1.2.3.4");
	assert_int_equal(stage->n_done, 0);
	turn(stage);
	assert_string_equal(stage->report, "a.example ?\nb.example ?\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_lists_are_asked_at_once),
		TEST(only_answers_that_count_are_counted),
		TEST(an_address_is_asked_about_once),
		TEST(other_lists_are_asked_anew),
		TEST(lists_may_go_while_they_are_asked),
		TEST(old_lists_do_not_answer_for_new_ones),
		TEST(silence_lists_no_address_and_is_logged_once),
		TEST(a_complaint_of_the_list_lists_no_address_and_is_logged),
		TEST(garbage_lists_no_address),
		TEST(clients_that_go_get_no_answer),
		TEST(without_a_resolver_no_address_is_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
