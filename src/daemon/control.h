/* The control socket: where programs of administrators call papod, over Varlink (control_calls.h).
 * The mode and group of the socket decide which users can connect, and these have all rights.
 *
 * systemd passes the socket in, papod-control.socket; else papod opens control.sock in its state
 * directory. Few can connect at a time, others wait in the listen queue, and a connection that
 * neither calls nor reads its answers is closed. Connections end with the process: who waits for an
 * answer calls the next one. */
#pragma once

#include <stdint.h>

#include "base/log.h"
#include "daemon/engine.h"
#include "daemon/metric_rows.h"
#include "daemon/pasts.h"
#include "daemon/reload.h"
#include "daemon/storage.h"
#include "net/loop.h"
#include "survival/descriptors.h"

/* systemd's name for the socket, and the one among the inherited descriptors. */
#define CONTROL_SOCKET "control"
#define CONTROL_SOCKET_NAME DESCRIPTORS_PREFIX "control-socket"

struct control;

struct control_needs {
	struct loop *loop;
	const struct log *log;
	struct storage *storage; /* of which it makes backups, and of this: */
	struct pasts *pasts;
	struct engine *engine; /* whose world it reports, and which gets the acts */
	struct reload *reload; /* which reads the files for callers */
	struct metric_sources metrics;
};

/* Takes what it needs of the inherited descriptors. */
struct control *control_new(const struct control_needs *needs, struct descriptors *inherited);
void control_free(struct control *control); /* NULL is allowed */

/* For others who read what was said. */
struct readings *control_readings(const struct control *control);

/* List the descriptors for the next program in this process. */
void control_list(const struct control *control, struct descriptors *files);

/* The act of a caller has come to this end, see outbox_acted(). NULL: there is no control socket.
 */
void control_acted(void *control, const struct effect *effect);

/* Call in each turn. */
void control_tick(struct control *control);
uint64_t control_next_deadline(const struct control *control);
