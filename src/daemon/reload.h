/* The settings in force, where they are from, and new ones while serving: whole and in force, or
 * refused and nothing changes. The listeners are as the settings say. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "config/settings.h"
#include "daemon/clients.h"
#include "daemon/cloak_key.h"
#include "daemon/engine.h"
#include "daemon/notifier.h"

struct reload;

struct reload_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine;	 /* gets the settings, and the reason of a refusal */
	struct clients *clients; /* whose listeners are opened and closed */
	struct notifier *notifier;
	struct cloak_key *cloak_key;
	const char *config;				  /* see configuration_read() */
	bool has_passed_sockets;			  /* by the service manager */
	void (*describe)(void *data, struct buffer *out); /* for the status, all that there is */
	void *data;
};

struct reload *reload_new(const struct reload_needs *needs);
void reload_free(struct reload *reload); /* NULL is fine */

/* With these settings we start; both are the reload's from now on. */
void reload_begin(struct reload *reload, struct settings *settings, char *source_names);
struct settings *reload_settings(const struct reload *reload); /* NULL: not begun */
const char *reload_source_names(const struct reload *reload);  /* "": built-in defaults */

/* At the end of the turn; the session hears how it went, 0: a signal. The last to ask counts. */
void reload_ask(struct reload *reload, uint64_t session);
bool reload_is_asked(const struct reload *reload);
void reload_now(struct reload *reload); /* what was asked for */

/* The files, after a start with the settings of another process; but not if they killed us before.
 * Either way the listeners are opened. Starts in a row that died of it are counted there; NULL:
 * nobody starts us again either. */
void reload_read_again(struct reload *reload, _Atomic uint32_t *readings);

/* While a log is replayed, until reload_read_again(): what was asked for was done, or the settings
 * killed who read them. */
void reload_note_done(struct reload *reload);
void reload_note_poison(struct reload *reload);
bool reload_has_notes(const struct reload *reload); /* also of what is asked for */
void reload_forget_notes(struct reload *reload);

/* As the settings say; failures are logged. */
void reload_open_listeners(struct reload *reload);
/* No listener is open and nobody is here, but there is somebody who would only start us again and
 * again. So we go on, and the listeners are tried again now and then. */
bool reload_is_unreachable(const struct reload *reload);
void reload_tick(struct reload *reload);
uint64_t reload_next_deadline(const struct reload *reload);

/* For the status, each "; " and text, or nothing. */
void reload_describe_listeners(const struct reload *reload, struct buffer *out);
void reload_describe_refusal(const struct reload *reload, struct buffer *out);
