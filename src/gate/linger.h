/* The end of a connection behind a last answer: closing a socket with unread input would discard
 * what was written to it, so input is dropped until the client closes. */
#pragma once

#include <stdbool.h>

void linger_begin(int fd); /* no more output follows */
/* Call when there is input. True: close the descriptor now. */
bool linger_is_over(int fd);
