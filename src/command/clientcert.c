/* Owns CLIENTCERT. IRCv3 client-cert, a proposal: certificates of the account are its pinned ones.
 */
#include "command/clientcert.h"

#include <ctype.h>
#include <string.h>

#include "action/account.h"
#include "action/lookup.h"
#include "action/pinning.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/commands.h"
#include "command/registration.h"
#include "proto/certfp.h"
#include "proto/name_syntax.h"
#include "proto/tags.h"
#include "world/caps.h"
#include "world/session.h"

static void say_clientcert(struct call *call, const char *params)
{
	reply_line(call, ":%s CLIENTCERT %s", call->world->settings->server_name, params);
}

/* Names the subcommand, as their client wrote it, in front of the description. */
static void fail_clientcert(struct call *call, const char *code, const char *description)
{
	reply_fail(call, code, "%s :%s", lookup_word(call->params[0]), description);
}

static struct account *own_account(struct call *call)
{
	struct account *account = account_find_id(call->world, login_account_id(call->session));

	if (!(call->session->caps & CAP_CLIENT_CERT))
		fail_clientcert(
			call, "NEED_CAPABILITY", "Request the capability draft/client-cert first");
	else if (!account)
		fail_clientcert(call, "ACCOUNT_REQUIRED", "Log in to an account first");
	else
		return account;
	return NULL;
}

/* The text of its answer is what the client gets once it is stored. */
static void ask_for(struct call *call, const struct account_certificate *certificate,
	bool is_removal, const char *answer)
{
	struct change *change;

	if (certificate->account->change) {
		fail_clientcert(call, "INTERNAL_ERROR",
			"Your account is being changed at the moment, try again");
		return;
	}
	change = certificate_change(call->world, certificate, is_removal);
	change->kind = CHANGE_KIND_CLIENTCERT;
	change->text = mem_text(answer);
	change_ask(call->world, call->outbox, call->session, change);
}

void clientcert_stored(struct call *call, const struct change *change, enum stored status)
{
	call->command = &command_clientcert;
	if (!call->session)
		return;
	if (status == STORED_YES)
		say_clientcert(call, change->text);
	else
		reply_fail(call, "INTERNAL_ERROR",
			"%.*s :Nothing has changed, as it cannot be stored at the moment",
			(int) strcspn(change->text, " "), change->text);
	registration_continue(call->world, call->outbox, call->session);
}

/* The caller frees; NULL: papod has not seen one. */
static char *hash_of_certificate(const struct tls_facts *facts)
{
	static const uint8_t unknown[TLS_SHA512_BYTES];
	struct buffer text = { 0 };

	if (!facts || memcmp(facts->certificate_sha512, unknown, sizeof(unknown)) == 0)
		return NULL;
	certfp_format(facts->certificate_sha512, TLS_SHA512_BYTES, &text);
	return buffer_take(&text);
}

static void pin(struct call *call, const struct account_certificate *certificate)
{
	switch (certificate_pinning(call->world, certificate)) {
	case PINNING_FREE:
		ask_for(call, certificate, false, "CREATE");
		break;
	case PINNING_OWN:
		say_clientcert(call, "CREATE");
		break;
	case PINNING_OTHERS:
		fail_clientcert(call, "INTERNAL_ERROR", "This certificate cannot be added");
		break;
	case PINNING_OUTSIDE:
		fail_clientcert(call, "INTERNAL_ERROR",
			"Your account is checked elsewhere at each login, so it cannot have "
			"certificates here");
		break;
	case PINNING_MANY:
		fail_clientcert(call, "INTERNAL_ERROR",
			"Your account has as many certificates as it may, delete one first");
		break;
	}
}

