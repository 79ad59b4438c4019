/* Owns the comparison of sockets. */
#include "daemon/socket_set.h"

#include <stdlib.h>
#include <sys/stat.h>

static bool find_inode(int fd, ino_t *ret_inode)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return false;
	*ret_inode = status.st_ino;
	return true;
}

static int compare_inodes(const void *a, const void *b)
{
	const ino_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static size_t count_inodes(const struct socket_set *set)
{
	return set->inodes.length / sizeof(ino_t);
}

void socket_set_done(struct socket_set *set)
{
	buffer_done(&set->inodes);
}

void socket_set_add(struct socket_set *set, int fd)
{
	ino_t inode;

	if (find_inode(fd, &inode))
		buffer_put(&set->inodes, &inode, sizeof(inode));
}

void socket_set_sort(struct socket_set *set)
{
	if (set->inodes.length)
		qsort(set->inodes.bytes, count_inodes(set), sizeof(ino_t), compare_inodes);
}

bool socket_set_has(const struct socket_set *set, int fd)
{
	ino_t inode;

	return set->inodes.length && find_inode(fd, &inode) &&
	       bsearch(&inode, set->inodes.bytes, count_inodes(set), sizeof(ino_t), compare_inodes);
}
