/* Owns the way from a path to an open file, which never leaves the directory: neither the path nor
 * symbolic links can. */
#include "gate/page.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "proto/http_path.h"

/* Opening must not wait for the other side of a FIFO. */
#define PAGE_FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
#define INDEX "index.html"
#define CHALLENGES ".well-known/acme-challenge/"
#define NO_PAGES "This port is for web clients of IRC. It speaks WebSocket, and has no pages"
#define SUFFIX_BYTES 4
#define NS_PER_SECOND 1000000000
#define NAME_BYTES (HTTP_PATH_BYTES + sizeof("/" INDEX) + SUFFIX_BYTES)

/* One segment after the other; no link is followed. Links in the path would need the kernel. */
static int walk_beneath(int directory, char *path)
{
	char *name = path, *end = strchr(path, '/');
	int from = directory, fd;

	while (end) {
		*end = '\0';
		fd = openat(from, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		*end = '/';
		if (from != directory)
			close(from);
		if (fd < 0)
			return -1;
		from = fd;
		name = end + 1;
		end = strchr(name, '/');
	}
	fd = openat(from, name, PAGE_FLAGS | O_NOFOLLOW);
	if (from != directory)
		close(from);
	return fd;
}

/* Before Linux 5.6, and where a filter of system calls does not know openat2. */
static bool lacks_openat2(int error)
{
	return error == ENOSYS || error == EPERM;
}

/* A descriptor, or a negative errno. */
static int open_beneath(int directory, char *path)
{
	const struct open_how how = {
		.flags = PAGE_FLAGS,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int) syscall(SYS_openat2, directory, path, &how, sizeof(how));

	if (fd < 0 && lacks_openat2(errno))
		fd = walk_beneath(directory, path);
	return fd < 0 ? -errno : fd;
}

/* 0 or a negative errno. */
static int open_file(int directory, char *path, struct page *ret_page)
{
	int fd = open_beneath(directory, path);
	struct stat status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return -ENOENT;
	}
	ret_page->fd = fd;
	ret_page->size = (uint64_t) status.st_size;
	ret_page->changed_ns = (uint64_t) status.st_mtim.tv_sec * NS_PER_SECOND +
			       (uint64_t) status.st_mtim.tv_nsec;
	return 0;
}

/* A file that was changed after it was compressed. File systems and programs that copy the time of
 * a file may keep only its seconds. */
static bool is_outdated(const struct page *compressed, const struct page *plain)
{
	return compressed->changed_ns / NS_PER_SECOND < plain->changed_ns / NS_PER_SECOND;
}

static bool open_compressed(
	int directory, char *path, const struct page *plain, struct page *ret_compressed)
{
	if (open_file(directory, path, ret_compressed) != 0)
		return false;
	if (!is_outdated(ret_compressed, plain))
		return true;
	close(ret_compressed->fd);
	return false;
}

/* Replace the file by the encoding that the client prefers, if there are several. */
static void choose_file(
	int directory, char *path, const struct http_request *request, struct page *page)
{
	struct page files[HTTP_ENCODINGS] = { [HTTP_ENCODING_NONE] = *page };
	bool is_there[HTTP_ENCODINGS] = { [HTTP_ENCODING_NONE] = true };
	size_t length = strlen(path);

	for (enum http_encoding i = HTTP_ENCODING_NONE + 1; i < HTTP_ENCODINGS; i++) {
		snprintf(path + length, SUFFIX_BYTES, "%s", http_encoding_suffix(i));
		is_there[i] = open_compressed(directory, path, page, &files[i]);
		page->varies |= is_there[i];
	}
	path[length] = '\0';
	page->encoding = http_choose_encoding(request, is_there);
	for (enum http_encoding i = 0; i < HTTP_ENCODINGS; i++)
		if (is_there[i] && i != page->encoding)
			close(files[i].fd);
	page->fd = files[page->encoding].fd;
	page->size = files[page->encoding].size;
	page->changed_ns = files[page->encoding].changed_ns;
}

static enum http_status refuse_page(int error, const char **ret_reason)
{
	switch (-error) {
	case EACCES:
	case EPERM:
		*ret_reason = "The server may not read this file";
		return HTTP_STATUS_FORBIDDEN;
	case EXDEV: /* out of the directory */
	case ELOOP:
		*ret_reason = "This file is a link that the server does not follow";
		return HTTP_STATUS_FORBIDDEN;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN: /* openat2(2): the directory is being changed */
		*ret_reason = "The server is busy. Please try again";
		return HTTP_STATUS_UNAVAILABLE;
	}
	*ret_reason = "There is no such page";
	return HTTP_STATUS_NOT_FOUND;
}

static int find_page(const char *directory, const struct http_path *path,
	const struct http_request *request, struct page *page)
{
	char name[NAME_BYTES];
	int at = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), error;

	if (at < 0)
		return -errno;
	snprintf(name, sizeof(name), "%s%s%s", path->bytes,
		path->is_directory && *path->bytes ? "/" : "", path->is_directory ? INDEX : "");
	error = open_file(at, name, page);
	if (!error) {
		page->content_type = http_content_type(name);
		choose_file(at, name, request, page);
	}
	close(at);
	return error;
}

/* The directory of the path, which then is relative to it. NULL: none. */
static const char *take_directory(const struct page_site *site, struct http_path *path)
{
	size_t length = strlen(CHALLENGES);

	if (!site->challenges || !text_starts_with(path->bytes, CHALLENGES))
		return site->directory;
	memmove(path->bytes, path->bytes + length, strlen(path->bytes + length) + 1);
	return site->challenges;
}

enum http_status page_open(const struct page_site *site, const struct http_request *request,
	struct page *ret_page, const char **ret_reason)
{
	struct page page = { .fd = -1 };
	const char *directory;
	struct http_path path;
	enum http_status status = http_resolve(request, &path);
	int error;

	*ret_reason = status == HTTP_STATUS_NOT_FOUND	   ? "There is no such page"
		      : status == HTTP_STATUS_URI_TOO_LONG ? "The path is too long"
							   : "The path is malformed";
	if (status != HTTP_STATUS_OK)
		return status;
	directory = take_directory(site, &path);
	*ret_reason = NO_PAGES;
	if (!directory)
		return HTTP_STATUS_NOT_FOUND;
	error = find_page(directory, &path, request, &page);
	if (error)
		return refuse_page(error, ret_reason);
	*ret_page = page;
	return HTTP_STATUS_OK;
}
