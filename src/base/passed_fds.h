/* Descriptors in a message of a Unix socket: SCM_RIGHTS, unix(7). */
#pragma once

#include <stddef.h>
#include <sys/socket.h>

/* A variable of this type has room for that many, and perhaps one more, as the kernel rounds up. */
#define PASSED_FDS(most)                                                                           \
	union {                                                                                    \
		struct cmsghdr head; /* for the alignment */                                       \
		char bytes[CMSG_SPACE((most) * sizeof(int))];                                      \
	}

/* The message will carry these; with none, it carries nothing. The room, with space for all of
 * them, is used until the message is sent. */
void passed_fds_put(struct msghdr *message, void *room, const int *fds, size_t n_fds);
/* Those of a received message, which are the caller's from now on. Returns how many came, and
 * writes the first `most` of them. */
size_t passed_fds_take(struct msghdr *message, int *ret_fds, size_t most);
