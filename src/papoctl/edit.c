/* Owns papoctl edit: a draft beside the file, its check, and the exchange of both.
 *
 * The check is that of papod, on a directory of links in which the draft has the place of the file:
 * so it sees the whole configuration, and the file in force is never a wrong one. */
#include "papoctl/edit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "config/instance.h"
#include "papoctl/ask.h"
#include "papoctl/own.h"
#include "service/control_caller.h"

#define DROPINS "conf.d"
#define MAIN_FILE "papod.conf"

struct edit {
	const char *program;
	const char *papod;
	char *file;	 /* which is no link */
	char *link;	 /* that leads to it; NULL: none */
	char *draft;	 /* beside the file */
	char *before;	 /* the file as it was, while the draft is in its place */
	char *directory; /* of papod.conf */
	char *name;	 /* of the file, in that directory: "conf.d/x.conf" */
};

static void edit_done(struct edit *edit)
{
	free(edit->file);
	free(edit->link);
	free(edit->draft);
	free(edit->before);
	free(edit->directory);
	free(edit->name);
}

static char *join_texts(const char *a, const char *separator, const char *b)
{
	struct buffer text = { 0 };

	buffer_format(&text, "%s%s%s", a, separator, b);
	return buffer_take(&text);
}

static int fail_edit_of(const struct edit *edit, const char *path)
{
	int status = errno == EACCES || errno == EPERM ? EX_NOPERM : EX_IOERR;

	fprintf(stderr, "%s: %s: %s%s", edit->program, path, strerror(errno),
		status == EX_NOPERM ? "; this is for root" : "");
	if (edit->link)
		fprintf(stderr, "; %s is a symbolic link to %s", edit->link, edit->file);
	fputc('\n', stderr);
	return status;
}

