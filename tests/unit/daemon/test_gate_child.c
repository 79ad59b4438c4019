/* A gate as a child process. This program is also that gate, under the gate's name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config/problem.h"
#include "daemon/gate_child.h"

#define REPORT "PAPOD_TEST_REPORT" /* the FIFO where the gate says what it does */
#define CONDUCT "PAPOD_TEST_CONDUCT"
#define TLS "listen = ( { address = \"127.0.0.1\"; port = 0; tls = true; } );\n"

struct house {
	struct loop *loop;
	struct log log;
	struct gate_link *link;
	struct gate_child *child;
	struct buffer logged; /* reasons */
	char directory[32], gate[64], program[64], report[64];
	const char *found; /* as papod's program; NULL: unknown */
	int report_fd;
	uint64_t now_ms;
	bool is_verbose;
	bool has_no_descriptors; /* for processes */
};

uint64_t __wrap_loop_now_ms(const struct loop *loop);
int __real_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms);
int __wrap_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms);

static struct house *house_of_clock;

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
	(void) loop;
	return house_of_clock->now_ms;
}

/* What the test itself waits for comes at once, or in 20 seconds. */
int __wrap_poll(struct pollfd *fds, nfds_t n_fds, int timeout_ms)
{
	if (timeout_ms && timeout_ms != 20000)
		assert_int_equal(timeout_ms, 500);
	return __real_poll(fds, n_fds, timeout_ms);
}

int __real_pidfd_open(pid_t pid, unsigned int flags);
int __wrap_pidfd_open(pid_t pid, unsigned int flags);

int __wrap_pidfd_open(pid_t pid, unsigned int flags)
{
	if (!house_of_clock->has_no_descriptors)
		return __real_pidfd_open(pid, flags);
	errno = EMFILE;
	return -1;
}

static void note_entry(void *data, enum logbook entry, const char *const *fields)
{
	struct house *house = data;

	if (entry == LOGBOOK_GATE_FAILED) /* the link has entries of its own */
		buffer_format(&house->logged, "%s\n", fields[1]);
}

static const char *expect_no_offer(void *data, const struct clients_offer *offer)
{
	(void) data;
	(void) offer;
	fail();
	return NULL;
}

static void make_child(struct house *house)
{
	const struct gate_child_needs needs = {
		.loop = house->loop,
		.log = &house->log,
		.link = house->link,
		.program = house->found,
		.config = house->is_verbose ? "/etc/x.conf" : NULL,
		.is_verbose = house->is_verbose,
	};

	house->child = gate_child_new(&needs);
}

static void make_parts(struct house *house)
{
	struct gate_link_needs needs = { .log = &house->log, .on_offer = expect_no_offer };

	house->log = (struct log){ note_entry, house };
	assert_int_equal(loop_new(&house->loop), 0);
	needs.loop = house->loop;
	house->link = gate_link_new(&needs);
	make_child(house);
}

static int start_house(void **state)
{
	struct house *house = calloc(1, sizeof(*house));

	house_of_clock = house;
	house->now_ms = 100000;
	strcpy(house->directory, "/tmp/papod-child-XXXXXX");
	assert_non_null(mkdtemp(house->directory));
	snprintf(house->gate, sizeof(house->gate), "%s/papod-gate", house->directory);
	snprintf(house->program, sizeof(house->program), "%s/papod", house->directory);
	snprintf(house->report, sizeof(house->report), "%s/report", house->directory);
	house->found = house->program;
	assert_int_equal(symlink("/proc/self/exe", house->gate), 0);
	assert_int_equal(mkfifo(house->report, 0600), 0);
	house->report_fd = open(house->report, O_RDWR | O_CLOEXEC);
	setenv(REPORT, house->report, 1);
	unsetenv(CONDUCT);
	make_parts(house);
	*state = house;
	return 0;
}

static void free_parts(struct house *house)
{
	gate_child_free(house->child);
	gate_link_free(house->link);
	loop_free(house->loop);
	buffer_done(&house->logged);
}

static int stop_house(void **state)
{
	struct house *house = *state;

	free_parts(house);
	close(house->report_fd);
	unlink(house->gate);
	unlink(house->report);
	assert_int_equal(rmdir(house->directory), 0);
	free(house);
	return 0;
}

/* The gate says it next. */
static void expect_report(const struct house *house, const char *text)
{
	struct pollfd ready = { .fd = house->report_fd, .events = POLLIN };
	char line[128] = "";

	assert_int_equal(poll(&ready, 1, 20000), 1);
	for (size_t i = 0; i + 1 < sizeof(line) && !strchr(line, '\n'); i++)
		assert_int_equal(read(house->report_fd, line + i, 1), 1);
	line[strcspn(line, "\n")] = '\0';
	assert_string_equal(line, text);
}

static void expect_no_report(const struct house *house)
{
	struct pollfd ready = { .fd = house->report_fd, .events = POLLIN };

	assert_int_equal(poll(&ready, 1, 0), 0);
}

