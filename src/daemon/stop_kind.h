/* Why systemd stops papod: permanently, or for a restart. */
#pragma once

enum stop_kind {
	STOP_KIND_UNKNOWN, /* systemd did not answer, or has no such job */
	STOP_KIND_STOP,
	STOP_KIND_RESTART,
};

/* Asks over D-Bus, with a short timeout. */
enum stop_kind stop_kind_ask(void);
