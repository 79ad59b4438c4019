/* Owns CERT of NickServ: the certificates that suffice to log in. */
#include "action/pinning.h"
#include "base/cleanup.h"
#include "base/date.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/asking.h"
#include "bots/nickserv.h"
#include "bots/voice.h"
#include "proto/certfp.h"
#include "proto/name_syntax.h"
#include "world/session.h"
#include "world/session_tls.h"

/* That of the connection. */
static char *own_fingerprint(struct errand *errand)
{
	const struct session *session = errand->call->session;
	char *text = certificate_facts(session) ? session_tls_fingerprint(session) : NULL;

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
static bool refuse_certificate(struct errand *errand, const struct account_certificate *certificate)
{
	const struct world *world = errand->call->world;

	switch (certificate_pinning(world, certificate)) {
	case PINNING_FREE:
		return false;
	case PINNING_OWN:
		bot_say(errand, "Your account has this certificate already.");
		break;
	case PINNING_OTHERS:
		bot_say(errand, "This certificate cannot be added.");
		break;
	case PINNING_OUTSIDE:
		bot_say(errand, "Your account is checked elsewhere at each login, so it cannot "
				"have certificates here.");
		break;
	case PINNING_MANY:
		bot_say(errand, "Your account cannot have more than %u certificates.",
			world->settings->accounts.certificates);
		break;
	}
	return true;
}

static void store_certificate(
	struct errand *errand, const struct account_certificate *certificate, bool is_removal)
{
	struct call *call = errand->call;
	struct change *change;

	if (nickserv_refuse_busy(call, errand->account))
		return;
	change = certificate_change(call->world, certificate, is_removal);
	change->kind = CHANGE_KIND_ACCOUNT;
	bot_ask_change(call, change, "%s %s%s.",
		is_removal ? "Your account has no longer the certificate"
			   : "You can log in by SASL EXTERNAL with the certificate",
		certificate->fingerprint,
		!is_removal && certificate->flags & CERTIFICATE_FLAG_UNPROVEN
			? ", if your client names your account"
			: "");
}

/* Has the client shown that it has the key? */
static bool is_proven(const struct errand *errand, const char *fingerprint)
{
	const struct tls_facts *facts = certificate_facts(errand->call->session);
	struct certfp certfp;

	return facts && certfp_parse(fingerprint, &certfp) && certfp_matches(&certfp, facts);
}

/* It was added by its fingerprint alone, and is proven now. */
static bool is_proven_later(const struct errand *errand, const char *fingerprint, uint32_t flags)
{
	const struct account_certificate *certificate =
		account_certificate_of(errand->call->world, errand->account, fingerprint);

	return certificate && certificate->flags & CERTIFICATE_FLAG_UNPROVEN &&
	       !(flags & CERTIFICATE_FLAG_UNPROVEN);
}

static void cert_add(struct errand *errand, const char *given)
{
	CLEANUP(mem_freep)
	char *fingerprint = given ? read_fingerprint(errand, given) : own_fingerprint(errand);
	const struct account_certificate certificate = {
		.account = errand->account,
		.fingerprint = fingerprint,
		.created_wall_ms = errand->call->world->wall_ms,
		.flags = fingerprint && is_proven(errand, fingerprint) ? 0
								       : CERTIFICATE_FLAG_UNPROVEN,
	};

	if (fingerprint && (is_proven_later(errand, fingerprint, certificate.flags) ||
				   !refuse_certificate(errand, &certificate)))
		store_certificate(errand, &certificate, false);
}

static void cert_del(struct errand *errand, const char *given)
{
	CLEANUP(mem_freep) char *fingerprint = read_fingerprint(errand, given);
	const struct account_certificate *certificate;

	if (!fingerprint)
		return;
	certificate = account_certificate_of(errand->call->world, errand->account, fingerprint);
	if (certificate)
		store_certificate(errand, certificate, true);
	else
		bot_say(errand, "Your account has no such certificate.");
}

static void cert_list(struct errand *errand)
{
	const struct account_certificate *certificate;
	char date[DATE_BYTES];

	LIST_EACH (certificate, &account_extras(errand->account)->certificates, in_account) {
		CLEANUP(mem_freep)
		char *name = real_name_clean(
			certificate->name ? certificate->name : "", CERTIFICATE_NAME_BYTES);

		date_format_plain(certificate->created_wall_ms, date);
		bot_say(errand, "%s, added %s%s%s", certificate->fingerprint, date,
			*name ? ", " : "", name);
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
		"fingerprint is the SHA-256 or SHA-512 of a certificate or of its key. With one "
		"that was "
		"not that of the connection, a client has to name the account when it logs in, "
		"until ADD is sent from a connection with it.",
};
