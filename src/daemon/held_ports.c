/* Owns reading the listening sockets of another process from /proc, see proc(5) and
 * proc_net_tcp(5). */
#include "daemon/held_ports.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"

#define LINK_BYTES 64

/* Where the kernel lists sockets, and the state of those that listen. */
static const struct held_kind {
	const char *ipv4, *ipv6;
	unsigned int state;
} held_kinds[] = {
	{ "/proc/net/tcp", "/proc/net/tcp6", 10 }, /* TCP_LISTEN */
	{ "/proc/net/udp", "/proc/net/udp6", 7 },  /* TCP_CLOSE: not connected */
};

/* The inodes of all sockets that listen on the port. */
struct inodes {
	const struct held_kind *kind;
	unsigned long *items;
	size_t count;
};

static void inodes_done(struct inodes *inodes)
{
	free(inodes->items);
}

static void add_inode(struct inodes *inodes, const char *line, uint16_t wanted)
{
	unsigned int port, state;
	unsigned long inode;

	if (sscanf(line, " %*u: %*[0-9A-F]:%x %*s %x %*s %*s %*s %*s %*s %lu", &port, &state,
		    &inode) != 3 ||
		port != wanted || state != inodes->kind->state)
		return;
	inodes->items = mem_resize(inodes->items, inodes->count + 1, sizeof(*inodes->items));
	inodes->items[inodes->count++] = inode;
}

static void read_table(const char *path, uint16_t port, struct inodes *inodes)
{
	FILE *file = fopen(path, "re");
	char line[512];

	while (file && fgets(line, sizeof(line), file))
		add_inode(inodes, line, port);
	if (file)
		fclose(file);
}

static bool is_one_of(const struct inodes *inodes, unsigned long inode)
{
	for (size_t i = 0; i < inodes->count; i++)
		if (inodes->items[i] == inode)
			return true;
	return false;
}

static bool is_wanted_socket(int directory, const char *name, const struct inodes *inodes)
{
	char target[LINK_BYTES];
	ssize_t length = readlinkat(directory, name, target, sizeof(target) - 1);
	unsigned long inode;

	if (length < 0)
		return false;
	target[length] = '\0';
	return sscanf(target, "socket:[%lu]", &inode) == 1 && is_one_of(inodes, inode);
}

bool held_ports_has(pid_t pid, uint16_t port, bool is_datagram)
{
	CLEANUP(inodes_done) struct inodes inodes = { .kind = &held_kinds[is_datagram] };
	CLEANUP(buffer_done) struct buffer path = { 0 };
	const struct dirent *entry;
	bool is_found = false;
	DIR *files;

	buffer_format(&path, "/proc/%d/fd", (int) pid);
	files = opendir(path.bytes);
	if (!files)
		return true;
	read_table(inodes.kind->ipv4, port, &inodes);
	read_table(inodes.kind->ipv6, port, &inodes);
	while (!is_found && (entry = readdir(files)))
		is_found = is_wanted_socket(dirfd(files), entry->d_name, &inodes);
	closedir(files);
	return is_found;
}
