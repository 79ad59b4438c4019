/* Owns REGISTER. IRCv3 account-registration. */
#include "command/register.h"

#include <string.h>

#include "action/account.h"
#include "action/lookup.h"
#include "action/registering.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/casemap.h"
#include "proto/invitation_text.h"
#include "proto/name_syntax.h"
#include "world/caps.h"
#include "world/offers.h"
#include "world/session.h"
#include "world/user.h"

/* The account's name, borrowed. */
static const char *wanted_name(const struct call *call)
{
	if (strcmp(call->params[0], "*") != 0)
		return call->params[0];
	return call->user ? call->user->nick : call->session->registration->nick;
}

/* True: the client may not register anything yet. Before NICK it learns of no name that is taken,
 * IRCv3 account-registration. */
static bool refuse_stage(struct call *call)
{
	const struct cap_basis basis = cap_basis_of(call->world);

	if (!call->user && !login_account(call->session) && !caps_may_register_early(&basis))
		reply_fail(call, "COMPLETE_CONNECTION_REQUIRED",
			":Send NICK and USER first, and register once you are welcomed");
	else if (!call->user && !call->session->registration->nick)
		reply_fail(call, "NEED_NICK", "* :Send NICK first");
	else
		return false;
	return true;
}

static void fail_register(struct call *call, const char *name, const struct refusal *refusal)
{
	reply_fail(call, refusal->code, "%s :%s", lookup_word(name), refusal->text);
}

static bool can_be_contact(const char *word)
{
	return strcmp(word, "*") == 0 || invitation_is(word) || mail_address_is_valid(word);
}

/* Stars stand for a secret that was overwritten. */
static bool is_overwritten(const char *name)
{
	size_t length = strlen(name);

	return length > 1 && strspn(name, "*") == length;
}

/* Out of order, any parameter may be the password: none is echoed or becomes a name. Only a star
 * certainly stands for the nickname. */
static bool refuse_order(struct call *call)
{
	const char *name = call->params[0], *contact = call->params[1], *password = call->params[2];
	const char *nick = call->user ? call->user->nick : call->session->registration->nick;
	bool is_name = casemap_equals(call->world->casemap, password, nick);
	const char *shown = strcmp(name, "*") == 0 ? nick : "*";

	if (is_name || strcmp(password, "*") == 0 || mail_address_is_valid(password)) {
		call->n_misplaced = is_name ? 2 : 0;
		reply_fail(call, "UNACCEPTABLE_PASSWORD",
			"%s :The password is the last parameter: send the account, the e-mail "
			"address or *, and the password, which is no nickname or e-mail address",
			shown);
	} else if (is_overwritten(name) || !can_be_contact(contact)) {
		reply_fail(call, "INVALID_EMAIL",
			"%s :The second parameter is no e-mail address: send the account, the "
			"e-mail address or *, and the password",
			shown);
	} else {
		return false;
	}
	return true;
}

static void run(struct call *call)
{
	struct registering asked = { .name = wanted_name(call), .password = call->params[2] };
	const char *own = login_account(call->session);
	struct refusal refusal;

	registering_set_contact(&asked, call->params[1]);
	if (refuse_stage(call) || refuse_order(call))
		return;
	if (!registering_begin(call, LOGIN_KIND_REGISTER, &asked, &refusal))
		fail_register(call, own ? own : asked.name, &refusal);
}

void register_derived(struct call *call, const struct event *event)
{
	CLEANUP(mem_freep) char *name = mem_text(login_of(call->session)->name);
	struct refusal refusal;

	call->command = &command_register;
	if (!registering_derived(call, event, CHANGE_KIND_REGISTER, &refusal))
		fail_register(call, name, &refusal);
	registration_continue(call->world, call->outbox, call->session);
}

void register_stored(struct call *call, const struct change *change, enum stored status)
{
	struct refusal refusal;
	enum registering_end end = registering_stored(call, change, status, &refusal);
	const char *server = call->world->settings->server_name;

	call->command = &command_register;
	if (!call->session)
		return;
	if (end == REGISTERING_DONE)
		reply_line(call, ":%s REGISTER SUCCESS %s :The account is yours", server,
			change->text);
	else if (end == REGISTERING_NEEDS_CODE)
		reply_line(call,
			":%s REGISTER VERIFICATION_REQUIRED %s :A code is on its way to your "
			"e-mail address; type /VERIFY %s and the code to use the account",
			server, change->text, change->text);
	else
		fail_register(call, change->text, &refusal);
	registration_continue(call->world, call->outbox, call->session);
}

static struct message_place place_between(size_t from, size_t to)
{
	return (struct message_place){ from, to - from };
}

static char *word_at(const char *line, struct message_place place)
{
	return mem_text_n(line + place.at, place.length);
}

/* What is overwritten must still be out of order afterwards: a star in the place of one byte would
 * be a name, or a contact. One byte is no secret. */
static struct message_place find_in_disorder(struct message_place name,
	struct message_place contact, struct message_place password, size_t length)
{
	if (name.length > 1)
		return place_between(name.at, length);
	return place_between(contact.length > 1 ? contact.at : password.at, length);
}

/* From the invitation on, or the password alone; in another order, all, unless the last parameter
 * shows that it is none. */
static struct message_place find_in_order(
	const char *line, size_t length, const struct message_place places[4])
{
	char *contact = word_at(line, places[2]), *password = word_at(line, places[3]);
	bool is_misplaced = strcmp(password, "*") == 0 || mail_address_is_valid(password);
	size_t from = invitation_is(contact) ? places[2].at : places[3].at;
	struct message_place place = place_between(from, length);

	if (is_misplaced)
		place = place_between(places[1].at, places[2].at + places[2].length);
	else if (!can_be_contact(contact))
		place = find_in_disorder(places[1], places[2], places[3], length);
	mem_free_secret(contact);
	mem_free_secret(password);
	return place;
}

/* If a parameter is missing, any may be the password. */
static struct message_place find_register_secret(const char *line, size_t length)
{
	struct message_place places[4];

	for (int i = 1; i < 4; i++)
		places[i] = message_find(line, length, i);
	if (!places[1].length || !places[3].length)
		return (struct message_place){ 0 };
	if (places[2].at == places[1].at || places[3].at == places[2].at)
		return place_between(places[1].at, length);
	return find_in_order(line, length, places);
}

COMMAND(register) = {
	.name = "REGISTER",
	.min_params = 3,
	.cost = 5,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.secret = 3,
	.find_secret = find_register_secret,
	.run = run,
	.usage = "<account>|* <e-mail>|<invitation>|* <password>",
	.help = "Registers an account, and logs you in to it. The name of the account is also a "
		"nickname that belongs to it; * stands for your present nickname, and for no "
		"e-mail address. An invitation of an operator, in the place of the e-mail "
		"address, registers an account where not everybody may.",
};
