/* Mails on their way to papod-mail(8): the mails of the world go out, and their answers come back
 * as EVENT_MAILED. Each has a connection of its own. A mail is tried a few times in some seconds;
 * then the client that caused it is told. Failures are logged once, until a mail is sent again.
 *
 * The code of a mail is drawn here and known to no one else: the world gets its hash. */
#pragma once

#include <stdint.h>

#include "base/log.h"
#include "daemon/engine.h"
#include "net/loop.h"

struct mailer;

struct mailer_needs {
	struct loop *loop;
	const struct log *log;
	struct engine *engine;
};

struct mailer *mailer_new(const struct mailer_needs *needs);
void mailer_free(struct mailer *mailer); /* NULL is allowed */

/* EFFECT_MAIL: the world has a new mail. And once, after the world is there. */
void mailer_submit(struct mailer *mailer);
/* Before another program takes over: what is under way is given up here. Afterwards mailer_submit()
 * sends all mails of the world again. */
void mailer_close(struct mailer *mailer);

uint64_t mailer_next_deadline(const struct mailer *mailer);
void mailer_tick(struct mailer *mailer);
