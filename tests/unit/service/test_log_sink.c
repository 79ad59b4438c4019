#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "service/log_sink.h"

struct journal {
	char directory[64];
	char path[100];
	int fd;
	struct log_sink *sink;
};

static int start_journal(void **state)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(journal->directory, "/tmp/papod-test-XXXXXX");
	if (!mkdtemp(journal->directory))
		return -1;
	snprintf(journal->path, sizeof(journal->path), "%s/socket", journal->directory);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", journal->path);
	journal->fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (bind(journal->fd, (struct sockaddr *) &address, sizeof(address)) < 0)
		return -1;
	journal->sink = log_sink_new_journal("a-papod", journal->path);
	*state = journal;
	return 0;
}

static int stop_journal(void **state)
{
	struct journal *journal = *state;

	log_sink_free(journal->sink);
	close(journal->fd);
	unlink(journal->path);
	rmdir(journal->directory);
	free(journal);
	return 0;
}

static ssize_t receive(const struct journal *journal, char *entry, size_t entry_bytes)
{
	ssize_t got = recv(journal->fd, entry, entry_bytes - 1, MSG_DONTWAIT);

	if (got >= 0)
		entry[got] = '\0';
	return got;
}

static void an_entry_has_its_fields(void **state)
{
	struct journal *journal = *state;
	char entry[4096], id[64];

	log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_REGISTERED, "NICK", "ana", "HOST",
		NULL, "ADDRESS", "192.0.2.1");
	assert_true(receive(journal, entry, sizeof(entry)) > 0);
	snprintf(id, sizeof(id), "\nMESSAGE_ID=%s\n",
		logbook_row(LOGBOOK_CLIENT_REGISTERED)->message_id);
	assert_non_null(strstr(entry, "MESSAGE=Client registered (nick=ana address=192.0.2.1)\n"));
	assert_non_null(strstr(entry, id));
	assert_non_null(strstr(entry, "\nPRIORITY=6\nSYSLOG_IDENTIFIER=a-papod\n"));
	assert_non_null(strstr(entry, "\nNICK=ana\n"));
	assert_null(strstr(entry, "HOST"));
}

static void a_value_with_a_line_end_adds_no_field(void **state)
{
	struct journal *journal = *state;
	char entry[4096];
	ssize_t length;

	log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_CLOSED, "REASON", "a\nPRIORITY=0");
	length = receive(journal, entry, sizeof(entry));
	assert_true(length > 0);
	assert_non_null(memmem(entry, (size_t) length,
		"\nREASON\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n", 8 + 8 + 12 + 1));
	assert_non_null(strstr(entry, "MESSAGE=Client disconnected: a\\x0aPRIORITY=0\n"));
}

static void a_journal_that_does_not_read_holds_nothing_up(void **state)
{
	struct journal *journal = *state;
	char entry[4096];
	unsigned int n_received = 0;

	for (unsigned int i = 0; i < 5000; i++)
		log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_CLOSED, "REASON", "x");
	while (receive(journal, entry, sizeof(entry)) > 0)
		n_received++;
	assert_in_range(n_received, 1, 4999);

	log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_CLOSED, "REASON", "y");
	assert_true(receive(journal, entry, sizeof(entry)) > 0);
	assert_non_null(strstr(entry, logbook_row(LOGBOOK_LOG_DROPPED)->message_id));
	assert_int_equal(5000 - n_received, strtoul(strstr(entry, "\nCOUNT=") + 7, NULL, 10));
	assert_true(receive(journal, entry, sizeof(entry)) > 0);
	assert_non_null(strstr(entry, "REASON=y"));
}

/* Reads the entry late; the process must still be there then. */
static void *read_late(void *data)
{
	const struct journal *journal = data;
	const struct timespec late = { .tv_nsec = 50000000 };
	char entry[4096];

	nanosleep(&late, NULL);
	assert_true(receive(journal, entry, sizeof(entry)) > 0);
	return NULL;
}

static void a_failure_ends_when_the_journal_has_read_it(void **state)
{
	struct journal *journal = *state;
	pthread_t reader;
	char entry[4096];

	log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_REGISTERED, "NICK", "ana");
	assert_int_equal(pthread_create(&reader, NULL, read_late, journal), 0);
	assert_int_equal(log_sink_end(journal->sink, 78), 78);
	assert_int_equal(receive(journal, entry, sizeof(entry)), -1);
	pthread_join(reader, NULL);
	journal->sink = NULL;
}

