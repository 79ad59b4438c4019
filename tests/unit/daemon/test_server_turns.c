/* What the server does in each turn of its loop, and how the turns end. A test decides what happens
 * instead of a turn, in the process of the server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#include "daemon/clients.h"
#include "daemon/control.h"
#include "daemon/gates.h"
#include "daemon/handover.h"
#include "daemon/recorder.h"
#include "daemon/sleepers.h"
#include "daemon/status.h"
#include "daemon/stop_kind.h"
#include "server_process.h"

#define SOON 12345
#define RELOADED 99 /* an exit status */

/* Parts with a deadline, a turn, or both. */
enum part {
	PART_WORLD,
	PART_CONNECTIONS,
	PART_LISTENERS,
	PART_RELOAD,
	PART_HELPERS,
	PART_SURVIVAL,
	PART_HANDOVER,
	PART_CLIENTS,
	PART_GATES,
	PART_CONTROL,
	PART_NOTIFIER, /* its turn is that of the status */
	PARTS_WITH_DEADLINE,
	PART_RECORDER = PARTS_WITH_DEADLINE,
	PART_SLEEPERS,
	PART_STATUS,
	PART_COUNT,
};

static struct {
	int (*take_turn)(struct loop *loop, uint64_t deadline_ms); /* NULL: as always */
	unsigned int n_turns;
	bool has_deadlines; /* of the test */
	enum part sole;	    /* the only part with a deadline */
	uint64_t expected_ms;
	unsigned int ticked;  /* a bit for each part */
	const size_t *counts; /* of connections, at the end of each turn; NULL: the real ones */
	unsigned int n_resumed;
	bool is_ready; /* for a handover */
	bool is_asked; /* for a reload */
	bool must_not_hand_over;
	unsigned int n_handed_over;
	bool has_terminal;
	bool is_terminal_closed; /* after the start */
	enum stop_kind stop_kind;
} play;

static uint64_t deadline_of(enum part part, uint64_t real_ms)
{
	if (!play.has_deadlines)
		return real_ms;
	return play.sole == part ? SOON : UINT64_MAX;
}

