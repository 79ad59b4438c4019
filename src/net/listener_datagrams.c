/* Owns datagrams.
 *
 * An answer goes only to a sender on this machine: the address of another one may be forged, and
 * papod would send it what a stranger likes. */
#include <sys/socket.h>

#include "net/listener.h"

void listeners_answer(struct listeners *listeners, const char *text, size_t length)
{
	const struct target *sender = listeners->sender;

	if (!sender || !target_is_answerable(sender))
		return;
	if (length > LISTENERS_ANSWER_BYTES)
		length = LISTENERS_ANSWER_BYTES;
	/* A sender that has gone, or reads nothing, needs no answer. */
	(void) sendto(listeners->sender_fd, text, length, MSG_DONTWAIT | MSG_NOSIGNAL,
		(const struct sockaddr *) &sender->address, sender->length);
}