/* Half a second is bearable where the reason of a failure is lost otherwise. */
static void a_journal_that_never_reads_ends_nothing_late(void **state)
{
	struct journal *journal = *state;
	char entry[4096];

	log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_REGISTERED, "NICK", "ana");
	assert_int_equal(log_sink_end(journal->sink, 1), 1);
	assert_true(receive(journal, entry, sizeof(entry)) > 0);
	journal->sink = NULL;
}

static void problems_begin_with_their_place(void **state)
{
	struct buffer text = { 0 };

	(void) state;
	log_sink_format(LOGBOOK_CONFIG_PROBLEM,
		(const char *const[]){ "REASON", "why", "OPTION", "a.b", "LINE", "7", "FILE", "x",
			"EXTRA", "y", NULL },
		&text);
	assert_string_equal(text.bytes, "Problem in the configuration: x:7: a.b: why (extra=y)");
	buffer_done(&text);
}

static void the_terminal_gets_no_control_characters(void **state)
{
	struct buffer text = { 0 };

	(void) state;
	log_sink_format(LOGBOOK_CLIENT_CLOSED,
		(const char *const[]){ "NICK", "a\x1b[2J", "REASON", "\r\n\x7f", NULL }, &text);
	assert_string_equal(text.bytes, "Client disconnected: \\x0d\\x0a\\x7f (nick=a\\x1b[2J)");
	buffer_clear(&text);
	log_sink_format(LOGBOOK_CLIENT_CLOSED,
		(const char *const[]){ "REASON", "\x1f ~\xc3\xa9", NULL }, &text);
	assert_string_equal(text.bytes, "Client disconnected: \\x1f ~\xc3\xa9");
	buffer_done(&text);
}

static void drop_some(struct journal *journal)
{
	char entry[4096];

	for (unsigned int i = 0; i < 1000; i++)
		log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_CLOSED, "REASON", "x");
	while (receive(journal, entry, sizeof(entry)) > 0)
		;
}

/* Later drops are counted from zero, and nothing is reported without drops. */
static void what_was_dropped_is_reported_once(void **state)
{
	struct journal *journal = *state;
	char entry[4096], first[32], second[32];
	char *counts[] = { first, second };

	for (size_t i = 0; i < 2; i++) {
		drop_some(journal);
		log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_CLOSED, "REASON", "y");
		assert_true(receive(journal, entry, sizeof(entry)) > 0);
		assert_int_equal(sscanf(strstr(entry, "\nCOUNT="), " %31s", counts[i]), 1);
		assert_true(receive(journal, entry, sizeof(entry)) > 0);
		log_entry(log_sink_log(journal->sink), LOGBOOK_CLIENT_CLOSED, "REASON", "z");
		assert_true(receive(journal, entry, sizeof(entry)) > 0);
		assert_non_null(strstr(entry, "REASON=z"));
		assert_true(receive(journal, entry, sizeof(entry)) < 0);
	}
	assert_string_equal(first, second);
}

static void the_end_reports_what_was_dropped(void **state)
{
	struct journal *journal = *state;
	char entry[4096];

	drop_some(journal);
	log_sink_free(journal->sink);
	journal->sink = NULL;
	assert_true(receive(journal, entry, sizeof(entry)) > 0);
	assert_non_null(strstr(entry, logbook_row(LOGBOOK_LOG_DROPPED)->message_id));
}

/* Standard error is a pipe for a while. */
struct terminal {
	int fd; /* its reading end */
	int before;
};

static struct terminal take_stderr(void)
{
	struct terminal terminal;
	int fds[2];

	fflush(stderr);
	terminal.before = dup(STDERR_FILENO);
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	terminal.fd = fds[0];
	dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	return terminal;
}

static void give_stderr_back(struct terminal terminal)
{
	dup2(terminal.before, STDERR_FILENO);
	close(terminal.before);
	close(terminal.fd);
}

/* Reads a line; "" if there is none. */
static size_t read_terminal(struct terminal terminal, char *text, size_t text_bytes)
{
	ssize_t got = read(terminal.fd, text, text_bytes - 1);

	text[got < 0 ? 0 : got] = '\0';
	return strlen(text);
}

