/* What systemd does for papod-gate: it listens where "listen" has TLS or WebSocket, passes copies
 * of the certificates and keys as credentials, watches their files, and starts papod-acme from time
 * to time. All are drop-ins. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "config/settings.h"
#include "config/unit_addresses.h"

/* The directories of the drop-ins; their file is SOCKET_UNIT_FILE. */
#define GATE_UNIT_SOCKET_DIRECTORY "papod-gate.socket.d"
#define GATE_UNIT_SERVICE_DIRECTORY "papod-gate.service.d"
#define GATE_UNIT_PATH_DIRECTORY "papod-gate-certificates.path.d"
#define GATE_UNIT_TIMERS_DIRECTORY "timers.target.d"
#define GATE_UNIT_TIMER "papod-acme.timer"

struct gate_credential {
	char *name;
	char *path;
	bool is_awaited; /* until then, CREDENTIAL_AWAITED is passed */
};

/* The content of a credential whose file does not exist yet. */
#define CREDENTIAL_AWAITED "none"

struct gate_unit {
	bool is_default; /* no list of where clients come in: papod-gate.socket says it itself */
	struct unit_addresses tcp;
	struct unit_addresses challenges;    /* where issuers ask besides, see acme.h */
	struct gate_credential *credentials; /* a certificate, its key, the next certificate ... */
	size_t n_credentials;
	bool is_acme_wanted; /* papod-acme has something to do */
};

void gate_unit_done(struct gate_unit *unit);

void gate_unit_of_settings(const struct settings *settings, struct gate_unit *ret_unit);

/* Make it the unit of an instance: it has no listeners of its own, and papod-acme, which runs once
 * on a machine, reads only the papod.conf of the first papod. */
void gate_unit_of_instance(struct gate_unit *unit);

/* The list has other listeners only, so papod-gate does not run. */
bool gate_unit_is_off(const struct gate_unit *unit);

/* Append the addresses that the unit has and the drop-in in force (NULL: none) has not, and those
 * that only the drop-in has: "[::1]:6697 127.0.0.1:6697". */
void gate_unit_compare(const struct gate_unit *unit, const char *dropin, struct buffer *ret_open,
	struct buffer *ret_close);

typedef bool (*gate_unit_has_file_fn)(const char *path);

/* The texts of the drop-ins; nothing if there is nothing to add. A certificate is passed only if
 * its file and that of its key exist, because systemd starts no service with a missing credential.
 * The certificate of papod-acme has a default instead: at boot, /var may not be there yet. */
void gate_unit_format_socket(const struct gate_unit *unit, struct buffer *out);
void gate_unit_format_service(
	const struct gate_unit *unit, gate_unit_has_file_fn has_file, struct buffer *out);
void gate_unit_format_path(const struct gate_unit *unit, struct buffer *out);
void gate_unit_format_timers(const struct gate_unit *unit, struct buffer *out);
