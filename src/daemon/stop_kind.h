/* Why systemd wants us to end: for good, or to start us again at once. */
#pragma once

enum stop_kind {
	STOP_KIND_UNKNOWN, /* nobody could be asked, or it is no job of systemd's */
	STOP_KIND_STOP,
	STOP_KIND_RESTART,
};

/* Asks over D-Bus; waits for an answer, but not long. */
enum stop_kind stop_kind_ask(void);