static void a_line_is_written_whole_or_cut_where_a_pipe_would_tear_it(void **state)
{
	static const char before[] = "papod: Client disconnected: ";
	const size_t room = PIPE_BUF - sizeof(before); /* minus the line end */
	char reason[PIPE_BUF + 8], text[2 * PIPE_BUF];
	struct terminal terminal = take_stderr();
	struct log_sink *sink = log_sink_new("papod", false);
	size_t lengths[3];

	(void) state;
	for (size_t i = 0; i < 3; i++) {
		memset(reason, 'x', sizeof(reason));
		reason[room - 1 + i] = '\0';
		log_entry(log_sink_log(sink), LOGBOOK_CLIENT_CLOSED, "REASON", reason);
		lengths[i] = read_terminal(terminal, text, sizeof(text));
	}
	log_sink_free(sink);
	give_stderr_back(terminal);
	assert_int_equal(lengths[0], PIPE_BUF - 1);
	assert_int_equal(lengths[1], PIPE_BUF);
	assert_int_equal(lengths[2], PIPE_BUF);
	assert_int_equal(text[PIPE_BUF - 1], '\n');
}

static void people_see_details_only_if_they_want(void **state)
{
	struct terminal terminal = take_stderr();
	struct log_sink *quiet = log_sink_new("a-papod", false),
			*verbose = log_sink_new("a-papod", true);
	char none[200], all[200], error[200], warning[200], notice[200];

	(void) state;
	log_entry(log_sink_log(quiet), LOGBOOK_CLIENT_CONNECTED);
	read_terminal(terminal, none, sizeof(none));
	log_entry(log_sink_log(verbose), LOGBOOK_CLIENT_CONNECTED);
	read_terminal(terminal, all, sizeof(all));
	log_entry(log_sink_log(quiet), LOGBOOK_START_FAILED, "REASON", "why");
	read_terminal(terminal, error, sizeof(error));
	log_entry(log_sink_log(quiet), LOGBOOK_LOG_DROPPED);
	read_terminal(terminal, warning, sizeof(warning));
	log_entry(log_sink_log(quiet), LOGBOOK_CLIENT_CLOSED);
	read_terminal(terminal, notice, sizeof(notice));
	log_sink_free(quiet);
	log_sink_free(verbose);
	give_stderr_back(terminal);
	assert_string_equal(none, "");
	assert_int_equal(strncmp(all, "a-papod: debug: ", 16), 0);
	assert_int_equal(strncmp(error, "a-papod: error: ", 16), 0);
	assert_non_null(strstr(error, ": why\n"));
	assert_int_equal(strncmp(warning, "a-papod: warning: ", 18), 0);
	assert_string_equal(notice, "a-papod: Client disconnected\n");
}

static bool is_written(const struct log *log, struct terminal terminal, enum logbook entry)
{
	char text[200];

	log_entry(log, entry);
	return read_terminal(terminal, text, sizeof(text)) > 0;
}

static void the_level_of_the_start_returns(void **state)
{
	struct terminal terminal = take_stderr();
	struct log_sink *sink = log_sink_new("papod", false);
	const struct log *log = log_sink_log(sink);
	const uint8_t levels[] = { 0, SEVERITY_DEBUG, SEVERITY_ERROR, 0 };
	bool has_details[ARRAY_LENGTH(levels)], has_news[ARRAY_LENGTH(levels)];

	(void) state;
	for (size_t i = 0; i < ARRAY_LENGTH(levels); i++) {
		log_sink_set_level(log, levels[i]);
		has_details[i] = is_written(log, terminal, LOGBOOK_CLIENT_CONNECTED);
		has_news[i] = is_written(log, terminal, LOGBOOK_CLIENT_CLOSED);
		assert_int_equal(log_sink_chosen_level(log), levels[i]);
	}
	log_sink_free(sink);
	give_stderr_back(terminal);
	assert_memory_equal(has_details, ((bool[]){ false, true, false, false }), sizeof(levels));
	assert_memory_equal(has_news, ((bool[]){ true, true, false, true }), sizeof(levels));
}

