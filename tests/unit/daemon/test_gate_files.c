/* Questions about uploaded files: one gate after the other is asked, until one reports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "daemon/gate_files.h"
#include "proto/gate_message.h"
#include "proto/upload_list.h"

#define GATES 2

uint64_t __wrap_loop_now_ms(const struct loop *loop);

static uint64_t now_ms;

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return now_ms;
}

/* papod; the test has the other ends of the sockets. */
struct house {
	struct loop *loop;
	struct gate_link *link;
	struct gate_files *files;
	struct log log;
	int gates[GATES];
	size_t n_gates;
	size_t n_reports;
	uint64_t session, request;
	bool has_report;
	uint32_t n_files; /* of the report; so for the next */
	struct upload_question question;
};

static void ignore_entry(void *data, enum logbook entry, const char *const *fields)
{
	(void) data;
	(void) entry;
	(void) fields;
}

static void on_report(void *data, const struct gate_message *message)
{
	const struct house *house = data;

	gate_files_take(house->files, message);
}

static void on_greeted(void *data)
{
	const struct house *house = data;

	gate_files_ask_again(house->files);
}

static void ignore_certificates(void *data, enum certificates certificates, struct gate_bytes facts)
{
	(void) data;
	(void) facts;
	(void) certificates;
}

static void note_report(void *data, uint64_t session, uint64_t request, const struct buffer *bytes)
{
	struct house *house = data;
	struct upload_report report = { 0 };

	house->n_reports++;
	house->session = session;
	house->request = request;
	house->has_report = bytes != NULL;
	if (bytes)
		assert_true(upload_report_load(bytes->bytes, bytes->length, &report));
	house->n_files = report.n_files;
	house->question = report.question;
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	now_ms = 100000;
	house->log = (struct log){ ignore_entry, NULL };
	assert_int_equal(loop_new(&house->loop), 0);
	house->link = gate_link_new(&(struct gate_link_needs){ .loop = house->loop,
		.log = &house->log,
		.on_report = on_report,
		.on_greeted = on_greeted,
		.on_certificates = ignore_certificates,
		.data = house });
	house->files = gate_files_new(
		&(struct gate_files_needs){ house->loop, &house->link, note_report, house });
	*state = house;
	return 0;
}

static int stop_house(void **state)
{
	struct house *house = *state;

	gate_link_free(house->link);
	gate_files_free(house->files);
	loop_free(house->loop);
	for (size_t i = 0; i < house->n_gates; i++)
		close(house->gates[i]);
	free(house);
	return 0;
}

static void turn(const struct house *house)
{
	assert_int_equal(loop_turn(house->loop, 0), 0);
}

static void send_from(const struct house *house, size_t gate, const struct gate_message *message)
{
	CLEANUP(buffer_done) struct buffer packet = { 0 };

	gate_message_save(&packet, message);
	assert_int_equal(
		send(house->gates[gate], packet.bytes, packet.length, MSG_NOSIGNAL), packet.length);
	turn(house);
}

static void add_gate(struct house *house, bool has_greeted)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	assert_int_equal(gate_link_add(house->link, ends[0]), 0);
	house->gates[house->n_gates++] = ends[1];
	if (has_greeted)
		send_from(house, house->n_gates - 1,
			&(struct gate_message){ .kind = GATE_MESSAGE_KIND_HELLO,
				.version = 1,
				.gate = house->n_gates });
}

static void ask(const struct house *house, uint64_t request)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	struct bytes *question;

	upload_question_save(
		&saved, &(struct upload_question){ .errand = UPLOAD_ERRAND_LIST, .account = 9 });
	question = malloc(sizeof(*question) + saved.length);
	question->length = saved.length;
	memcpy(question->bytes, saved.bytes, saved.length);
	gate_files_ask(house->files, 40 + request, request, question);
	free(question);
}

/* The number of the question that the gate reads; 0: none. */
static uint64_t read_question(const struct house *house, size_t gate)
{
	char packet[GATE_MESSAGE_BYTES];
	ssize_t n = recv(house->gates[gate], packet, sizeof(packet), MSG_DONTWAIT);
	struct upload_question question;
	struct gate_message message;

	if (n <= 0)
		return 0;
	assert_true(gate_message_load(packet, (size_t) n, &message));
	assert_int_equal(message.kind, GATE_MESSAGE_KIND_FILES);
	assert_true(upload_question_load(message.files.bytes, message.files.length, &question));
	assert_int_equal(question.account, 9);
	return message.number;
}

static void report_from(const struct house *house, size_t gate, uint64_t number, uint32_t n_files)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	const struct upload_report report = {
		.question = { .errand = UPLOAD_ERRAND_LIST, .account = 9 }, .n_files = n_files
	};
	struct gate_message message = { .kind = GATE_MESSAGE_KIND_REPORT, .number = number };

	upload_report_save(&saved, &report);
	message.files = (struct gate_bytes){ (const uint8_t *) saved.bytes, saved.length };
	send_from(house, gate, &message);
}

