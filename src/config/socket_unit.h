/* The addresses on which systemd listens for papod: the list "listen", as a drop-in of
 * papod.socket. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "config/problem.h"
#include "config/settings.h"
#include "config/unit_addresses.h"

/* The generated drop-in, in the directory that systemd.generator(7) calls normal. Its name sorts
 * before those that administrators choose, so that theirs win. */
#define SOCKET_UNIT_DIRECTORY "papod.socket.d"
#define SOCKET_UNIT_FILE "00-listen.conf"
#define SOCKET_UNIT_RUN "/run/papod/"
#define SOCKET_UNIT_LOCAL "irc.sock" /* always open, in the directory of the instance */

struct socket_unit {
	const char *instance; /* the caller's; NULL: the first papod */
	bool is_default;      /* no list of where clients come in: papod.socket says it itself */
	struct unit_addresses tcp, udp;
	char **paths; /* of datagrams */
	size_t n_paths;
};

void socket_unit_done(struct socket_unit *unit);

/* Adds a problem for each entry that only papod itself could open. */
void socket_unit_of_settings(
	const struct settings *settings, struct problems *problems, struct socket_unit *ret_unit);
/* The text of the drop-in; nothing if the unit is the default. */
void socket_unit_format(const struct socket_unit *unit, struct buffer *out);

/* Only systemd may open it there: the sandbox of papod.service forbids it to papod. */
bool socket_unit_is_for(const struct listener_settings *listener);
