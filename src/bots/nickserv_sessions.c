/* Owns SESSIONS of NickServ: the clients that are logged in to an account, and its devices. */
#include "action/closing.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/bots.h"
#include "bots/voice.h"
#include "world/account_marks.h"
#include "world/accounts.h"
#include "world/session.h"
#include "world/user.h"

/* What is done with each session; true: enough. */
typedef bool (*session_fn)(struct errand *errand, struct session *session, uint64_t number);

/* True: one of the calls was enough. */
static bool each_session(struct errand *errand, session_fn use)
{
	struct world *world = errand->call->world;
	struct session *session, *after;
	uint64_t number = 0;
	struct user *user;

	ORDERED_EACH (user, &world->users) {
		if (user->account_id != errand->account->id)
			continue;
		LIST_EACH_SAFE (session, after, &user->sessions, in_user)
			if (use(errand, session, ++number))
				return true;
	}
	return false;
}

static bool say_session(struct errand *errand, struct session *session, uint64_t number)
{
	const struct world *world = errand->call->world;
	const char *device = session_extras(session)->device;
	char address[ADDRESS_TEXT_BYTES], date[DATE_BYTES];

	address_format(&session->address, address);
	date_format_plain(world->wall_ms - (world->now_ms - session->connected_ms), date);
	bot_say(errand, "%llu: %s from %s%s%s, connected since %s, silent for %llu seconds%s",
		(unsigned long long) number, session->user->nick, address,
		device ? ", device " : "", device ? device : "", date,
		(unsigned long long) (world->now_ms - session->active_ms) / 1000,
		session == errand->call->session ? " (you)" : "");
	return false;
}

static bool is_device_here(const struct errand *errand, const char *device)
{
	const struct world *world = errand->call->world;
	const struct session *session;
	const struct user *user;

	ORDERED_EACH (user, &world->users) {
		if (user->account_id != errand->account->id)
			continue;
		LIST_EACH (session, &user->sessions, in_user)
			if (session_extras(session)->device &&
				text_equals_ignoring_case(session_extras(session)->device, device))
				return true;
	}
	return false;
}

static void say_devices(struct errand *errand)
{
	const struct account_marks *marks = account_extras(errand->account)->marks;
	char date[DATE_BYTES];

	for (uint32_t i = 0; marks && i < marks->count; i++) {
		const struct account_mark *mark = &marks->items[i];

		if (mark->kind != ACCOUNT_MARK_DEVICE || !mark->wall_ms ||
			is_device_here(errand, mark->name))
			continue;
		date_format_plain(mark->wall_ms, date);
		bot_say(errand, "Device %s was last here %s", mark->name, date);
	}
}

/* The one with the number that the user has sent. */
static bool log_out_session(struct errand *errand, struct session *session, uint64_t number)
{
	struct call *call = errand->call;
	uint64_t wanted;

	if (!text_parse_u64(errand->params[1], &wanted) || wanted != number)
		return false;
	if (session == call->session)
		bot_say(errand, "This is you. Use QUIT.");
	else
		bot_say(errand, "Client %llu is disconnected.", (unsigned long long) number);
	if (session != call->session)
		close_session(call->world, call->outbox, session, "Disconnected by its owner");
	return true;
}

static void run_session_logout(struct errand *errand)
{
	if (!errand->params[1]) {
		bot_say_usage(errand);
		return;
	}
	if (!each_session(errand, log_out_session))
		bot_say(errand, "There is no client with this number: see SESSIONS.");
}

/* What it missed is not replayed any more when it comes back. */
static void forget_device(struct errand *errand)
{
	struct world *world = errand->call->world;
	const char *device = errand->params[1];

	if (!device) {
		bot_say_usage(errand);
	} else if (!account_mark_of(world, errand->account, ACCOUNT_MARK_DEVICE, device)) {
		bot_say(errand, "Your account has no device with this name.");
	} else {
		account_mark_remove(world, errand->account, ACCOUNT_MARK_DEVICE, device);
		bot_say(errand, "The device is forgotten.");
	}
}

static void run_sessions(struct errand *errand)
{
	if (!errand->params[0]) {
		(void) each_session(errand, say_session);
		say_devices(errand);
		bot_say(errand, "End of the list.");
	} else if (text_equals_ignoring_case(errand->params[0], "LOGOUT")) {
		run_session_logout(errand);
	} else if (text_equals_ignoring_case(errand->params[0], "FORGET")) {
		forget_device(errand);
	} else {
		bot_say_usage(errand);
	}
}

NICKSERV(sessions) = {
	.name = "SESSIONS",
	.max_params = 2,
	.cost = 5,
	.flags = SUBCOMMAND_NEEDS_ACCOUNTS | SUBCOMMAND_NEEDS_LOGIN,
	.run = run_sessions,
	.usage = "[LOGOUT <number>|FORGET <device>]",
	.help = "Lists the clients that are logged in to your account: number, nickname, address, "
		"device, since when they are connected and how long they have sent nothing; and "
		"when your other devices were last here. LOGOUT disconnects a client, FORGET "
		"forgets a device. A client names its device behind the name of the account in "
		"its login, as in ana@phone, or behind its user name.",
};
