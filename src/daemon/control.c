/* Owns the control socket, and in which order callers are served. Must not know what the calls
 * mean, except for those that take time. */
#include "daemon/control.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/list.h"
#include "base/mem.h"
#include "daemon/control_backup.h"
#include "daemon/control_connection.h"
#include "daemon/control_socket.h"

/* Reports */

static void end_reading_of(struct caller *caller)
{
	reading_end(TAKE(caller->reading));
}

static void put_past_part(struct caller *caller)
{
	caller->is_reporting = control_report_put_past(
		caller->reading, report_row(caller->past_kind), &caller->out);
	if (!caller->is_reporting)
		end_reading_of(caller);
}

static void put_report_part(struct caller *caller)
{
	if (caller->reading)
		put_past_part(caller);
	else
		caller->is_reporting = control_report_put(
			&caller->control->needs.metrics, &caller->parts, &caller->out);
	if (caller->is_reporting && !caller->may_have_parts) {
		caller->is_reporting = false;
		end_reading_of(caller);
		buffer_clear(&caller->out);
		control_calls_expect_more(&caller->out);
	}
	caller_give_time(caller);
}

static void begin_report(struct caller *caller, struct control_wanted *wanted)
{
	if (wanted->call.kind == REPORT_KIND_CHANGES) {
		control_report_changes(caller->control->needs.reload, &caller->out);
		return;
	}
	if (!control_report_begin(
		    engine_world(caller->control->needs.engine), wanted, &caller->parts)) {
		control_calls_refuse_missing(&caller->out, &wanted->call);
		return;
	}
	caller->may_have_parts = wanted->more;
	put_report_part(caller);
}

/* Imports */

static void put_import_results(struct caller *caller)
{
	control_import_put(&caller->import, &caller->out);
	caller->awaited = CONTROL_REQUEST_NONE;
	caller_give_time(caller);
}

/* What an import has asked for has come to its end. */
static void note_stored(struct control *control, const struct acted_later *later)
{
	struct caller *caller, *after;

	LIST_EACH_SAFE (caller, after, &control->callers, node)
		if (control_import_stored(&caller->import, later) &&
			caller->awaited == CONTROL_REQUEST_IMPORT) {
			put_import_results(caller);
			caller_go_on(caller);
		}
}

static void import_for_caller(struct caller *caller, const struct control_wanted *wanted)
{
	struct control *control = caller->control;

	control->acting = wanted->is_oneway ? NULL : caller;
	control_import_act(control->needs.engine, &wanted->event);
	control->acting = NULL;
	if (caller->import.n_waiting)
		caller->awaited = CONTROL_REQUEST_IMPORT;
	else if (caller->import.results)
		put_import_results(caller);
}

/* Lines of logs */

/* The answer to their event is not the caller's: there is more to come. */
static struct control_messages_needs begin_with_lines(struct caller *caller)
{
	struct control *control = caller->control;

	control->has_acted = false;
	return (struct control_messages_needs){ control->needs.engine, control->readings,
		&caller->out, &control->has_acted };
}

static void end_lines_unless(struct caller *caller, bool goes_on)
{
	caller->awaited = goes_on ? CONTROL_REQUEST_MESSAGES : CONTROL_REQUEST_NONE;
	if (!goes_on)
		control_messages_free(TAKE(caller->messages));
	caller_give_time(caller);
}

static void add_lines_for_caller(struct caller *caller, struct control_wanted *wanted)
{
	const struct control_messages_needs needs = begin_with_lines(caller);

	caller->messages = control_messages_new(&wanted->event);
	end_lines_unless(caller, control_messages_begin(caller->messages, &needs));
}

static void go_on_with_lines(struct caller *caller)
{
	const struct control_messages_needs needs = begin_with_lines(caller);

	end_lines_unless(caller, control_messages_go_on(caller->messages, &needs));
}

/* Acts */

/* The caller may be gone. */
static void end_act_later(struct control *control, const struct effect *effect)
{
	struct caller *caller, *after;

	LIST_EACH_SAFE (caller, after, &control->callers, node) {
		if (caller->act_request != effect->session)
			continue;
		caller->act_request = control_calls_put_acted(&caller->out, effect->text);
		caller_give_time(caller);
		caller_go_on(caller);
	}
}