static void follow(struct house *house, const char *config)
{
	const struct source source = { .name = "papod.conf", .text = config };
	struct problems problems = { 0 };
	struct settings *settings = settings_parse(&source, 1, &problems);

	assert_non_null(settings);
	gate_child_follow(house->child, settings);
	gate_child_follow(house->child, settings); /* no change */
	settings_unref(settings);
	problems_done(&problems);
}

/* Turns until the child that ends is reaped. */
static void await_end(struct house *house)
{
	siginfo_t end = { 0 };

	while (waitid(P_ALL, 0, &end, WEXITED | WNOWAIT) == 0)
		assert_int_equal(loop_turn(house->loop, 0), 0);
	assert_int_equal(errno, ECHILD);
}

static void expect_logged(struct house *house, const char *lines)
{
	assert_string_equal(buffer_text(&house->logged), lines);
	buffer_clear(&house->logged);
}

static void expect_planned(struct house *house, uint64_t wait_ms)
{
	assert_int_equal(gate_child_next_deadline(house->child), house->now_ms + wait_ms);
	house->now_ms += wait_ms - 1;
	gate_child_tick(house->child);
	expect_no_report(house);
	house->now_ms++;
	gate_child_tick(house->child);
}

static size_t count_gates(const struct gate_link *link)
{
	struct descriptors gates = { 0 };
	size_t count;

	gate_link_list(link, "gate", &gates);
	count = gates.count;
	descriptors_forget(&gates);
	return count;
}

static void without_a_listener_for_it_no_gate_runs(void **state)
{
	struct house *house = *state;

	follow(house, "listen = ( { address = \"127.0.0.1\"; port = 0; } );\n");
	assert_false(gate_child_is_wanted(house->child));
	assert_int_equal(gate_child_next_deadline(house->child), UINT64_MAX);
	assert_int_equal(count_gates(house->link), 0);
	expect_no_report(house);
}

static void it_follows_the_settings(void **state)
{
	struct house *house = *state;

	follow(house, TLS);
	assert_true(gate_child_is_wanted(house->child));
	expect_report(house, "--handover-fd 3");
	assert_int_equal(count_gates(house->link), 1);
	assert_int_equal(gate_child_next_deadline(house->child), UINT64_MAX);
	follow(house, TLS);
	expect_report(house, "hup");
	follow(house, "");
	assert_false(gate_child_is_wanted(house->child));
	expect_report(house, "term");
	await_end(house);
	expect_logged(house, "");
	assert_int_equal(gate_child_next_deadline(house->child), UINT64_MAX);
	follow(house, TLS);
	expect_report(house, "--handover-fd 3");
}

static void it_gets_the_options_of_papod(void **state)
{
	struct house *house = *state;

	gate_child_free(house->child);
	house->is_verbose = true;
	make_child(house);
	follow(house, TLS);
	expect_report(house, "--handover-fd 3 --config /etc/x.conf --verbose");
}

static void a_gate_that_ends_is_started_later_and_later(void **state)
{
	static const uint64_t waits_ms[] = { 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000 };
	struct house *house = *state;

	setenv(CONDUCT, "fail", 1);
	follow(house, TLS);
	for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
		expect_report(house, "--handover-fd 3");
		await_end(house);
		expect_logged(house, "it ended with status 7\n");
		expect_planned(house, waits_ms[i]);
	}
	expect_report(house, "--handover-fd 3");
	house->now_ms += 9999;
	await_end(house);
	expect_planned(house, 60000);
	expect_report(house, "--handover-fd 3");
	house->now_ms += 10000; /* it has run for long */
	await_end(house);
	buffer_clear(&house->logged);
	expect_planned(house, 1000);
	expect_report(house, "--handover-fd 3");
}

static void a_crash_is_logged_with_its_signal(void **state)
{
	struct house *house = *state;

	setenv(CONDUCT, "crash", 1);
	follow(house, TLS);
	expect_report(house, "--handover-fd 3");
	await_end(house);
	expect_logged(house, "it ended with signal 9\n");
}

static void a_gate_that_is_not_there_is_sought_again(void **state)
{
	struct house *house = *state;

	unlink(house->gate);
	follow(house, TLS);
	expect_logged(house, "No such file or directory\n");
	assert_int_equal(count_gates(house->link), 0);
	expect_planned(house, 1000);
	expect_logged(house, "No such file or directory\n");
	assert_int_equal(symlink("/proc/self/exe", house->gate), 0);
	expect_planned(house, 2000);
	expect_report(house, "--handover-fd 3");
	expect_logged(house, "");
}