static void pass(struct house *house, uint64_t ms)
{
	now_ms += ms;
	gate_files_tick(house->files);
}

static void a_report_answers_its_question(void **state)
{
	struct house *house = *state;

	add_gate(house, true);
	ask(house, 5);
	ask(house, 6);
	assert_int_equal(read_question(house, 0), 5);
	assert_int_equal(read_question(house, 0), 6);
	report_from(house, 0, 6, 3);
	assert_int_equal(house->n_reports, 1);
	assert_int_equal(house->session, 46);
	assert_int_equal(house->n_files, 3);
	report_from(house, 0, 6, 4);
	report_from(house, 0, 7, 4);
	assert_int_equal(house->n_reports, 1);
	report_from(house, 0, 5, 4);
	assert_int_equal(house->n_reports, 2);
	assert_int_equal(gate_files_next_deadline(house->files), UINT64_MAX);
}

static void the_next_gate_is_asked_after_a_second(void **state)
{
	struct house *house = *state;

	add_gate(house, true);
	add_gate(house, true);
	ask(house, 5);
	assert_int_equal(read_question(house, 0), 5);
	assert_int_equal(gate_files_next_deadline(house->files), now_ms + 1000);
	pass(house, 999);
	assert_int_equal(read_question(house, 1), 0);
	pass(house, 1);
	assert_int_equal(read_question(house, 1), 5);
	assert_int_equal(read_question(house, 0), 0);
	report_from(house, 1, 5, 1);
	assert_true(house->has_report);
}

/* Otherwise it could make papod ask for pages without end. */
static void a_gate_cannot_say_what_was_asked(void **state)
{
	CLEANUP(buffer_done) struct buffer saved = { 0 };
	const struct upload_report report = { .question = { .errand = UPLOAD_ERRAND_LIST,
						      .account = 10,
						      .n_skipped = 20,
						      .is_whole = true } };
	struct gate_message message = { .kind = GATE_MESSAGE_KIND_REPORT, .number = 5 };
	struct house *house = *state;

	add_gate(house, true);
	ask(house, 5);
	upload_report_save(&saved, &report);
	message.files = (struct gate_bytes){ (const uint8_t *) saved.bytes, saved.length };
	send_from(house, 0, &message);
	assert_true(house->has_report);
	assert_int_equal(house->question.account, 9);
	assert_int_equal(house->question.n_skipped, 0);
	assert_false(house->question.is_whole);
}

/* The parent of gates never says HELLO; so does a gate that the program before has greeted. */
static void who_has_not_said_hello_is_asked_last(void **state)
{
	struct house *house = *state;

	add_gate(house, false);
	add_gate(house, true);
	ask(house, 5);
	assert_int_equal(read_question(house, 0), 0);
	assert_int_equal(read_question(house, 1), 5);
	pass(house, 1000);
	assert_int_equal(read_question(house, 0), 5);
}

static void a_gate_that_comes_is_asked_at_once(void **state)
{
	struct house *house = *state;

	ask(house, 5);
	add_gate(house, true);
	assert_int_equal(read_question(house, 0), 5);
	report_from(house, 0, 5, 1);
	assert_true(house->has_report);
}

static void without_a_report_the_question_ends(void **state)
{
	struct house *house = *state;

	ask(house, 5);
	for (int second = 1; second < 8; second++) {
		pass(house, 1000);
		assert_int_equal(house->n_reports, 0);
	}
	pass(house, 1000);
	assert_int_equal(house->n_reports, 1);
	assert_int_equal(house->request, 5);
	assert_false(house->has_report);
}

static void a_report_that_makes_no_sense_ends_the_question(void **state)
{
	struct house *house = *state;
	const struct gate_message empty = { .kind = GATE_MESSAGE_KIND_REPORT, .number = 5 };
	struct gate_message torn = empty;

	add_gate(house, true);
	ask(house, 5);
	send_from(house, 0, &empty);
	assert_int_equal(house->n_reports, 1);
	assert_false(house->has_report);
	ask(house, 5);
	torn.files = (struct gate_bytes){ (const uint8_t *) "torn", 4 };
	send_from(house, 0, &torn);
	assert_int_equal(house->n_reports, 2);
	assert_false(house->has_report);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_report_answers_its_question),
		TEST(the_next_gate_is_asked_after_a_second),
		TEST(a_gate_cannot_say_what_was_asked),
		TEST(who_has_not_said_hello_is_asked_last),
		TEST(a_gate_that_comes_is_asked_at_once),
		TEST(without_a_report_the_question_ends),
		TEST(a_report_that_makes_no_sense_ends_the_question),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
