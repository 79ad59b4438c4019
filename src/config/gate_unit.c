/* Owns which entries of the list "listen" become addresses of papod-gate.socket, and the texts of
 * the drop-ins of papod-gate. */
#include "config/gate_unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "config/acme.h"
#include "config/certificates.h"

static const char comment[] =
	"# Made by papod-generator from papod.conf. Change that and run papod --apply; or add a\n"
	"# drop-in of your own, with a name that sorts behind this one.\n";

/* The root directory always exists: the condition is never met. */
static const char off[] = "[Unit]\n"
			  "# No listener has tls or websocket.\n"
			  "ConditionPathExists=!/\n";

void gate_unit_done(struct gate_unit *unit)
{
	unit_addresses_done(&unit->tcp);
	unit_addresses_done(&unit->challenges);
	for (size_t i = 0; i < unit->n_credentials; i++) {
		free(unit->credentials[i].name);
		free(unit->credentials[i].path);
	}
	free(unit->credentials);
	*unit = (struct gate_unit){ 0 };
}

static void add_credential(
	const struct certificate_settings *certificate, bool is_key, struct gate_unit *unit)
{
	struct buffer name = { 0 };

	certificate_credential(certificate, is_key, &name);
	unit->credentials =
		mem_resize(unit->credentials, unit->n_credentials + 1, sizeof(*unit->credentials));
	unit->credentials[unit->n_credentials++] = (struct gate_credential){
		.name = buffer_take(&name),
		.path = mem_text(is_key ? certificate->key : certificate->certificate),
		.is_awaited = certificate->is_awaited,
	};
}

void gate_unit_of_settings(const struct settings *settings, struct gate_unit *ret_unit)
{
	const struct certificate_settings *certificate;

	*ret_unit = (struct gate_unit){ .is_default = settings->listens_by_default,
		.is_acme_wanted = settings->acme.n_names > 0 };
	if (acme_needs_port(settings))
		unit_addresses_add(&ret_unit->challenges, "*", ACME_HTTP_PORT);
	for (size_t i = 0; i < settings->n_listeners; i++) {
		const struct listener_settings *listener = &settings->listeners[i];

		if (listener_is_for_gate(listener) && listener->port)
			unit_addresses_add(&ret_unit->tcp, listener->address, listener->port);
	}
	for (size_t i = 0; (certificate = settings_certificate(settings, i)); i++) {
		add_credential(certificate, false, ret_unit);
		add_credential(certificate, true, ret_unit);
	}
}

void gate_unit_of_instance(struct gate_unit *unit)
{
	unit->is_default = false;
	unit->is_acme_wanted = false;
	unit_addresses_done(&unit->challenges);
}

bool gate_unit_is_off(const struct gate_unit *unit)
{
	return !unit->is_default && !unit->tcp.count;
}

#define SETTING "ListenStream="

/* The next address of a drop-in from there on; false: there is none. */
static bool next_listed(const char **at, size_t *ret_length)
{
	while (**at) {
		const char *line = *at;
		bool is_address = text_starts_with(line, SETTING);

		*at += strcspn(*at, "\n") + (strchr(*at, '\n') != NULL);
		*ret_length = strcspn(line, "\n") - (is_address ? strlen(SETTING) : 0);
		if (is_address && *ret_length) {
			*at = line + strlen(SETTING);
			return true;
		}
	}
	return false;
}

/* Append each address of a drop-in that another one does not have. */
static void put_unlisted(const char *dropin, const char *other, struct buffer *out)
{
	size_t length, other_length;

	for (const char *at = dropin; next_listed(&at, &length); at += length) {
		bool is_listed = false;

		for (const char *there = other; next_listed(&there, &other_length);
			there += other_length)
			is_listed |= length == other_length && memcmp(at, there, length) == 0;
		if (!is_listed)
			buffer_format(out, "%s%.*s", out->length ? " " : "", (int) length, at);
	}
}

void gate_unit_compare(const struct gate_unit *unit, const char *dropin, struct buffer *ret_open,
	struct buffer *ret_close)
{
	CLEANUP(buffer_done) struct buffer wanted = { 0 };

	gate_unit_format_socket(unit, &wanted);
	put_unlisted(buffer_text(&wanted), dropin ? dropin : "", ret_open);
	put_unlisted(dropin ? dropin : "", buffer_text(&wanted), ret_close);
}

void gate_unit_format_socket(const struct gate_unit *unit, struct buffer *out)
{
	if (unit->is_default && !unit->challenges.count)
		return;
	buffer_put_text(out, comment);
	if (gate_unit_is_off(unit)) {
		buffer_put_text(out, off);
		return;
	}
	buffer_put_text(out, unit->is_default ? "[Socket]\n" : "[Socket]\nListenStream=\n");
	unit_addresses_format(&unit->tcp, "ListenStream", out);
	unit_addresses_format(&unit->challenges, "ListenStream", out);
}

static void put_credential(const struct gate_credential *credential, struct buffer *out)
{
	if (credential->is_awaited)
		buffer_format(out, "SetCredential=%s:" CREDENTIAL_AWAITED "\n", credential->name);
	buffer_format(out, "LoadCredential=%s:%s\n", credential->name, credential->path);
}

static void put_credentials(
	const struct gate_unit *unit, gate_unit_has_file_fn has_file, struct buffer *out)
{
	const struct gate_credential *at = unit->credentials;

	for (size_t i = 0; i + 1 < unit->n_credentials; i += 2, at += 2) {
		if (!at->is_awaited && !(has_file(at[0].path) && has_file(at[1].path)))
			continue;
		put_credential(&at[0], out);
		put_credential(&at[1], out);
	}
}

void gate_unit_format_service(
	const struct gate_unit *unit, gate_unit_has_file_fn has_file, struct buffer *out)
{
	struct buffer credentials = { 0 };

	if (gate_unit_is_off(unit))
		buffer_put_text(&credentials, off);
	else
		put_credentials(unit, has_file, &credentials);
	if (credentials.length)
		buffer_format(out, "%s%s%s", comment, gate_unit_is_off(unit) ? "" : "[Service]\n",
			credentials.bytes);
	buffer_done(&credentials);
}

static bool is_beside(const char *path, size_t length, const char *other)
{
	return other && strncmp(other, path, length + 1) == 0 && !strchr(other + length + 1, '/');
}

/* Only directories: a file that replaces another, or a link, is a change of its directory. To watch
 * the files too would lose changes. systemd looks for what a path is now whenever something happens
 * to its link, and forgets what it has not read yet of all other paths. */
static void put_directory(const char *path, const char *previous, struct buffer *out)
{
	size_t length = (size_t) (strrchr(path, '/') - path);

	if (!is_beside(path, length, previous))
		buffer_format(out, "PathChanged=%.*s\n", length ? (int) length : 1, path);
}

void gate_unit_format_path(const struct gate_unit *unit, struct buffer *out)
{
	if (gate_unit_is_off(unit) || !unit->n_credentials)
		return;
	buffer_format(out, "%s[Path]\n", comment);
	for (size_t i = 0; i < unit->n_credentials; i++)
		put_directory(
			unit->credentials[i].path, i ? unit->credentials[i - 1].path : NULL, out);
}

void gate_unit_format_timers(const struct gate_unit *unit, struct buffer *out)
{
	if (unit->is_acme_wanted)
		buffer_format(out, "%s[Unit]\nWants=" GATE_UNIT_TIMER "\n", comment);
}
