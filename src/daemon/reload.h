/* The settings in force, their origin, and reloads: new settings are applied as a whole, or refused
 * and nothing changes. Listeners follow the settings. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/log.h"
#include "config/settings.h"
#include "daemon/clients.h"
#include "daemon/cloak_key.h"
#include "daemon/engine.h"
#include "daemon/helpers.h"
#include "service/notifier.h"

struct reload;

struct reload_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine;	 /* gets the settings, and the reason of a refusal */
	struct clients *clients; /* owns the listeners */
	struct notifier *notifier;
	struct helpers *helpers; /* NULL: none use the settings */
	struct cloak_key *cloak_key;
	const char *config;				  /* see configuration_read() */
	bool has_passed_sockets;			  /* from the service manager */
	void (*describe)(void *data, struct buffer *out); /* append the whole status */
	void *data;
};

struct reload *reload_new(const struct reload_needs *needs);
void reload_free(struct reload *reload); /* NULL is allowed */

/* Start with these settings; takes ownership of both. */
void reload_begin(struct reload *reload, struct settings *settings, char *source_names);
struct settings *reload_settings(const struct reload *reload); /* NULL: not begun */
const char *reload_source_names(const struct reload *reload);  /* "": built-in defaults */

/* Request a reload at the end of the turn; the session gets the result; 0: a signal. Only the last
 * request counts. */
void reload_ask(struct reload *reload, uint64_t session);
bool reload_is_asked(const struct reload *reload);
/* What a reload would change. False: it would be refused, for this problem. */
bool reload_preview(const struct reload *reload, settings_change_fn on_change, void *data,
	struct buffer *ret_problem);
const char *reload_problem(const struct reload *reload); /* of the last one; NULL: none */
/* Carry out the request. tests/bench/counts.py finds its calls by its name. */
void reload_now(struct reload *reload) __attribute__((noinline));

/* Read the files after a start with the settings of another process, unless they crashed it before.
 * Opens the listeners in both cases. `readings` counts starts in a row that crashed; NULL: not
 * counted, as no service manager restarts papod. */
void reload_read_again(struct reload *reload, _Atomic uint32_t *readings);

/* During a replay, until reload_read_again(): the requested reload was done, or the settings
 * crashed their reader. */
void reload_note_done(struct reload *reload);
void reload_note_poison(struct reload *reload);
bool reload_has_notes(const struct reload *reload); /* includes a requested reload */
void reload_forget_notes(struct reload *reload);

/* Open and close listeners as the settings require; failures are logged. */
void reload_open_listeners(struct reload *reload);
/* No listener is open and no client is connected, but the service manager would only restart papod
 * again and again. So papod continues and retries the listeners now and then. */
bool reload_is_unreachable(const struct reload *reload);
void reload_tick(struct reload *reload);
uint64_t reload_next_deadline(const struct reload *reload);

/* Append to the status "; " and a text, or nothing. */
void reload_describe_listeners(const struct reload *reload, struct buffer *out);
void reload_describe_refusal(const struct reload *reload, struct buffer *out);
