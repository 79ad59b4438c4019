/* The connection to another program, such as the outside checker: lines in, lines out. It knows no
 * questions. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"
#include "net/loop.h"

struct line_socket;

/* Both may close and open the connection. A line is without its line feed, and valid until then. */
struct line_socket_calls {
	void (*on_line)(void *data, const char *line, size_t length);
	void (*on_lost)(void *data, const char *reason); /* the caller closes it */
	void *data;
	size_t most_bytes; /* in a line */
};

struct line_socket *line_socket_new(
	struct loop *loop, const struct line_socket_calls *calls); /* not connected */
void line_socket_free(struct line_socket *socket);		   /* NULL is allowed */

/* Connect to the Unix socket: 0 or a negative errno. */
int line_socket_open(struct line_socket *socket, const char *path);
void line_socket_close(struct line_socket *socket); /* harmless if it is closed */
bool line_socket_is_open(const struct line_socket *socket);

/* Put lines with their line feeds there, and flush. What was sent is overwritten. */
struct buffer *line_socket_out(struct line_socket *socket);
void line_socket_flush(struct line_socket *socket);
