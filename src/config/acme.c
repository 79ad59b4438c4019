/* Owns what a certificate of papod-acme needs besides its names: paths, a port, and the
 * configuration of dehydrated, the program that gets it. */
#include "config/acme.h"

#include <string.h>

#include "base/mem.h"
#include "config/draft.h"
#include "config/options.h"

/* StateDirectory= and RuntimeDirectory= of papod-acme.service. */
#define STATE LOCALSTATEDIR "/lib/papod-acme"
#define RUNTIME RUNSTATEDIR "/papod-acme"
#define CERTIFICATE "papod" /* its name for dehydrated, so that paths stay when names change */

/* Two thirds of 45 days have passed, or nearly all of 90. */
#define RENEW_DAYS "20"

static bool is_http(const struct acme_settings *acme)
{
	return strcmp(acme->challenge, "http-01") == 0;
}

static void warn_of_option(const struct draft *draft, const char *option, const char *text)
{
	const struct option_table *table = option_table_get(OPTION_TABLE_TOP);
	struct origin origin = draft->origins[option_find(table, option) - table->options];

	problems_add(draft->problems, true, origin_file(draft->settings, origin), origin.line,
		option, "%s", text);
}

static bool is_at_port(const struct listener_settings *listener, uint32_t port)
{
	return !listener->path && listener->port == port && !listener_is_datagram(listener);
}

static bool has_tls_at(const struct draft_list *items, uint32_t port)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct listener_settings *listener = draft_list_struct(items, i);

		if (is_at_port(listener, port) && listener->is_tls)
			return true;
	}
	return false;
}

static bool has_others_at(const struct draft_list *items, uint32_t port)
{
	for (size_t i = 0; i < items->count; i++) {
		const struct listener_settings *listener = draft_list_struct(items, i);

		if (is_at_port(listener, port) && (listener->is_tls || !listener->is_websocket))
			return true;
	}
	return false;
}

static void check_challenge_port(const struct draft *draft)
{
	const struct draft_list *items = &draft->lists[OPTION_TABLE_LISTEN];

	if (is_http(&draft->settings->acme)) {
		if (has_others_at(items, ACME_HTTP_PORT))
			warn_of_option(draft, "tls.acme",
				"the issuer asks at port 80 with HTTP, but the listener there "
				"speaks something else; give it another port, or set "
				"tls.acme_challenge = \"tls-alpn-01\"");
	} else if (!has_tls_at(items, ACME_TLS_PORT)) {
		warn_of_option(draft, "tls.acme_challenge",
			"the issuer connects to port 443, but no listener with tls = true has that "
			"port; this is correct only if a router forwards it");
	}
}

static void set_if_unset(char **owned, const char *text)
{
	if (!*owned)
		mem_set_text(owned, text);
}

/* papod-acme.service has a user of its own, and writes only to its own directories. */
static void check_directory_of_proofs(const struct draft *draft)
{
	const struct settings *settings = draft->settings;
	const bool is_http_used = is_http(&settings->acme);

	if (is_http_used ? settings->web.challenges : settings->tls_challenges)
		warn_of_option(draft, is_http_used ? "web.challenges" : "tls.challenges",
			"papod-acme puts its proofs there, but may not write there: leave this "
			"out, or allow it with ReadWritePaths= in a drop-in of papod-acme.service");
}

void acme_check(const struct draft *draft)
{
	struct settings *settings = draft->settings;
	struct certificate_settings *certificate = &settings->acme.certificate;

	if (!settings->acme.n_names)
		return;
	certificate->is_awaited = true;
	mem_set_text(&certificate->certificate, STATE "/certs/" CERTIFICATE "/fullchain.pem");
	mem_set_text(&certificate->key, STATE "/certs/" CERTIFICATE "/privkey.pem");
	if (!draft->is_incomplete)
		check_directory_of_proofs(draft);
	set_if_unset(&settings->web.challenges, RUNTIME "/http");
	set_if_unset(&settings->tls_challenges, RUNTIME "/alpn");
	if (!draft->is_incomplete)
		check_challenge_port(draft);
}

bool acme_needs_port(const struct settings *settings)
{
	if (!settings->acme.n_names || !is_http(&settings->acme))
		return false;
	for (size_t i = 0; i < settings->n_listeners; i++)
		if (is_at_port(&settings->listeners[i], ACME_HTTP_PORT))
			return false;
	return true;
}

/* In quotes of a shell. */
static void put_variable(struct buffer *out, const char *name, const char *value)
{
	buffer_format(out, "%s='", name);
	for (; *value; value++)
		if (*value == '\'')
			buffer_put_text(out, "'\\''");
		else
			buffer_put_byte(out, *value);
	buffer_put_text(out, "'\n");
}

void acme_format(const struct settings *settings, struct buffer *out)
{
	const struct acme_settings *acme = &settings->acme;
	struct buffer names = { 0 };

	if (!acme->n_names)
		return;
	for (size_t i = 0; i < acme->n_names; i++)
		buffer_format(&names, "%s ", acme->names[i]);
	buffer_put_text(&names, "> " CERTIFICATE);
	put_variable(out, "CERTIFICATE", names.bytes);
	put_variable(out, "CA", acme->url);
	put_variable(out, "CONTACT_EMAIL", acme->contact ? acme->contact : "");
	put_variable(out, "CHALLENGETYPE", acme->challenge);
	put_variable(out, "WELLKNOWN", settings->web.challenges);
	put_variable(out, "ALPNCERTDIR", settings->tls_challenges);
	put_variable(out, "KEY_ALGO", "prime256v1");
	put_variable(out, "RENEW_DAYS", RENEW_DAYS);
	buffer_done(&names);
}