/* If systemd reads standard error, lines begin with the severity. */
static void without_a_journal_lines_bear_their_severity(void **state)
{
	struct terminal terminal = take_stderr();
	struct log_sink *sink = log_sink_new_journal("papod", "/nonexistent/socket");
	bool is_journal = log_sink_is_journal(sink);
	char info[200], debug[200];

	(void) state;
	log_entry(log_sink_log(sink), LOGBOOK_CLIENT_CLOSED);
	read_terminal(terminal, info, sizeof(info));
	log_entry(log_sink_log(sink), LOGBOOK_CLIENT_CONNECTED);
	read_terminal(terminal, debug, sizeof(debug));
	log_sink_free(sink);
	give_stderr_back(terminal);
	assert_false(is_journal);
	assert_string_equal(info, "<6>Client disconnected\n");
	assert_int_equal(strncmp(debug, "<7>", 3), 0);
}

static void a_full_pipe_holds_nothing_up(void **state)
{
	struct terminal terminal = take_stderr();
	struct log_sink *sink = log_sink_new("papod", false);
	size_t n_lines = 0;
	char text[4096], count[32];

	(void) state;
	for (unsigned int i = 0; i < 5000; i++)
		log_entry(log_sink_log(sink), LOGBOOK_CLIENT_CLOSED, "REASON", "x");
	while (read_terminal(terminal, text, sizeof(text)))
		for (const char *at = text; (at = strchr(at, '\n')); at++)
			n_lines++;
	log_entry(log_sink_log(sink), LOGBOOK_CLIENT_CLOSED, "REASON", "y");
	read_terminal(terminal, text, sizeof(text));
	log_sink_free(sink);
	give_stderr_back(terminal);
	assert_in_range(n_lines, 1, 4999);
	snprintf(count, sizeof(count), "(count=%zu)\n", 5000 - n_lines);
	assert_non_null(strstr(text, count));
	assert_non_null(strstr(text, "Client disconnected: y\n"));
}

/* systemd.exec(5): the same file by device and inode. */
static void only_the_stream_that_systemd_names_is_the_journal(void **state)
{
	struct terminal terminal = take_stderr();
	struct stat status;
	char stream[64], text[200];
	struct log_sink *sink;

	(void) state;
	fstat(STDERR_FILENO, &status);
	for (unsigned int i = 0; i < 2; i++) {
		snprintf(stream, sizeof(stream), "%llu:%llu",
			(unsigned long long) status.st_dev + !i,
			(unsigned long long) status.st_ino + i);
		setenv("JOURNAL_STREAM", stream, 1);
		sink = log_sink_new("papod", false);
		log_entry(log_sink_log(sink), LOGBOOK_CLIENT_CLOSED);
		read_terminal(terminal, text, sizeof(text));
		log_sink_free(sink);
		unsetenv("JOURNAL_STREAM");
		if (strcmp(text, "papod: Client disconnected\n") != 0)
			break;
	}
	give_stderr_back(terminal);
	assert_string_equal(text, "papod: Client disconnected\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_entry_has_its_fields, start_journal, stop_journal),
		cmocka_unit_test_setup_teardown(
			a_value_with_a_line_end_adds_no_field, start_journal, stop_journal),
		cmocka_unit_test_setup_teardown(
			a_journal_that_does_not_read_holds_nothing_up, start_journal, stop_journal),
		cmocka_unit_test_setup_teardown(
			what_was_dropped_is_reported_once, start_journal, stop_journal),
		cmocka_unit_test_setup_teardown(
			the_end_reports_what_was_dropped, start_journal, stop_journal),
		cmocka_unit_test_setup_teardown(
			a_failure_ends_when_the_journal_has_read_it, start_journal, stop_journal),
		cmocka_unit_test_setup_teardown(
			a_journal_that_never_reads_ends_nothing_late, start_journal, stop_journal),
		cmocka_unit_test(problems_begin_with_their_place),
		cmocka_unit_test(a_line_is_written_whole_or_cut_where_a_pipe_would_tear_it),
		cmocka_unit_test(the_level_of_the_start_returns),
		cmocka_unit_test(people_see_details_only_if_they_want),
		cmocka_unit_test(without_a_journal_lines_bear_their_severity),
		cmocka_unit_test(a_full_pipe_holds_nothing_up),
		cmocka_unit_test(only_the_stream_that_systemd_names_is_the_journal),
		cmocka_unit_test(the_terminal_gets_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