void control_acted(void *data, const struct effect *effect)
{
	struct control *control = data;
	struct acted_later later;

	if (!control)
		return;
	if (outbox_read_stored(effect->text, &later)) {
		note_stored(control, &later);
		return;
	}
	if (control->acting && control_import_take(&control->acting->import, effect->text))
		return;
	if (*effect->text == '?') {
		if (control->acting)
			control->acting->act_request = effect->session;
		return;
	}
	if (effect->session) {
		end_act_later(control, effect);
		return;
	}
	control->has_acted = *effect->text == '+';
	if (control->acting)
		(void) control_calls_put_acted(&control->acting->out, effect->text);
}

/* What was put in answer to the act says less. */
static void change_log_level(struct caller *caller, const struct control_wanted *wanted)
{
	CLEANUP(buffer_done) struct buffer sentence = { 0 };

	buffer_put_byte(&sentence, '+');
	control_report_log_level(
		caller->control->needs.metrics.meters->sink, &wanted->call, &sentence);
	if (wanted->is_oneway)
		return;
	buffer_clear(&caller->out);
	(void) control_calls_put_acted(&caller->out, sentence.bytes);
}

static void act_for_caller(struct caller *caller, const struct control_wanted *wanted)
{
	struct control *control = caller->control;
	const char *problem;

	control->has_acted = false;
	control->acting = wanted->is_oneway ? NULL : caller;
	problem = control_report_act(control->needs.engine, control->needs.reload, &wanted->call);
	control->acting = NULL;
	if (control->has_acted && wanted->call.kind == REPORT_KIND_LOG_LEVEL)
		change_log_level(caller, wanted);
	if (problem && !wanted->is_oneway) {
		buffer_clear(&caller->out);
		control_calls_refuse(&caller->out, problem);
	}
}

/* The act notes who reads what, or refuses it. */
static void read_past_for_caller(struct caller *caller, struct control_wanted *wanted)
{
	struct control *control = caller->control;
	CLEANUP(buffer_done) struct buffer reason = { 0 };

	act_for_caller(caller, wanted);
	if (!control->has_acted)
		return;
	buffer_clear(&caller->out);
	caller->past_kind = wanted->call.kind;
	caller->reading = reading_begin(control->readings, &wanted->call, &reason);
	caller->is_reporting = caller->reading;
	caller->may_have_parts = wanted->more;
	if (!caller->reading)
		control_calls_refuse(&caller->out, buffer_text(&reason));
}

static void answer_wanted(struct caller *caller, struct control_wanted *wanted)
{
	if (wanted->request == CONTROL_REQUEST_REPORT || wanted->request == CONTROL_REQUEST_METRICS)
		begin_report(caller, wanted);
	else if (wanted->request == CONTROL_REQUEST_ACT)
		act_for_caller(caller, wanted);
	else if (wanted->request == CONTROL_REQUEST_PAST)
		read_past_for_caller(caller, wanted);
	else if (wanted->request == CONTROL_REQUEST_IMPORT)
		import_for_caller(caller, wanted);
	else if (wanted->request == CONTROL_REQUEST_MESSAGES)
		add_lines_for_caller(caller, wanted);
	else if (wanted->request != CONTROL_REQUEST_NONE)
		control_begin_backup(caller, wanted->request);
}

/* Reading */

/* False: the caller is gone. */
static bool take_call(struct caller *caller)
{
	size_t length = (size_t) (caller_find_call(caller) - caller->in.bytes);
	CLEANUP(control_wanted_done) struct control_wanted wanted = { 0 };

	if (!control_calls_take(caller->in.bytes, length, &caller->out, &wanted)) {
		caller_refuse(caller, "it sent something else than calls of Varlink");
		return false;
	}
	buffer_drop(&caller->in, length + 1);
	answer_wanted(caller, &wanted);
	caller_give_time(caller);
	return true;
}

/* Listening */

