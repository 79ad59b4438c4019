#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buffer.h"
#include "daemon/log_sink.h"

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
	journal->sink = log_sink_new_journal(journal->path);
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
	assert_non_null(strstr(entry, "\nPRIORITY=6\n"));
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
	assert_non_null(strstr(entry, "MESSAGE=Client closed: a\\x0aPRIORITY=0\n"));
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
	assert_string_equal(text.bytes, "Client closed: \\x0d\\x0a\\x7f (nick=a\\x1b[2J)");
	buffer_done(&text);
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
		cmocka_unit_test(problems_begin_with_their_place),
		cmocka_unit_test(the_terminal_gets_no_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
