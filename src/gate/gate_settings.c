/* Owns the choice of listeners and of the files of certificates. */
#include "gate/gate_settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/acme.h"
#include "config/certificates.h"
#include "config/gate_unit.h"
#include "files/config_files.h"
#include "files/problems.h"
#include "service/state_directory.h"

/* systemd.exec(5), LoadCredential=: the file in the directory of credentials; else the one that
 * papod.conf names, for a gate that was started by hand. The caller frees. */
static char *find_file(
	const struct certificate_settings *certificate, bool is_key, const char *configured)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	struct buffer path = { 0 };

	if (!directory)
		return mem_text(configured);
	buffer_format(&path, "%s/", directory);
	certificate_credential(certificate, is_key, &path);
	if (access(path.bytes, F_OK) == 0)
		return buffer_take(&path);
	buffer_done(&path);
	return mem_text(configured);
}

static void add_certificate(
	struct gate_settings *settings, const struct certificate_settings *certificate)
{
	struct buffer name = { 0 };

	certificate_credential(certificate, false, &name);
	settings->certificates = mem_resize(settings->certificates, settings->n_certificates + 1,
		sizeof(*settings->certificates));
	settings->certificates[settings->n_certificates++] = (struct certificate_files){
		buffer_take(&name),
		find_file(certificate, false, certificate->certificate),
		find_file(certificate, true, certificate->key),
		certificate->is_awaited,
	};
}

/* A file that does not exist may be a credential, too short for a certificate. */
static bool is_missing(const char *path)
{
	struct stat status;

	return stat(path, &status) < 0 ? errno == ENOENT
				       : status.st_size <= (off_t) strlen(CREDENTIAL_AWAITED);
}

bool certificate_files_are_missing(const struct certificate_files *files)
{
	return files->is_awaited && (is_missing(files->certificate) || is_missing(files->key));
}

static void parse_files(struct gate_settings *settings, const char *config, const struct log *log)
{
	CLEANUP(config_files_done) struct config_files files = { 0 };
	CLEANUP(problems_done) struct problems unreadable = { 0 };
	CLEANUP(problems_done) struct problems reported_by_papod = { 0 };

	config_files_read(&files, config, &unreadable);
	problems_log(&unreadable, log);
	settings->all = settings_parse_leniently(files.items, files.count, &reported_by_papod);
	settings->is_complete = !unreadable.n_errors && !reported_by_papod.n_errors;
}

static void set_site(struct gate_settings *settings)
{
	const struct web_settings *web = &settings->all->web;

	settings->origins = mem_new((web->n_origins + 1) * sizeof(*settings->origins));
	for (size_t i = 0; i < web->n_origins; i++)
		settings->origins[i] = web->origins[i];
	settings->site = (struct web_site){
		.pages = { web->directory, web->challenges },
		.origins = settings->origins,
	};
	settings->proofs = (struct web_site){
		.pages = { .challenges = web->challenges },
		.has_no_clients = true,
	};
}

/* It was checked that the URL has a path. */
static const char *path_of_url(const char *url)
{
	return strchr(strstr(url, "://") + 3, '/');
}

static void set_uploads(struct gate_settings *settings)
{
	const struct settings *all = settings->all;

	if (!all->uploads.url)
		return;
	settings->uploads = (struct upload_site){
		.url = all->uploads.url,
		.path = path_of_url(all->uploads.url),
		.limits = {
			.account_bytes = all->uploads.account_bytes,
			.total_bytes = (uint64_t) all->uploads.total_mib * 1024 * 1024,
			.hourly = all->uploads.hourly,
		},
		.bytes = all->uploads.bytes,
		.days = all->uploads.days,
		.types = all->uploads.types,
		.n_types = all->uploads.n_types,
		.origins = settings->origins,
	};
}

char *gate_settings_uploads(const struct gate_settings *settings)
{
	const struct settings *all = settings->all;

	if (!all->uploads.url)
		return NULL;
	return all->uploads.directory ? mem_text(all->uploads.directory)
				      : state_directory_path("uploads");
}

struct gate_settings *gate_settings_read(const char *config, const struct log *log)
{
	struct gate_settings *settings = mem_new(sizeof(*settings));
	const struct certificate_settings *certificate;

	parse_files(settings, config, log);
	for (size_t i = 0; (certificate = settings_certificate(settings->all, i)); i++)
		add_certificate(settings, certificate);
	set_site(settings);
	set_uploads(settings);
	settings->passed = (struct passed_site){
		.has_metrics = settings->all->web.n_metrics,
		.has_notifications = settings->all->web.takes_notifications,
		.has_api = settings->all->web.has_api,
	};
	return settings;
}

void gate_settings_free(struct gate_settings *settings)
{
	if (!settings)
		return;
	for (size_t i = 0; i < settings->n_certificates; i++) {
		free(settings->certificates[i].name);
		free(settings->certificates[i].certificate);
		free(settings->certificates[i].key);
	}
	free(settings->certificates);
	free(settings->origins);
	settings_unref(settings->all);
	free(settings);
}

const struct listener_settings *gate_settings_find_listener(
	const struct gate_settings *settings, const char *name)
{
	const struct settings *all = settings->all;

	for (size_t i = 0; i < all->n_listeners; i++)
		if (strcmp(all->listeners[i].name, name) == 0)
			return &all->listeners[i];
	return NULL;
}

struct listener_spec *gate_settings_specs(
	const struct gate_settings *settings, bool has_passed_sockets, size_t *ret_n_specs)
{
	const struct settings *all = settings->all;
	struct listener_spec *specs = mem_new((all->n_listeners + 2) * sizeof(*specs));
	size_t n_specs = 0;

	for (size_t i = 0; i < all->n_listeners; i++) {
		const struct listener_settings *listener = &all->listeners[i];

		if (listener_is_for_gate(listener))
			specs[n_specs++] = (struct listener_spec){
				.name = listener->name,
				.address = listener->address,
				.port = (uint16_t) listener->port,
				.is_for_manager = has_passed_sockets,
			};
	}
	if (has_passed_sockets && acme_needs_port(all))
		specs[n_specs++] = (struct listener_spec){
			.name = ACME_LISTENER,
			.address = "*",
			.port = ACME_HTTP_PORT,
			.is_for_manager = true,
		};
	*ret_n_specs = n_specs;
	return specs;
}
