/* Owns the loop of papod-lookup. systemd keeps the socket, and starts it again with the next
 * question. */
#include "lookup/name_service.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "lookup/name_desk.h"
#include "net/unix_socket.h"
#include "service/notifier.h"
#include "service/passed_socket.h"

#define CONNECTION_IDLE_MS 30000

struct name_service {
	const struct name_service_options *options;
	struct loop *loop;
	struct notifier *notifier;
	struct name_desk *desk;
	uint64_t idle_since_ms;
	bool is_stopping;
};

static void on_name_signal(void *data, int signal_number)
{
	struct name_service *service = data;

	(void) signal_number;
	service->is_stopping = true;
}

static uint64_t end_of_idleness(const struct name_service *service)
{
	if (!service->options->idle_ms || name_desk_count(service->desk))
		return UINT64_MAX;
	return service->idle_since_ms + service->options->idle_ms;
}

static void on_name_turn(void *data)
{
	struct name_service *service = data;
	uint64_t now_ms = loop_now_ms(service->loop);

	name_desk_tick(service->desk);
	notifier_tick(service->notifier, now_ms);
	if (name_desk_count(service->desk))
		service->idle_since_ms = now_ms;
	if (end_of_idleness(service) <= now_ms)
		service->is_stopping = true;
}

static uint64_t next_name_deadline(const struct name_service *service)
{
	return loop_earlier(
		end_of_idleness(service), loop_earlier(name_desk_next_deadline(service->desk),
						  notifier_next_deadline(service->notifier)));
}

/* -1: why says what is wrong. */
static int open_name_socket(const struct name_service_options *options, struct buffer *why)
{
	int fd;

	if (!options->listen)
		return passed_socket_take("papod-lookup.socket", why);
	fd = unix_socket_listen(options->listen);
	if (fd >= 0)
		return fd;
	buffer_format(why, "%s: %s", options->listen, strerror(-fd));
	return -1;
}

/* Takes the descriptor. */
static int make_name_parts(struct name_service *service, int fd, const struct log *log)
{
	static const int signals[] = { SIGTERM, SIGINT };
	struct name_desk_needs needs = {
		.log = log,
		.listener = fd,
		.most_threads = service->options->threads,
		.timeout_ms = service->options->timeout_ms,
		.idle_ms = CONNECTION_IDLE_MS,
		.answer = name_library_answer,
	};
	int error = loop_new(&service->loop);

	if (!error)
		error = loop_signals(
			service->loop, signals, ARRAY_LENGTH(signals), on_name_signal, service);
	needs.loop = service->loop;
	if (!error)
		error = name_desk_new(&needs, &service->desk);
	if (error)
		return error;
	service->idle_since_ms = loop_now_ms(service->loop);
	loop_at_turn_end(service->loop, on_name_turn, service);
	return 0;
}

static int serve_names(struct name_service *service, const struct log *log)
{
	int error = 0;

	log_entry(log, LOGBOOK_LOOKUP_STARTED, "VERSION", PACKAGE_VERSION);
	notifier_state(service->notifier, "READY=1", "Answers papod");
	while (!error && !service->is_stopping)
		error = loop_turn(service->loop, next_name_deadline(service));
	return error;
}

static void name_service_done(struct name_service *service)
{
	name_desk_free(service->desk);
	notifier_free(service->notifier);
	loop_free(service->loop);
}

static int fail_name_service(const struct log *log, const char *reason, int status)
{
	log_entry(log, LOGBOOK_START_FAILED, "REASON", reason);
	return status;
}

int name_service_run(const struct name_service_options *options, const struct log *log)
{
	CLEANUP(name_service_done) struct name_service service = { .options = options };
	CLEANUP(buffer_done) struct buffer why = { 0 };
	int fd = open_name_socket(options, &why), error;

	if (fd < 0)
		return fail_name_service(log, why.bytes, EX_USAGE);
	service.notifier = notifier_new();
	name_library_prepare();
	error = make_name_parts(&service, fd, log);
	if (!error)
		error = serve_names(&service, log);
	if (options->listen)
		unlink(options->listen);
	return error ? fail_name_service(log, strerror(-error), EX_OSERR) : 0;
}