static bool is_link(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

/* Where the place is a link, its target is edited. 0, or a status after a message. */
static int find_target(struct edit *edit, const char *place)
{
	edit->file = realpath(place, NULL);
	if (!edit->file && errno != ENOENT)
		return fail_edit_of(edit, place);
	if (!edit->file && is_link(place)) {
		fprintf(stderr,
			"%s: %s is a symbolic link to a file that is not there; make that file, "
			"or remove the link\n",
			edit->program, place);
		return EX_NOINPUT;
	}
	if (!edit->file)
		edit->file = mem_text(place);
	return 0;
}

static char *make_absolute(const char *path)
{
	CLEANUP(mem_freep) char *here = *path == '/' ? NULL : getcwd(NULL, 0);

	return *path == '/' ? mem_text(path) : join_texts(here ? here : ".", "/", path);
}

/* Somebody may have a link to a file of papod elsewhere, such as in a home directory. */
static bool is_of_service(const char *target)
{
	CLEANUP(mem_freep) char *config = instance_config(getenv(CONTROL_INSTANCE));
	CLEANUP(mem_freep) char *directory = NULL;
	CLEANUP(mem_freep) char *inside = NULL;

	*strrchr(config, '/') = '\0';
	directory = realpath(config, NULL);
	inside = join_texts(directory ? directory : config, "/", "");
	return strncmp(target, inside, strlen(inside)) == 0;
}

/* Its name and directory, from "DIRECTORY/papod.conf" or "DIRECTORY/conf.d/NAME". */
static void name_place(struct edit *edit, const char *place)
{
	char *slash, *parent;

	mem_set_text(&edit->directory, place);
	slash = strrchr(edit->directory, '/');
	mem_set_text(&edit->name, slash + 1);
	*slash = '\0';
	parent = strrchr(edit->directory, '/');
	if (parent && strcmp(parent + 1, DROPINS) == 0) {
		CLEANUP(mem_freep) char *name = join_texts(DROPINS, "/", edit->name);

		mem_set_text(&edit->name, name);
		*parent = '\0';
	}
}

static int place_file(struct edit *edit, const char *file)
{
	CLEANUP(mem_freep) char *usual = instance_config(getenv(CONTROL_INSTANCE));
	CLEANUP(mem_freep) char *place = make_absolute(file ? file : usual);
	int status = find_target(edit, place);

	if (status)
		return status;
	name_place(edit, is_of_service(edit->file) ? edit->file : place);
	edit->draft = join_texts(edit->file, ".", "draft");
	edit->before = join_texts(edit->file, ".", "before");
	if (is_link(place))
		edit->link = TAKE(place);
	return 0;
}

static void close_edited(FILE **file)
{
	if (*file)
		fclose(*file);
}

static bool copy_edited(FILE *from, FILE *to)
{
	char bytes[8192];
	size_t n;

	while ((n = fread(bytes, 1, sizeof(bytes), from)))
		if (fwrite(bytes, 1, n, to) != n)
			return false;
	return !ferror(from) && fflush(to) == 0;
}

/* The draft has the owner and mode of the file, as it will take its place; without such a file it
 * has those of a new one. */
static bool give_draft_rights(const struct edit *edit, int draft)
{
	struct stat status;

	if (stat(edit->file, &status) < 0)
		return errno == ENOENT;
	return fchown(draft, status.st_uid, status.st_gid) == 0 &&
	       fchmod(draft, status.st_mode & 07777) == 0;
}

/* Secrets are in it only once it has the rights of their file. */
static bool fill_draft(const struct edit *edit, FILE *from, int draft)
{
	CLEANUP(close_edited) FILE *to = fdopen(draft, "w");

	if (!to) {
		close(draft);
		return false;
	}
	return give_draft_rights(edit, draft) && (!from || copy_edited(from, to));
}

static int make_draft(const struct edit *edit)
{
	CLEANUP(close_edited) FILE *from = NULL;
	int draft, status;

	if (access(edit->draft, F_OK) == 0) {
		fprintf(stderr, "%s: going on with %s\n", edit->program, edit->draft);
		return 0;
	}
	from = fopen(edit->file, "re");
	if (!from && errno != ENOENT)
		return fail_edit_of(edit, edit->file);
	draft = open(edit->draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, from ? 0600 : 0666);
	if (draft < 0)
		return fail_edit_of(edit, edit->draft);
	if (fill_draft(edit, from, draft))
		return 0;
	/* Half of a file would be taken for what an earlier edit has left. */
	status = fail_edit_of(edit, edit->draft);
	(void) unlink(edit->draft);
	return status;
}

static int open_editor(const struct edit *edit)
{
	char shell[] = "/bin/sh", option[] = "-c", name[] = "papoctl";
	char command[] = "exec ${VISUAL:-${EDITOR:-editor}} \"$1\"";
	char *const words[] = { shell, option, command, name, edit->draft, NULL };

	return own_run(edit->program, words);
}

static bool files_are_equal(const char *a, const char *b)
{
	CLEANUP(close_edited) FILE *one = fopen(a, "re");
	CLEANUP(close_edited) FILE *other = fopen(b, "re");
	int byte = EOF;

	if (!one || !other)
		return false;
	do
		byte = fgetc(one);
	while (byte != EOF && byte == fgetc(other));
	return byte == EOF && fgetc(other) == EOF;
}

/* The check */

static bool link_entry(const char *from, const char *to, const char *name)
{
	CLEANUP(mem_freep) char *target = join_texts(from, "/", name);
	CLEANUP(mem_freep) char *path = join_texts(to, "/", name);

	return symlink(target, path) == 0 || errno == EEXIST;
}

static bool link_entries(const char *from, const char *to)
{
	DIR *directory = opendir(from);
	const struct dirent *entry;
	bool is_good = true;

	while (directory && is_good && (entry = readdir(directory)))
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, DROPINS) != 0)
			is_good = link_entry(from, to, entry->d_name);
	if (directory)
		closedir(directory);
	return is_good;
}

/* The draft comes first, so that the file that it replaces finds its place taken. */
static bool make_mirror(const struct edit *edit, const char *mirror)
{
	CLEANUP(mem_freep) char *place = join_texts(mirror, "/", edit->name);
	CLEANUP(mem_freep) char *dropins = join_texts(mirror, "/", DROPINS);
	CLEANUP(mem_freep) char *own_dropins = join_texts(edit->directory, "/", DROPINS);
	CLEANUP(mem_freep) char *draft = realpath(edit->draft, NULL);

	return draft && mkdir(dropins, 0700) == 0 && symlink(draft, place) == 0 &&
	       link_entries(edit->directory, mirror) && link_entries(own_dropins, dropins);
}

