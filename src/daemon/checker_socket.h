/* The connection to the outside checker: lines in, lines out. It knows no questions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "net/loop.h"

struct checker_socket;

/* Both may close and open the connection. */
struct checker_socket_calls {
	void (*on_line)(void *data, const char *line, size_t length); /* without its line feed */
	void (*on_lost)(void *data, const char *reason);	      /* the caller closes it */
	void *data;
};

struct checker_socket *checker_socket_new(
	struct loop *loop, const struct checker_socket_calls *calls); /* not connected */
void checker_socket_free(struct checker_socket *socket);	      /* NULL is allowed */

/* Connect to the Unix socket: 0 or a negative errno. */
int checker_socket_open(struct checker_socket *socket, const char *path);
void checker_socket_close(struct checker_socket *socket); /* harmless if it is closed */
bool checker_socket_is_open(const struct checker_socket *socket);

/* Put lines with their line feeds there, and flush. What was sent is overwritten. */
struct buffer *checker_socket_out(struct checker_socket *socket);
void checker_socket_flush(struct checker_socket *socket);
