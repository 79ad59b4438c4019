/* Owns CERT of NickServ: the certificates that suffice to log in. */
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/asking.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "proto/certfp.h"
#include "world/account_rows.h"
#include "world/session.h"
#include "world/session_tls.h"

/* That of the connection. The gateway of a client could claim any certificate. */
static char *own_fingerprint(struct errand *errand)
{
	const struct session *session = errand->call->session;
	char *text = session_extras(session)->gateway ? NULL : session_tls_fingerprint(session);

	if (!text)
		bot_say(errand, "You are connected without a certificate that papod has seen.");
	return text;
}

/* The caller frees; NULL: it is none, which the user was told. */
static char *read_fingerprint(struct errand *errand, const char *given)
{
	struct buffer text = { 0 };
	struct certfp certfp;

	if (!certfp_parse(given, &certfp)) {
		bot_say(errand, "A fingerprint has 64 or 128 hexadecimal digits.");
		return NULL;
	}
	certfp_format(certfp.bytes, certfp.length, &text);
	return buffer_take(&text);
}

/* Fingerprints of others are not told apart from what cannot be stored. True: refused. */
static bool refuse_certificate(struct errand *errand, const char *fingerprint)
{
	const struct world *world = errand->call->world;
	const struct account *owner = account_find_certificate(world, fingerprint);

	if (owner == errand->account)
		bot_say(errand, "Your account has this certificate already.");
	else if (owner)
		bot_say(errand, "This certificate cannot be added.");
	else if (account_extras(errand->account)->n_certificates >=
		 world->settings->accounts.certificates)
		bot_say(errand, "Your account cannot have more than %u certificates.",
			world->settings->accounts.certificates);
	else
		return false;
	return true;
}

static void store_certificate(struct errand *errand, char *fingerprint, bool is_removal)
{
	struct call *call = errand->call;
	struct change *change = nickserv_change(call, errand->account);
	const struct account_certificate certificate = {
		.fingerprint = fingerprint,
		.created_wall_ms = call->world->wall_ms,
	};
	struct buffer bytes = { 0 };

	if (!change)
		return;
	account_certificate_put(&bytes, &certificate);
	nickserv_add_row(call, change,
		(struct store_row){
			.table = STORE_TABLE_ACCOUNT_CERTIFICATES, .is_removal = is_removal },
		&bytes);
	bot_ask_change(call, change, "%s %s.",
		is_removal ? "Your account has no longer the certificate"
			   : "You can log in by SASL EXTERNAL with the certificate",
		fingerprint);
}

static void cert_add(struct errand *errand, const char *given)
{
	CLEANUP(mem_freep)
	char *fingerprint = given ? read_fingerprint(errand, given) : own_fingerprint(errand);

	if (fingerprint && !refuse_certificate(errand, fingerprint))
		store_certificate(errand, fingerprint, false);
}

static void cert_del(struct errand *errand, const char *given)
{
	CLEANUP(mem_freep) char *fingerprint = read_fingerprint(errand, given);

	if (!fingerprint)
		return;
	if (account_find_certificate(errand->call->world, fingerprint) != errand->account)
		bot_say(errand, "Your account has no such certificate.");
	else
		store_certificate(errand, fingerprint, true);
}

static void cert_list(struct errand *errand)
{
	const struct account_certificate *certificate;
	char date[DATE_BYTES];

	LIST_EACH (certificate, &account_extras(errand->account)->certificates, in_account) {
		date_format_plain(certificate->created_wall_ms, date);
		bot_say(errand, "%s, added %s", certificate->fingerprint, date);
	}
	bot_say(errand, "End of the list.");
}

static void run_cert(struct errand *errand)
{
	const char *action = errand->params[0], *given = errand->params[1];

	if (text_equals_ignoring_case(action, "ADD"))
		cert_add(errand, given);
	else if (text_equals_ignoring_case(action, "DEL") && given)
		cert_del(errand, given);
	else if (text_equals_ignoring_case(action, "LIST"))
		cert_list(errand);
	else
		bot_say_usage(errand);
}

NICKSERV(cert) = {
	.name = "CERT",
	.min_params = 1,
	.max_params = 2,
	.cost = 2,
	.flags = SUBCOMMAND_NEEDS_LOGIN | SUBCOMMAND_CHANGES,
	.run = run_cert,
	.usage = "ADD [<fingerprint>] | DEL <fingerprint> | LIST",
	.help = "Lists and changes the certificates that log you in by the mechanism EXTERNAL of "
		"SASL, without a password. ADD takes that of your connection if you name none. A "
		"fingerprint is the SHA-256 or SHA-512 of a certificate or of its key.",
};
