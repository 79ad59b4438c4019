/* Owns the layout of control messages with descriptors; sends and receives nothing. */
#include "base/passed_fds.h"

#include <string.h>

void passed_fds_put(struct msghdr *message, void *room, const int *fds, size_t n_fds)
{
	const struct cmsghdr head = {
		.cmsg_len = CMSG_LEN(n_fds * sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS,
	};

	message->msg_control = NULL;
	message->msg_controllen = 0;
	if (!n_fds)
		return;
	message->msg_control = room;
	message->msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
	memset(room, 0, message->msg_controllen);
	memcpy(room, &head, sizeof(head));
	memcpy(CMSG_DATA((struct cmsghdr *) room), fds, n_fds * sizeof(int));
}

/* The kernel puts all descriptors behind one header, and other headers only come to sockets that
 * ask for them. */
size_t passed_fds_take(struct msghdr *message, int *ret_fds, size_t most)
{
	const struct cmsghdr *head = CMSG_FIRSTHDR(message);
	size_t n_fds;

	if (!head || head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
		return 0;
	n_fds = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(ret_fds, CMSG_DATA(head), (n_fds < most ? n_fds : most) * sizeof(int));
	return n_fds;
}
