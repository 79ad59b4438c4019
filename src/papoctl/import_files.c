/* Owns carrying out papoctl import: reads the files of another server, and writes those of papod
 * beside each other into a directory. It replaces no file, and runs without papod. */
#include "papoctl/import_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "files/config_files.h"
#include "moving/moved_config.h"
#include "moving/moving_formats.h"
#include "moving/registry_formats.h"
#include "papoctl/import_accounts.h"
#include "papoctl/import_logs.h"
#include "papoctl/import_texts.h"
#include "papoctl/shown.h"

#define MOST_BYTES (16 << 20)
#define OUTPUT_MODE 0640

struct importing {
	const struct import_call *call;
	const struct mapping_format *format;
	struct import_texts texts;
	struct moving_node *root;
	struct moved moved;
	struct problems problems;
};

void import_put_kinds(struct buffer *out)
{
	const struct mapping_format *format;
	const struct registry_format *database;

	for (size_t i = 0; (format = moving_format(i)); i++)
		buffer_format(out, "      %-14s %s\n", format->name, format->help);
	for (size_t i = 0; (database = registry_format(i)); i++)
		buffer_format(out, "      %-14s %s\n", database->name, database->help);
}

static void importing_done(struct importing *importing)
{
	moved_done(&importing->moved);
	moving_tree_free(importing->root);
	import_texts_done(&importing->texts);
	problems_done(&importing->problems);
}

static int write_import_text(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		length -= (size_t) n;
	}
	return fsync(fd) < 0 ? -errno : 0;
}

static int write_import_file(const struct importing *importing, const char *name, const char *text)
{
	CLEANUP(buffer_done) struct buffer path = { 0 };
	int fd, r;

	buffer_format(&path, "%s/%s", importing->call->directory, name);
	fd = open(path.bytes, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, OUTPUT_MODE);
	r = fd < 0 ? -errno : write_import_text(fd, text, strlen(text));
	if (fd >= 0)
		close(fd);
	if (r == 0) {
		printf("%s\n", path.bytes);
		return 0;
	}
	fprintf(stderr, "%s: %s: %s%s\n", importing->call->program, path.bytes, strerror(-r),
		r == -EEXIST ? "; name another directory with --into" : "");
	return EX_CANTCREAT;
}

static int write_import_files(const struct importing *importing, const struct moved_files *files)
{
	int status = write_import_file(importing, "papod.conf", buffer_text(&files->config));

	if (!status && files->secrets.length)
		status = write_import_file(importing, "secrets.ini", files->secrets.bytes);
	if (!status && importing->moved.motd)
		status = write_import_file(importing, MOVED_MOTD_FILE, importing->moved.motd);
	return status;
}

/* Hashes stay out of terminals: only the names of their sections are shown. */
static void print_import_files(const struct importing *importing, const struct moved_files *files)
{
	CLEANUP(mem_freep) char *text = mem_text(buffer_text(&files->secrets));
	char *rest = text, *line;

	shown_format(stdout, "%s", buffer_text(&files->config));
	while ((line = text_split(&rest, '\n')))
		if (*line == '[')
			shown_format(stdout, "# secrets.ini: %s\n", line);
	if (importing->moved.motd)
		shown_format(stdout, "# motd: %s\n", importing->moved.motd);
}

static int convert_files(struct importing *importing)
{
	CLEANUP(moved_files_done) struct moved_files files = { 0 };
	int status = 0;

	mapping_run(importing->format, importing->root, &importing->moved);
	if (!moved_hash_passwords(&importing->moved, import_hash_password)) {
		fprintf(stderr, "%s: this system's libcrypt cannot hash a password\n",
			importing->call->program);
		return EX_OSERR;
	}
	if (!moved_write(&importing->moved, &files, &importing->problems)) {
		import_print_problems(&importing->problems);
		return EX_DATAERR;
	}
	import_print_problems(&importing->moved.notes);
	if (importing->call->is_dry_run)
		print_import_files(importing, &files);
	else
		status = write_import_files(importing, &files);
	if (!status && (fflush(stdout) != 0 || ferror(stdout)))
		status = EX_IOERR;
	return status;
}

static int read_import_files(struct importing *importing)
{
	const struct import_call *call = importing->call;
	int status = import_texts_read(call, MOST_BYTES, &importing->texts);

	if (status)
		return status;
	if (moving_read(importing->format, importing->texts.files, importing->texts.n_files,
		    importing->root, &importing->problems))
		return 0;
	import_print_problems(&importing->problems);
	return EX_DATAERR;
}

int import_files(const struct import_call *call)
{
	CLEANUP(importing_done)
	struct importing importing = { .call = call, .format = moving_format_find(call->kind) };
	int status;

	if (!importing.format && registry_format_find(call->kind))
		return import_accounts(call, registry_format_find(call->kind));
	if (!importing.format && import_logs_is(call->kind))
		return import_logs(call);
	importing.root = moving_tree_new();
	moved_init(&importing.moved);
	if (!importing.format) {
		fprintf(stderr, "%s: there is no kind \"%s\"; see %s import --help\n",
			call->program, call->kind, call->program);
		return EX_USAGE;
	}
	status = read_import_files(&importing);
	return status ? status : convert_files(&importing);
}
