/* Owns the text for a user who starts papod in a terminal. */
#include "daemon/hint.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/* A wildcard address cannot be connected to. */
static bool listens_everywhere(const char *listeners)
{
	return text_starts_with(listeners, "[::]") || text_starts_with(listeners, "0.0.0.0");
}

/* The first that takes TCP; the end of the list if none does. */
static const char *find_tcp(const char *listeners)
{
	while (listeners[0]) {
		size_t length = strcspn(listeners, " ");

		if (!memchr(listeners, '/', length)) /* of a path, or of /udp */
			break;
		listeners += length + strspn(listeners + length, " ");
	}
	return listeners;
}

static void format_connect(const char *listeners, struct buffer *out)
{
	size_t length = strcspn(listeners, " ");
	const char *port = memrchr(listeners, ':', length);
	const char *host = listeners[0] == '[' ? listeners + 1 : listeners;

	if (!port)
		return;
	buffer_put_text(out, "papod: connect with: irssi -c ");
	if (listens_everywhere(listeners))
		buffer_put_text(out, "localhost");
	else
		buffer_put(out, host, (size_t) (port - host) - (host != listeners));
	buffer_format(out, " -p %.*s\n", (int) (listeners + length - port - 1), port + 1);
}

void hint_format(const char *listeners, struct buffer *out)
{
	format_connect(find_tcp(listeners), out);
	buffer_put_text(out, "papod: stop with: Ctrl-C\n");
}

void hint_print(const char *listeners)
{
	CLEANUP(buffer_done) struct buffer hint = { 0 };

	hint_format(listeners, &hint);
	fputs(hint.bytes, stderr);
}
