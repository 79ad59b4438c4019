/* Owns the loop of a forked process. */
#include "gate/forked.h"

#include <signal.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "gate/gate.h"
#include "gate/processes.h"
#include "service/log_sink.h"

#define GONE_MS 500

struct child {
	struct loop *loop;
	const struct log *log;
	struct process *process;
	struct listeners *listeners; /* NULL: it retires */
	int beat_fd;
	uint64_t beat_ms;
	uint8_t told_level; /* with the last beat */
	uint64_t stop_ms;   /* when it ends at the latest; UINT64_MAX: no one has said */
};

static void on_child_accept(
	void *data, int fd, const char *listener, const struct address *address, bool has_inherited)
{
	const struct child *child = data;

	process_accept(child->process, fd, listener, address, has_inherited);
}

/* A listener that only this process has open would take clients for no one. */
static void stop_child_at(struct child *child, uint64_t stop_ms)
{
	listeners_free(TAKE(child->listeners));
	if (stop_ms < child->stop_ms)
		child->stop_ms = stop_ms;
}

static void on_child_signal(void *data, int signal_number)
{
	struct child *child = data;

	stop_child_at(child,
		signal_number == SIGHUP ? UINT64_MAX : loop_now_ms(child->loop) + GATE_STOP_MS);
}

/* Only a papod that has started the gate. The parent notices too, and ends all; a process that
 * ended first would be reported as failed. */
static void on_child_papod_gone(void *data)
{
	struct child *child = data;

	child->stop_ms = loop_now_ms(child->loop) + GONE_MS;
}

/* The parent has no word of papod, which says how much is logged. */
static void beat(struct child *child)
{
	uint8_t level = log_sink_chosen_level(child->log);

	if (loop_now_ms(child->loop) < child->beat_ms && level == child->told_level)
		return;
	(void) !write(child->beat_fd, &level, 1);
	child->told_level = level;
	child->beat_ms = loop_now_ms(child->loop) + PROCESSES_BEAT_MS;
}

static void on_child_turn(void *data)
{
	struct child *child = data;

	beat(child);
	if (child->listeners)
		listeners_tick(child->listeners);
	process_tick(child->process);
}

static uint64_t child_deadline(const struct child *child)
{
	uint64_t deadlines[] = { child->stop_ms, child->beat_ms,
		child->listeners ? listeners_next_deadline(child->listeners) : UINT64_MAX,
		process_next_deadline(child->process) };
	uint64_t first_ms = UINT64_MAX;

	for (size_t i = 0; i < ARRAY_LENGTH(deadlines); i++)
		if (deadlines[i] < first_ms)
			first_ms = deadlines[i];
	return first_ms;
}

static bool child_has_ended(const struct child *child)
{
	return loop_now_ms(child->loop) >= child->stop_ms ||
	       (!child->listeners && process_is_idle(child->process));
}

static int serve_child(struct child *child, const struct process_needs *needs)
{
	static const int signals[] = { SIGHUP, SIGTERM, SIGINT };
	struct process_needs all = *needs;
	int error =
		loop_signals(child->loop, signals, ARRAY_LENGTH(signals), on_child_signal, child);

	all.loop = child->loop;
	all.on_papod_gone = on_child_papod_gone;
	all.data = child;
	child->process = process_new(&all);
	listeners_share(child->listeners, child->loop, on_child_accept, child);
	loop_at_turn_end(child->loop, on_child_turn, child);
	while (!error && !child_has_ended(child))
		error = loop_turn(child->loop, child_deadline(child));
	process_free(child->process);
	return error;
}

int forked_run(const struct process_needs *needs, struct listeners *listeners, int beat_fd)
{
	struct child child = {
		.log = needs->log,
		.listeners = listeners,
		.beat_fd = beat_fd,
		.stop_ms = UINT64_MAX,
	};
	int error = loop_new(&child.loop);

	if (!error)
		error = serve_child(&child, needs);
	listeners_free(child.listeners);
	loop_free(child.loop);
	/* The pipe closes when the process ends: until then its end would be taken for a failure.
	 */
	return error ? EX_OSERR : 0;
}
