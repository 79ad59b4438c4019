/* Owns the loop of papod-push. */
#include "push/push.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "files/config_files.h"
#include "files/problems.h"
#include "push/papod_desk.h"
#include "push/transfers.h"
#include "push/vapid.h"
#include "service/notifier.h"
#include "service/passed_socket.h"
#include "service/state_directory.h"

#define KEY_FILE "vapid.key"

struct push {
	const struct push_options *options;
	const struct log *log;
	struct loop *loop;
	struct notifier *notifier;
	struct vapid *vapid;
	struct papod_desk *desk;
	struct transfers *transfers;
	struct settings *settings; /* whose texts the transfers borrow */
	bool is_stopping;
	bool is_reloading;
};

static void on_push_message(void *data, struct push_message *message)
{
	const struct push *push = data;

	transfers_start(push->transfers, message);
}

static void on_push_answer(void *data, const char *id, enum push_result result, const char *reason)
{
	const struct push *push = data;

	papod_desk_answer(push->desk, id, result, reason);
}

/* papod reads the same files and reports all their problems. */
static struct settings *read_push_settings(const struct push *push)
{
	CLEANUP(config_files_done) struct config_files files = { 0 };
	CLEANUP(problems_done) struct problems unreadable = { 0 };
	CLEANUP(problems_done) struct problems reported_by_papod = { 0 };

	config_files_read(&files, push->options->config, &unreadable);
	problems_log(&unreadable, push->log);
	return settings_parse_leniently(files.items, files.count, &reported_by_papod);
}

static void use_push_settings(struct push *push)
{
	struct settings *old = push->settings;

	push->settings = read_push_settings(push);
	transfers_use(push->transfers, &(struct transfers_policy){
					       .contact = push->settings->push.contact,
					       .allow = push->settings->push.allow,
					       .n_allow = push->settings->push.n_allow,
				       });
	settings_unref(old);
}

static void on_push_signal(void *data, int signal_number)
{
	struct push *push = data;

	if (signal_number == SIGHUP)
		push->is_reloading = true;
	else
		push->is_stopping = true;
}

static void on_push_turn(void *data)
{
	struct push *push = data;

	if (push->is_reloading) {
		push->is_reloading = false;
		use_push_settings(push);
	}
	papod_desk_tick(push->desk);
	transfers_tick(push->transfers);
	notifier_tick(push->notifier, loop_now_ms(push->loop));
}

static struct vapid *load_push_key(struct buffer *reason)
{
	CLEANUP(mem_freep) char *path = state_directory_path(KEY_FILE);

	if (path)
		return vapid_load(path, reason);
	buffer_put_text(reason, "there is no state directory for the key, see papod-push(8)");
	return NULL;
}

static int make_push_loop(struct push *push)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
	int error = loop_new(&push->loop);

	if (!error)
		error = loop_signals(
			push->loop, signals, ARRAY_LENGTH(signals), on_push_signal, push);
	return error;
}

/* Takes the descriptor. */
static int make_push_parts(struct push *push, int fd)
{
	struct transfers_needs transfers = {
		.loop = push->loop,
		.log = push->log,
		.vapid = push->vapid,
		.resolver = push->options->resolver,
		.ca_file = push->options->ca_file,
		.on_answer = on_push_answer,
		.data = push,
	};
	struct papod_desk_needs desk = {
		.loop = push->loop,
		.log = push->log,
		.listener = fd,
		.key = vapid_key(push->vapid),
		.on_message = on_push_message,
		.data = push,
	};
	int error = papod_desk_new(&desk, &push->desk);

	if (error)
		return error;
	push->transfers = transfers_new(&transfers);
	if (!push->transfers)
		return -ENOMEM;
	use_push_settings(push);
	loop_at_turn_end(push->loop, on_push_turn, push);
	return 0;
}

static uint64_t next_push_deadline(const struct push *push)
{
	return loop_earlier(papod_desk_next_deadline(push->desk),
		loop_earlier(transfers_next_deadline(push->transfers),
			notifier_next_deadline(push->notifier)));
}

static int serve_pushes(struct push *push)
{
	int error = 0;

	log_entry(push->log, LOGBOOK_PUSH_STARTED, "VERSION", PACKAGE_VERSION);
	notifier_state(push->notifier, "READY=1", "Answers papod");
	while (!error && !push->is_stopping)
		error = loop_turn(push->loop, next_push_deadline(push));
	return error;
}

static void push_done(struct push *push)
{
	papod_desk_free(push->desk);
	transfers_free(push->transfers);
	settings_unref(push->settings);
	vapid_free(push->vapid);
	notifier_free(push->notifier);
	loop_free(push->loop);
	curl_global_cleanup();
}

static int fail_push(const struct log *log, const char *reason, int status)
{
	log_entry(log, LOGBOOK_START_FAILED, "REASON", reason);
	return status;
}

int push_run(const struct push_options *options, const struct log *log)
{
	CLEANUP(push_done) struct push push = { .options = options, .log = log };
	CLEANUP(buffer_done) struct buffer why = { 0 };
	int fd = passed_socket_take("papod-push.socket", &why), error;

	if (fd < 0)
		return fail_push(log, why.bytes, EX_USAGE);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return fail_push(log, "libcurl cannot be used", EX_SOFTWARE);
	push.notifier = notifier_new();
	push.vapid = load_push_key(&why);
	if (!push.vapid)
		return fail_push(log, why.bytes, EX_CONFIG);
	error = make_push_loop(&push);
	if (!error)
		error = make_push_parts(&push, fd);
	if (!error)
		error = serve_pushes(&push);
	return error ? fail_push(log, strerror(-error), EX_OSERR) : 0;
}