/* Otherwise it would go on serving beside the next one. */
static void a_gate_that_cannot_be_watched_is_ended(void **state)
{
	struct house *house = *state;

	house->has_no_descriptors = true;
	follow(house, TLS);
	expect_logged(house, "Too many open files\n");
	assert_int_equal(waitid(P_ALL, 0, &(siginfo_t){ 0 }, WEXITED | WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	assert_int_equal(count_gates(house->link), 0);
	assert_int_equal(gate_child_next_deadline(house->child), house->now_ms + 1000);
}

static void without_papods_own_file_there_is_none(void **state)
{
	static const char *const names[] = { NULL, "papod" };
	struct house *house = *state;

	for (size_t i = 0; i < 2; i++) {
		gate_child_free(house->child);
		house->found = names[i];
		make_child(house);
		follow(house, TLS);
		expect_logged(house, "No such file or directory\n");
	}
}

static void who_is_no_longer_wanted_is_not_started_again(void **state)
{
	struct house *house = *state;

	unlink(house->gate);
	follow(house, TLS);
	expect_logged(house, "No such file or directory\n");
	follow(house, "");
	assert_int_equal(gate_child_next_deadline(house->child), UINT64_MAX);
	house->now_ms += 100000;
	gate_child_tick(house->child);
	expect_logged(house, "");
}

static void the_end_of_papod_ends_it(void **state)
{
	struct house *house = *state;

	follow(house, TLS);
	expect_report(house, "--handover-fd 3");
	gate_child_free(house->child);
	house->child = NULL;
	expect_report(house, "term");
}

static void a_gate_that_does_not_end_is_killed(void **state)
{
	struct house *house = *state;

	setenv(CONDUCT, "stay", 1);
	follow(house, TLS);
	expect_report(house, "--handover-fd 3");
	gate_child_free(house->child); /* waits for its end */
	house->child = NULL;
	expect_report(house, "term");
}

/* The next program in the same process has a loop of its own. */
static void another_program_goes_on_with_it(void **state)
{
	struct house *house = *state, next = *house;
	struct descriptors files = { 0 }, passed = { 0 };

	follow(house, TLS);
	expect_report(house, "--handover-fd 3");
	gate_child_list(house->child, &files);
	assert_int_equal(files.count, 2);
	for (size_t i = 0; i < files.count; i++)
		descriptors_add(&passed, dup(files.files[i].fd), files.files[i].name);
	descriptors_forget(&files);
	make_parts(&next);
	gate_child_inherit(next.child, &passed);
	assert_int_equal(count_gates(next.link), 1);
	expect_no_report(house);
	follow(&next, TLS);
	expect_report(house, "hup");
	follow(&next, "");
	expect_report(house, "term");
	await_end(&next);
	expect_logged(&next, "");
	descriptors_done(&passed);
	free_parts(&next);
}

static void without_a_gate_nothing_is_passed_on(void **state)
{
	struct house *house = *state;
	struct descriptors files = { 0 };

	gate_child_list(house->child, &files);
	assert_int_equal(files.count, 0);
	gate_child_inherit(house->child, &files);
	follow(house, TLS);
	expect_report(house, "--handover-fd 3");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_house, stop_house)

static int try_all(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_listener_for_it_no_gate_runs),
		TEST(it_follows_the_settings),
		TEST(it_gets_the_options_of_papod),
		TEST(a_gate_that_ends_is_started_later_and_later),
		TEST(a_crash_is_logged_with_its_signal),
		TEST(a_gate_that_is_not_there_is_sought_again),
		TEST(a_gate_that_cannot_be_watched_is_ended),
		TEST(without_papods_own_file_there_is_none),
		TEST(who_is_no_longer_wanted_is_not_started_again),
		TEST(the_end_of_papod_ends_it),
		TEST(a_gate_that_does_not_end_is_killed),
		TEST(another_program_goes_on_with_it),
		TEST(without_a_gate_nothing_is_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

static void report_options(int fd, int argc, char **argv)
{
	char line[128] = "";

	for (int i = 1; i < argc; i++)
		snprintf(line + strlen(line), sizeof(line) - strlen(line), "%s%s", argv[i],
			i + 1 < argc ? " " : "\n");
	(void) !write(fd, line, strlen(line));
}

/* As the gate: an exit status. */
static int be_gate(int argc, char **argv)
{
	const char *conduct = getenv(CONDUCT) ? getenv(CONDUCT) : "";
	int fd = open(getenv(REPORT), O_WRONLY | O_CLOEXEC), number;
	struct stat link, input;
	sigset_t set;

	prctl(PR_SET_PDEATHSIG, SIGKILL); /* after a failed assertion */
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (fstat(3, &link) < 0 || !S_ISSOCK(link.st_mode) || fstat(0, &input) < 0 ||
		!S_ISCHR(input.st_mode))
		return 99;
	report_options(fd, argc, argv);
	if (strcmp(conduct, "crash") == 0)
		raise(SIGKILL);
	if (strcmp(conduct, "fail") == 0)
		return 7;
	while (sigwait(&set, &number) == 0) {
		(void) !write(fd, number == SIGHUP ? "hup\n" : "term\n", number == SIGHUP ? 4 : 5);
		if (number == SIGTERM && strcmp(conduct, "stay") != 0)
			return 0;
	}
	return 98;
}

int main(int argc, char **argv)
{
	return strcmp(argv[0], "papod-gate") == 0 ? be_gate(argc, argv) : try_all();
}