static void on_caller(void *data, int fd)
{
	caller_add(data, fd);
}

static void on_callers_wait(void *data, int error)
{
	const struct control *control = data;

	log_entry(control->needs.log, LOGBOOK_CONTROL_WAITS, "REASON", strerror(-error));
}

static int receive_callers(struct control *control)
{
	const struct reception_needs needs = {
		.loop = control->needs.loop,
		.listener = control->listener,
		.most = MOST_CALLERS,
		.on_caller = on_caller,
		.on_shortage = on_callers_wait,
		.data = control,
	};

	return reception_new(&needs, &control->reception);
}

static void begin_to_listen(struct control *control)
{
	int error =
		control->is_inherited ? 0 : control_socket_open(MOST_CALLERS, &control->listener);

	if (!error && control->listener >= 0)
		error = receive_callers(control);
	if (!error)
		return;
	control->listener = -1;
	log_entry(control->needs.log, LOGBOOK_LISTEN_FAILED, "LISTENER", CONTROL_SOCKET, "REASON",
		strerror(-error), "ORIGIN", control->is_inherited ? "systemd" : "papod");
}

struct control *control_new(const struct control_needs *needs, struct descriptors *inherited)
{
	struct control *control = mem_new(sizeof(*control));

	control->needs = *needs;
	control->listener = descriptors_take(inherited, CONTROL_SOCKET_NAME);
	control->is_inherited = control->listener >= 0;
	list_init(&control->callers);
	control->readings = readings_new(needs->pasts, needs->engine);
	control_init_copies(control);
	begin_to_listen(control);
	return control;
}

void control_free(struct control *control)
{
	struct caller *caller, *after;

	if (!control)
		return;
	LIST_EACH_SAFE (caller, after, &control->callers, node)
		caller_close(caller);
	readings_free(control->readings);
	if (control->listener >= 0 && !control->is_inherited)
		control_socket_unlink();
	reception_free(control->reception);
	free(control);
}

struct readings *control_readings(const struct control *control)
{
	return control->readings;
}

void control_list(const struct control *control, struct descriptors *files)
{
	if (control->is_inherited && control->listener >= 0)
		descriptors_add(files, control->listener, CONTROL_SOCKET_NAME);
}

/* Turns */

static struct caller *find_caller_to_serve(const struct control *control)
{
	struct caller *caller;

	LIST_EACH (caller, &control->callers, node)
		if (caller_has_call(caller) || caller_has_part(caller))
			return caller;
	return NULL;
}

/* One call or part of an answer in a turn, of all callers alternately, so that clients of the chat
 * do not wait. */
static void serve_next_caller(struct control *control)
{
	struct caller *caller = find_caller_to_serve(control);

	if (!caller)
		return;
	list_remove(&caller->node);
	list_add_last(&control->callers, &caller->node);
	if (caller_has_part(caller) && caller->messages)
		go_on_with_lines(caller);
	else if (caller_has_part(caller))
		put_report_part(caller);
	else if (!take_call(caller))
		return;
	caller_go_on(caller);
}

static void close_idle_callers(struct control *control)
{
	uint64_t now_ms = loop_now_ms(control->needs.loop);
	struct caller *caller, *after;

	LIST_EACH_SAFE (caller, after, &control->callers, node) {
		if (caller->deadline_ms > now_ms || caller_has_call(caller) ||
			caller_has_part(caller))
			continue;
		if (caller->out.length)
			caller_refuse(caller, "it did not read the answer to its call");
		else
			caller_close(caller);
	}
}

void control_tick(struct control *control)
{
	serve_next_caller(control);
	close_idle_callers(control);
	if (control->reception)
		reception_tick(control->reception);
}

uint64_t control_next_deadline(const struct control *control)
{
	uint64_t deadline_ms =
		control->reception ? reception_next_deadline(control->reception) : UINT64_MAX;
	const struct caller *caller;

	if (find_caller_to_serve(control))
		return 0;
	LIST_EACH (caller, &control->callers, node)
		if (caller->deadline_ms < deadline_ms)
			deadline_ms = caller->deadline_ms;
	return deadline_ms;
}
