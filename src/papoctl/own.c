/* Owns backup, edit and the question before a reload. */
#include "papoctl/own.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "config/instance.h"
#include "config/options.h"
#include "papoctl/ask.h"
#include "papoctl/edit.h"
#include "papoctl/shown.h"
#include "papoctl/table.h"
#include "service/control_caller.h"

/* papod is beside papoctl, as in a build directory, or in the sbin beside its bin. The caller
 * frees. */
static char *find_papod(void)
{
	static const char *const places[] = { "papod", "../sbin/papod" };
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	self[length > 0 ? length : 0] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < ARRAY_LENGTH(places); i++) {
		struct buffer path = { 0 };

		buffer_format(&path, "%.*s/%s", (int) (slash - self), self, places[i]);
		if (access(path.bytes, X_OK) == 0)
			return buffer_take(&path);
		buffer_done(&path);
	}
	return mem_text("papod");
}

int own_run(const char *program, char *const *words)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0) {
		execvp(words[0], words);
		fprintf(stderr, "%s: %s: %s\n", program, words[0], strerror(errno));
		_exit(EX_UNAVAILABLE);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return EX_OSERR;
	if (child < 0) {
		fprintf(stderr, "%s: %s\n", program, strerror(errno));
		return EX_OSERR;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EX_SOFTWARE;
}

static int back_up(const char *program, const char *papod, const char *file)
{
	CLEANUP(mem_freep) char *path = mem_text(papod);
	CLEANUP(mem_freep) char *copy = mem_text(file);
	char option[] = "--backup";
	char *const words[] = { path, option, copy, NULL };

	return own_run(program, words);
}

int own_command(const char *program, const struct words *words)
{
	const char *file = json_string_value(json_object_get(words->parameters, "file"));

	CLEANUP(mem_freep) char *papod = find_papod();

	if (words->row == report_row(REPORT_KIND_EDIT))
		return edit_configuration(program, papod, file);
	return back_up(program, papod, file);
}

/* Reloads */

/* Anything but yes is no. */
static bool ask_to_apply(const char *program)
{
	char answer[16] = "";

	fprintf(stderr, "Apply this? [y/N] ");
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	fprintf(stderr, "%s: nothing was changed\n", program);
	return false;
}

bool own_needs_apply(const json_t *changes)
{
	for (size_t i = 0; i < json_array_size(changes); i++) {
		const char *option =
			json_string_value(json_object_get(json_array_get(changes, i), "option"));

		if (option && option_is_read_elsewhere(option))
			return true;
	}
	return false;
}

static bool is_run_by_systemd(void)
{
	return !getenv("STATE_DIRECTORY") && access("/run/systemd/system", F_OK) == 0;
}

static int call_for_reload(const char *program)
{
	struct words reload = { .row = report_row(REPORT_KIND_RELOAD) };
	struct answer_of_papod answer;
	int status = call_papod(program, &reload, &answer);

	if (status)
		return status;
	shown_print(stdout, json_string_value(answer.message));
	answer_of_papod_done(&answer);
	return 0;
}

int own_apply(const char *program, const char *papod)
{
	const struct words changes = { .row = report_row(REPORT_KIND_CHANGES) };
	CLEANUP(mem_freep) char *path = mem_text(papod);
	CLEANUP(mem_freep) char *config = instance_config(getenv(CONTROL_INSTANCE));
	char option[] = "--apply", config_option[] = "--config";
	char *const words[] = { path, option, getenv(CONTROL_INSTANCE) ? config_option : NULL,
		config, NULL };
	struct answer_of_papod answer;
	int status = call_papod(program, &changes, &answer);
	bool needs_apply;

	if (status)
		return status;
	needs_apply = own_needs_apply(answer.rows) && is_run_by_systemd();
	answer_of_papod_done(&answer);
	return needs_apply ? own_run(program, words) : call_for_reload(program);
}

bool own_may_reload(const char *program, int *ret_status)
{
	const struct words changes = { .row = report_row(REPORT_KIND_CHANGES) };
	struct answer_of_papod answer;
	size_t n_changes;

	*ret_status = call_papod(program, &changes, &answer);
	if (*ret_status)
		return false;
	n_changes = json_array_size(answer.rows);
	if (n_changes)
		table_print(stdout, changes.row, answer.rows);
	answer_of_papod_done(&answer);
	fflush(stdout);
	if (!n_changes)
		fprintf(stderr, "The files are as they were: nothing will change\n");
	return !n_changes || !isatty(STDIN_FILENO) || ask_to_apply(program);
}