static void remove_mirror(const char *mirror)
{
	char name[] = "rm", option[] = "-rf";
	CLEANUP(mem_freep) char *path = mem_text(mirror);
	char *const words[] = { name, option, path, NULL };

	(void) own_run("papoctl", words);
}

/* A papod that is started by hand may have a configuration of another name. */
static const char *name_main_file(const struct edit *edit)
{
	CLEANUP(mem_freep) char *usual = join_texts(edit->directory, "/", MAIN_FILE);

	return strchr(edit->name, '/') || access(usual, F_OK) == 0 ? MAIN_FILE : edit->name;
}

static int check_draft(const struct edit *edit)
{
	char mirror[] = "/tmp/papoctl-XXXXXX", option[] = "--check";
	CLEANUP(mem_freep) char *main_file = NULL;
	CLEANUP(mem_freep) char *papod = mem_text(edit->papod);
	int status;

	if (!mkdtemp(mirror))
		return fail_edit_of(edit, mirror);
	main_file = join_texts(mirror, "/", name_main_file(edit));
	if (make_mirror(edit, mirror)) {
		char *const words[] = { papod, option, main_file, NULL };

		status = own_run(edit->program, words);
	} else {
		status = fail_edit_of(edit, mirror);
	}
	remove_mirror(mirror);
	if (status)
		fprintf(stderr,
			"%s: nothing was changed, and the draft stays in %s (%s stands for %s)\n",
			edit->program, edit->draft, mirror, edit->directory);
	return status;
}

/* The exchange */

/* Many editors write a new file, with rights of its own, and leave it to the system when it comes
 * to the disk. After a power cut, the file in force must not be an empty one. */
static bool settle_draft(const struct edit *edit)
{
	int draft = open(edit->draft, O_RDONLY | O_CLOEXEC);
	bool is_done = draft >= 0 && give_draft_rights(edit, draft) && fsync(draft) == 0;

	if (draft >= 0)
		close(draft);
	return is_done;
}

static bool put_draft_in_place(const struct edit *edit)
{
	if (!settle_draft(edit))
		return false;
	(void) unlink(edit->before);
	if (link(edit->file, edit->before) < 0 && errno != ENOENT)
		return false;
	return rename(edit->draft, edit->file) == 0;
}

/* Back to what was there, with the draft beside it. */
static void take_draft_back(const struct edit *edit)
{
	(void) rename(edit->file, edit->draft);
	(void) rename(edit->before, edit->file);
	fprintf(stderr, "%s: %s keeps the draft\n", edit->program, edit->draft);
}

static int apply_draft(const struct edit *edit)
{
	int status = 0;

	if (!put_draft_in_place(edit)) {
		status = fail_edit_of(edit, edit->file);
		fprintf(stderr, "%s: nothing was changed, and the draft stays in %s\n",
			edit->program, edit->draft);
		(void) unlink(edit->before);
		return status;
	}
	if (own_may_reload(edit->program, &status))
		status = own_apply(edit->program, edit->papod);
	else if (status == EX_UNAVAILABLE)
		fprintf(stderr, "%s: the file is in place for the next start of papod\n",
			edit->program);
	else
		take_draft_back(edit);
	(void) unlink(edit->before);
	return status == EX_UNAVAILABLE ? 0 : status;
}

int edit_configuration(const char *program, const char *papod, const char *file)
{
	CLEANUP(edit_done) struct edit edit = { .program = program, .papod = papod };
	int status = place_file(&edit, file);

	if (!status)
		status = make_draft(&edit);
	if (!status)
		status = open_editor(&edit);
	if (status)
		return status;
	if (files_are_equal(edit.file, edit.draft)) {
		(void) unlink(edit.draft);
		fprintf(stderr, "%s: nothing was changed\n", program);
		return 0;
	}
	status = check_draft(&edit);
	return status ? status : apply_draft(&edit);
}