#define WRAP_DEADLINE(name, type, PART)                                                            \
	uint64_t __real_##name##_next_deadline(const type *part);                                  \
	uint64_t __wrap_##name##_next_deadline(const type *part);                                  \
	uint64_t __wrap_##name##_next_deadline(const type *part)                                   \
	{                                                                                          \
		return deadline_of(PART, __real_##name##_next_deadline(part));                     \
	}

WRAP_DEADLINE(connections, struct connections, PART_CONNECTIONS)
WRAP_DEADLINE(listeners, struct listeners, PART_LISTENERS)
WRAP_DEADLINE(reload, struct reload, PART_RELOAD)
WRAP_DEADLINE(helpers, struct helpers, PART_HELPERS)
WRAP_DEADLINE(survival, struct survival, PART_SURVIVAL)
WRAP_DEADLINE(handover, struct handover, PART_HANDOVER)
WRAP_DEADLINE(clients, struct clients, PART_CLIENTS)
WRAP_DEADLINE(gates, struct gates, PART_GATES)
WRAP_DEADLINE(control, struct control, PART_CONTROL)
WRAP_DEADLINE(notifier, struct notifier, PART_NOTIFIER)

#define WRAP_TURN(name, type, PART)                                                                \
	void __real_##name(type *part);                                                            \
	void __wrap_##name(type *part);                                                            \
	void __wrap_##name(type *part)                                                             \
	{                                                                                          \
		play.ticked |= 1U << (PART);                                                       \
		__real_##name(part);                                                               \
	}

WRAP_TURN(connections_tick, struct connections, PART_CONNECTIONS)
WRAP_TURN(listeners_tick, struct listeners, PART_LISTENERS)
WRAP_TURN(reload_tick, struct reload, PART_RELOAD)
WRAP_TURN(helpers_tick, struct helpers, PART_HELPERS)
WRAP_TURN(survival_tick, struct survival, PART_SURVIVAL)
WRAP_TURN(handover_tick, struct handover, PART_HANDOVER)
WRAP_TURN(clients_tick, struct clients, PART_CLIENTS)
WRAP_TURN(control_tick, struct control, PART_CONTROL)
WRAP_TURN(recorder_flush, struct recorder, PART_RECORDER)
WRAP_TURN(sleepers_tick, struct sleepers, PART_SLEEPERS)

void __real_gates_tick(struct gates *gates, struct settings *settings);
void __wrap_gates_tick(struct gates *gates, struct settings *settings);
void __real_status_tick(struct status *status, uint64_t now_ms);
void __wrap_status_tick(struct status *status, uint64_t now_ms);
uint64_t __real_world_next_deadline(const struct world *world);
uint64_t __wrap_world_next_deadline(const struct world *world);
uint64_t __real_engine_loop_ms(const struct engine *engine, uint64_t now_ms);
uint64_t __wrap_engine_loop_ms(const struct engine *engine, uint64_t now_ms);
uint64_t __wrap_engine_now_ms(struct engine *engine);
uint64_t __real_engine_now_ms(struct engine *engine);
void __real_engine_expect_turn(struct engine *engine, uint64_t deadline_ms);
void __wrap_engine_expect_turn(struct engine *engine, uint64_t deadline_ms);
void __real_engine_handle(struct engine *engine, struct event *event);
void __wrap_engine_handle(struct engine *engine, struct event *event);
int __real_loop_turn(struct loop *loop, uint64_t deadline_ms);
int __wrap_loop_turn(struct loop *loop, uint64_t deadline_ms);
size_t __real_connections_count(const struct connections *connections);
size_t __wrap_connections_count(const struct connections *connections);
void __wrap_listeners_resume(struct listeners *listeners);
bool __wrap_handover_is_ready(const struct handover *handover);
void __wrap_handover_act(struct handover *handover);
bool __real_reload_is_asked(const struct reload *reload);
bool __wrap_reload_is_asked(const struct reload *reload);
int __wrap_isatty(int fd);
enum stop_kind __wrap_stop_kind_ask(void);

/* The world is due exactly now, or never. */
uint64_t __wrap_world_next_deadline(const struct world *world)
{
	return play.has_deadlines ? SOON : __real_world_next_deadline(world);
}

uint64_t __wrap_engine_now_ms(struct engine *engine)
{
	return play.has_deadlines ? SOON : __real_engine_now_ms(engine);
}

uint64_t __wrap_engine_loop_ms(const struct engine *engine, uint64_t now_ms)
{
	return deadline_of(PART_WORLD, __real_engine_loop_ms(engine, now_ms));
}

void __wrap_engine_expect_turn(struct engine *engine, uint64_t deadline_ms)
{
	play.expected_ms = deadline_ms;
	__real_engine_expect_turn(engine, deadline_ms);
}

void __wrap_engine_handle(struct engine *engine, struct event *event)
{
	if (event->kind == EVENT_TICK)
		play.ticked |= 1U << PART_WORLD;
	__real_engine_handle(engine, event);
}

void __wrap_gates_tick(struct gates *gates, struct settings *settings)
{
	play.ticked |= 1U << PART_GATES;
	__real_gates_tick(gates, settings);
}

void __wrap_status_tick(struct status *status, uint64_t now_ms)
{
	if (now_ms)
		play.ticked |= 1U << PART_STATUS;
	__real_status_tick(status, now_ms);
}

int __wrap_loop_turn(struct loop *loop, uint64_t deadline_ms)
{
	play.n_turns++;
	return play.take_turn ? play.take_turn(loop, deadline_ms)
			      : __real_loop_turn(loop, deadline_ms);
}

size_t __wrap_connections_count(const struct connections *connections)
{
	return play.counts && play.n_turns ? play.counts[play.n_turns - 1]
					   : __real_connections_count(connections);
}

void __wrap_listeners_resume(struct listeners *listeners)
{
	(void) listeners;
	play.n_resumed++;
}

bool __wrap_handover_is_ready(const struct handover *handover)
{
	(void) handover;
	return play.is_ready;
}

void __wrap_handover_act(struct handover *handover)
{
	(void) handover;
	if (play.must_not_hand_over)
		_exit(1);
	play.n_handed_over++;
}

/* After the turn, the server asks once more. */
bool __wrap_reload_is_asked(const struct reload *reload)
{
	return play.is_asked || __real_reload_is_asked(reload);
}

int __wrap_isatty(int fd)
{
	bool has_terminal = fd == STDERR_FILENO && play.has_terminal;

	play.has_terminal &= !play.is_terminal_closed;
	return has_terminal;
}

enum stop_kind __wrap_stop_kind_ask(void)
{
	return play.stop_kind;
}

static int setup(void **state)
{
	memset(&play, 0, sizeof(play));
	return server_process_setup(state);
}

static int setup_managed(void **state)
{
	memset(&play, 0, sizeof(play));
	return server_process_setup_managed(state);
}

/* The exit status of a server with these turns. */
static int run_turns(
	struct server_process *process, int (*take_turn)(struct loop *loop, uint64_t deadline_ms))
{
	play.take_turn = take_turn;
	return server_process_end(server_process_start(process));
}

static int check_deadline(struct loop *loop, uint64_t deadline_ms)
{
	(void) loop;
	_exit(deadline_ms != SOON || play.expected_ms != SOON);
}

static void the_loop_waits_for_each_part(void **state)
{
	play.has_deadlines = true;
	for (int part = 0; part < PARTS_WITH_DEADLINE; part++) {
		play.sole = (enum part) part;
		assert_int_equal(run_turns(*state, check_deadline), 0);
	}
}

static int check_ticks(struct loop *loop, uint64_t deadline_ms)
{
	unsigned int wanted = ((1U << PART_COUNT) - 1) & ~(1U << PART_NOTIFIER);

	(void) deadline_ms;
	play.ticked = 0;
	(void) __real_loop_turn(loop, 0);
	_exit(play.ticked != wanted);
}

static void each_part_has_its_turn(void **state)
{
	play.has_deadlines = true;
	assert_int_equal(run_turns(*state, check_ticks), 0);
}

static int take_counted_turn(struct loop *loop, uint64_t deadline_ms)
{
	static const unsigned int n_resumed[] = { 0, 0, 0, 1, 1 }; /* before each turn */

	(void) deadline_ms;
	if (play.n_turns > 1 && play.n_resumed != n_resumed[play.n_turns - 1])
		_exit(1);
	if (play.n_turns == 5)
		_exit(0);
	return __real_loop_turn(loop, 0);
}

static void listeners_go_on_once_a_connection_has_ended(void **state)
{
	static const size_t counts[] = { 2, 2, 1, 1, 1 };

	play.counts = counts;
	assert_int_equal(run_turns(*state, take_counted_turn), 0);
}

static int stop_turn(struct loop *loop, uint64_t deadline_ms)
{
	(void) deadline_ms;
	raise(SIGINT);
	return __real_loop_turn(loop, 0);
}

static int terminate_turn(struct loop *loop, uint64_t deadline_ms)
{
	(void) deadline_ms;
	raise(SIGTERM);
	return __real_loop_turn(loop, 0);
}

/* Two operators, or one and a signal. */
static void a_server_that_stops_reads_no_files(void **state)
{
	struct server_process *process = *state;

	play.is_asked = true;
	assert_int_equal(run_turns(process, terminate_turn), 0);
	server_process_await(process, "stopping ");
	assert_null(strstr(process->logged.bytes, "reloaded "));
}

static int take_hangup(struct loop *loop, uint64_t deadline_ms)
{
	(void) deadline_ms;
	if (play.n_turns > 1)
		_exit(RELOADED);
	raise(SIGHUP);
	return __real_loop_turn(loop, 0);
}

static void a_terminal_that_closes_ends_it(void **state)
{
	play.has_terminal = true;
	assert_int_equal(run_turns(*state, take_hangup), RELOADED);
	play.is_terminal_closed = true;
	assert_int_equal(run_turns(*state, take_hangup), 0);
	play.has_terminal = false;
	assert_int_equal(run_turns(*state, take_hangup), RELOADED);
}

static int fail_turn(struct loop *loop, uint64_t deadline_ms)
{
	(void) loop;
	(void) deadline_ms;
	return -EIO;
}

static void a_loop_that_fails_ends_it(void **state)
{
	struct server_process *process = *state;

	assert_int_equal(run_turns(process, fail_turn), EX_OSERR);
	server_process_await(
		process, "stopping 0 failed the event loop failed: Input/output error ");
}

static int ready_turn(struct loop *loop, uint64_t deadline_ms)
{
	(void) loop;
	(void) deadline_ms;
	if (play.n_turns > 1)
		_exit(play.n_handed_over == 1 ? 0 : 1);
	return 0;
}

static void a_handover_waits_for_a_reload(void **state)
{
	play.is_ready = true;
	assert_int_equal(run_turns(*state, ready_turn), 0);
	play.is_asked = true;
	assert_int_equal(run_turns(*state, ready_turn), 1);
}

static void a_handover_does_not_follow_a_stop(void **state)
{
	struct server_process *process = *state;

	play.is_ready = true;
	play.must_not_hand_over = true;
	assert_int_equal(run_turns(process, stop_turn), 0);
}

/* Another process than the service manager sends SIGINT. */
static void only_a_stop_by_the_manager_can_be_a_restart(void **state)
{
	struct server_process *process = *state;

	play.stop_kind = STOP_KIND_RESTART;
	assert_int_equal(run_turns(process, stop_turn), 0);
	server_process_await(process, "stopping 0 ");
}

static void a_stop_by_the_manager_is_the_end(void **state)
{
	struct server_process *process = *state;

	play.stop_kind = STOP_KIND_STOP;
	assert_int_equal(run_turns(process, terminate_turn), 0);
	server_process_await(process, "stopping 0 ");
}

static void a_restart_by_the_manager_leaves_all_to_the_next(void **state)
{
	struct server_process *process = *state;

	play.stop_kind = STOP_KIND_RESTART;
	assert_int_equal(run_turns(process, terminate_turn), 0);
	server_process_await(process, "left ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, server_process_teardown)
#define MANAGED_TEST(name)                                                                         \
	cmocka_unit_test_setup_teardown(name, setup_managed, server_process_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_loop_waits_for_each_part),
		TEST(each_part_has_its_turn),
		TEST(listeners_go_on_once_a_connection_has_ended),
		TEST(a_server_that_stops_reads_no_files),
		TEST(a_terminal_that_closes_ends_it),
		TEST(a_loop_that_fails_ends_it),
		TEST(a_handover_waits_for_a_reload),
		TEST(a_handover_does_not_follow_a_stop),
		MANAGED_TEST(only_a_stop_by_the_manager_can_be_a_restart),
		MANAGED_TEST(a_stop_by_the_manager_is_the_end),
		MANAGED_TEST(a_restart_by_the_manager_leaves_all_to_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
