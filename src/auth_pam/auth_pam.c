/* Owns the loop of papod-auth-pam. systemd opens the socket, so that the program need not: it runs
 * as root, and can do little else than ask PAM. */
#include "auth_pam/auth_pam.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>

#include "auth_pam/desk.h"
#include "base/cleanup.h"
#include "service/notifier.h"
#include "service/passed_socket.h"

struct auth_pam {
	struct loop *loop;
	struct notifier *notifier;
	struct desk *desk;
	bool is_stopping;
};

static void check_by_pam(const void *check_data, const struct checker_request *request,
	struct checker_answer *ret_answer)
{
	pam_login_check(check_data, request, ret_answer);
}

/* After SIGCHLD the next turn begins, and with it the next tick of the desk. */
static void on_auth_pam_signal(void *data, int signal_number)
{
	struct auth_pam *auth_pam = data;

	if (signal_number != SIGCHLD)
		auth_pam->is_stopping = true;
}

static void on_auth_pam_turn(void *data)
{
	struct auth_pam *auth_pam = data;

	desk_tick(auth_pam->desk);
	notifier_tick(auth_pam->notifier, loop_now_ms(auth_pam->loop));
}

static int make_auth_pam_parts(struct auth_pam *auth_pam, const struct auth_pam_options *options,
	int fd, const struct log *log)
{
	static const int signals[] = { SIGCHLD, SIGTERM, SIGINT };
	struct desk_needs needs = {
		.log = log,
		.listener = fd,
		.children = {
			.most = options->processes,
			.timeout_ms = options->timeout_ms,
			.check = check_by_pam,
			.check_data = &options->login,
		},
	};
	int error = loop_new(&auth_pam->loop);

	if (!error)
		error = loop_signals(auth_pam->loop, signals, ARRAY_LENGTH(signals),
			on_auth_pam_signal, auth_pam);
	needs.loop = auth_pam->loop;
	if (!error)
		error = desk_new(&needs, &auth_pam->desk);
	if (!error)
		loop_at_turn_end(auth_pam->loop, on_auth_pam_turn, auth_pam);
	return error;
}

static uint64_t auth_pam_deadline(const struct auth_pam *auth_pam)
{
	uint64_t desk_ms = desk_next_deadline(auth_pam->desk);
	uint64_t notifier_ms = notifier_next_deadline(auth_pam->notifier);

	return desk_ms < notifier_ms ? desk_ms : notifier_ms;
}

static int serve_papod(struct auth_pam *auth_pam, const struct log *log)
{
	int error = 0;

	log_entry(log, LOGBOOK_AUTH_PAM_STARTED, "VERSION", PACKAGE_VERSION);
	notifier_state(auth_pam->notifier, "READY=1", "Answers papod");
	while (!error && !auth_pam->is_stopping)
		error = loop_turn(auth_pam->loop, auth_pam_deadline(auth_pam));
	return error;
}

static void auth_pam_done(struct auth_pam *auth_pam)
{
	desk_free(auth_pam->desk);
	notifier_free(auth_pam->notifier);
	loop_free(auth_pam->loop);
}

int auth_pam_run(const struct auth_pam_options *options, const struct log *log)
{
	CLEANUP(auth_pam_done) struct auth_pam auth_pam = { 0 };
	CLEANUP(buffer_done) struct buffer why = { 0 };
	int fd = passed_socket_take("papod-auth-pam.socket", &why), error;

	if (fd < 0) {
		log_entry(log, LOGBOOK_START_FAILED, "REASON", why.bytes);
		return EX_USAGE;
	}
	auth_pam.notifier = notifier_new();
	error = make_auth_pam_parts(&auth_pam, options, fd, log);
	if (!error)
		error = serve_papod(&auth_pam, log);
	if (!error)
		return 0;
	log_entry(log, LOGBOOK_START_FAILED, "REASON", strerror(-error));
	return EX_OSERR;
}
