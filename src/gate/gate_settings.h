/* The part of papod.conf that concerns the gate: the listeners that it serves, the certificates,
 * and what it offers to web clients.
 *
 * papod reads the same files and reports all their problems. So the gate leaves out what is wrong,
 * and reports only files that it cannot read. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/log.h"
#include "config/settings.h"
#include "gate/web.h"
#include "net/listeners.h"

/* The files as the gate reads them: copies that systemd has made, if it has. */
struct certificate_files {
	char *name; /* stays the same wherever the files are */
	char *certificate;
	char *key;
	bool is_awaited; /* they may not be there yet, see certificate_files_are_missing() */
};

struct gate_settings {
	struct settings *all;
	struct certificate_files *certificates;
	size_t n_certificates;
	bool is_complete; /* nothing was left out */
	struct web_site site;
	struct web_site proofs; /* at ACME_LISTENER: only proofs for issuers of certificates */
	const char **origins;	/* of the site */
	struct upload_site uploads;
	struct passed_site passed;
};

/* NULL is the default file. */
struct gate_settings *gate_settings_read(const char *config, const struct log *log);
void gate_settings_free(struct gate_settings *settings); /* NULL is allowed */

/* The program that gets the certificate has not done so yet. */
bool certificate_files_are_missing(const struct certificate_files *files);

/* NULL: no listener of papod.conf has that name. */
const struct listener_settings *gate_settings_find_listener(
	const struct gate_settings *settings, const char *name);

/* The directory of uploaded files; the caller frees. NULL: nothing can be uploaded, or there is no
 * place. */
char *gate_settings_uploads(const struct gate_settings *settings);

/* The listeners for listeners_apply(); the caller frees the array, whose texts are those of the
 * settings. Where a service manager passes sockets, it alone opens others. */
struct listener_spec *gate_settings_specs(
	const struct gate_settings *settings, bool has_passed_sockets, size_t *ret_n_specs);