/* One that is there already, also by another hash of it, keeps its name. */
static void create_pin(struct call *call, struct account *account)
{
	const struct tls_facts *facts = certificate_facts(call->session);
	const struct account_certificate *present =
		account_certificate_by_tls(call->world, facts, account);
	CLEANUP(mem_freep) char *fingerprint = hash_of_certificate(facts);
	CLEANUP(mem_freep) char *name = NULL;
	struct account_certificate certificate = {
		.account = account,
		.fingerprint = fingerprint,
		.created_wall_ms = call->world->wall_ms,
	};

	if (call->n_params < 2) {
		reply_usage(call);
		return;
	}
	if (!fingerprint) {
		fail_clientcert(call, "NOCERT",
			"You are connected without a certificate that papod has seen");
		return;
	}
	if (present && !(present->flags & CERTIFICATE_FLAG_UNPROVEN)) {
		say_clientcert(call, "CREATE");
		return;
	}
	name = real_name_clean(call->params[1], CERTIFICATE_NAME_BYTES);
	certificate.name = *name ? name : NULL;
	pin(call, &certificate);
}

static void list_one(struct call *call, const struct account_certificate *certificate)
{
	CLEANUP(buffer_done) struct buffer line = { 0 };
	char date[DATE_BYTES];

	buffer_format(&line, "LIST %s name=", certificate->fingerprint);
	for (char *at = line.bytes + strlen("LIST "); *at != ' '; at++)
		*at = (char) toupper((unsigned char) *at);
	if (certificate->name) {
		tags_escape(certificate->name, &line);
	} else {
		date_format_iso(certificate->created_wall_ms, date);
		buffer_format(&line, "added\\son\\s%.10s", date);
	}
	say_clientcert(call, line.bytes);
}

static void list_pins(struct call *call, struct account *account)
{
	const struct account_certificate *certificate;

	reply_batch_begin(call, "draft/client-cert");
	LIST_EACH (certificate, &account_extras(account)->certificates, in_account)
		list_one(call, certificate);
	reply_batch_end(call);
}

static const struct account_certificate *find_pin(
	const struct call *call, const struct account *account)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct certfp certfp;

	if (call->n_params < 2)
		return account_certificate_by_tls(
			call->world, certificate_facts(call->session), account);
	if (!certfp_parse(call->params[1], &certfp))
		return NULL;
	certfp_format(certfp.bytes, certfp.length, &text);
	return account_certificate_of(call->world, account, text.bytes);
}

static void delete_pin(struct call *call, struct account *account)
{
	const struct account_certificate *certificate = find_pin(call, account);
	CLEANUP(buffer_done) struct buffer answer = { 0 };

	if (!certificate) {
		fail_clientcert(call, "INTERNAL_ERROR", "Your account has no such certificate");
		return;
	}
	buffer_format(&answer, "DELETE%s%s", call->n_params < 2 ? "" : " ",
		call->n_params < 2 ? "" : call->params[1]);
	ask_for(call, certificate, true, answer.bytes);
}

static const struct {
	const char *name;
	void (*run)(struct call *call, struct account *account);
} subcommands[] = {
	{ "CREATE", create_pin },
	{ "DELETE", delete_pin },
	{ "LIST", list_pins },
};

static void run(struct call *call)
{
	struct account *account;

	for (size_t i = 0; i < ARRAY_LENGTH(subcommands); i++) {
		if (!text_equals_ignoring_case(call->params[0], subcommands[i].name))
			continue;
		account = own_account(call);
		if (account)
			subcommands[i].run(call, account);
		return;
	}
	fail_clientcert(call, "UNKNOWN_COMMAND", "There are CREATE, DELETE and LIST");
}

COMMAND(clientcert) = {
	.name = "CLIENTCERT",
	.min_params = 1,
	.cost = 2,
	.flags = COMMAND_BEFORE_REGISTRATION,
	.reach = COMMAND_REACH_WORLD,
	.run = run,
	.usage = "CREATE <name> | DELETE [<fingerprint>] | LIST",
	.help = "Lists and changes the certificates that log you in to your account by the "
		"mechanism EXTERNAL of SASL: CREATE adds that of your connection, and DELETE "
		"removes one. Clients send this by themselves; CERT of NickServ is for people.",
};
