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

#define TCP_LISTEN 10
#define LINK_BYTES 64

/* The inodes of all sockets that listen on the port. */
struct inodes {
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
		port != wanted || state != TCP_LISTEN)
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

bool held_ports_has(pid_t pid, uint16_t port)
{
	CLEANUP(inodes_done) struct inodes inodes = { 0 };
	CLEANUP(buffer_done) struct buffer path = { 0 };
	const struct dirent *entry;
	bool is_found = false;
	DIR *files;

	buffer_format(&path, "/proc/%d/fd", (int) pid);
	files = opendir(path.bytes);
	if (!files)
		return true;
	read_table("/proc/net/tcp", port, &inodes);
	read_table("/proc/net/tcp6", port, &inodes);
	while (!is_found && (entry = readdir(files)))
		is_found = is_wanted_socket(dirfd(files), entry->d_name, &inodes);
	closedir(files);
	return is_found;
}
