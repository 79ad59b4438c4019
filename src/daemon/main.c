/* papod: what each action of the command line does. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "config/instance.h"
#include "config/listen.h"
#include "config/problem.h"
#include "config/reference.h"
#include "config/settings.h"
#include "daemon/access.h"
#include "daemon/apply.h"
#include "daemon/arguments.h"
#include "daemon/backup_command.h"
#include "daemon/configuration.h"
#include "daemon/password.h"
#include "daemon/recording.h"
#include "daemon/resolving.h"
#include "daemon/server.h"
#include "files/problems.h"
#include "service/control_caller.h"
#include "service/log_sink.h"

/* In the journal, for example when systemd runs a reload, problems are entries with fields. */
static void print_problems(const struct problems *problems, const struct log_sink *sink)
{
	struct buffer line = { 0 };

	if (log_sink_is_journal(sink)) {
		problems_log(problems, log_sink_log(sink));
		return;
	}
	for (size_t i = 0; i < problems->count; i++) {
		buffer_clear(&line);
		buffer_put_text(&line, problems->items[i].is_warning ? "warning: " : "");
		problem_format(&problems->items[i], &line);
		fprintf(stderr, "%s\n", line.bytes);
	}
	buffer_done(&line);
}

/* Check what the service cannot access, although this user can. */
static void check_service(const struct arguments *arguments, const struct settings *settings,
	struct problems *problems)
{
	access_check_acme(settings, "/usr/bin/dehydrated", problems);
	access_check_certificates(settings, problems);
	if (geteuid() == 0)
		access_check_files(settings, arguments->config, problems);
}

/* The configuration says which instance is meant, as for --apply. */
static int run_backup(const struct arguments *arguments)
{
	CLEANUP(mem_freep) char *instance = instance_of_config(arguments->config);

	if (instance && setenv(CONTROL_INSTANCE, instance, 1) < 0)
		return EX_OSERR;
	return backup_command(arguments->backup);
}

static void print_listeners(const struct settings *settings)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	listen_describe(settings, &text);
	for (const char *line = buffer_text(&text); *line; line += strcspn(line, "\n") + 1)
		printf("papod: %.*s\n", (int) strcspn(line, "\n"), line);
}

static int check_configuration(const struct arguments *arguments, const struct log_sink *sink)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer names = { 0 };
	struct settings *settings = configuration_read(arguments->config, NULL, &problems, &names);

	if (settings && configuration_is_service(arguments->config)) {
		check_service(arguments, settings, &problems);
		access_check_names(settings, &RESOLVING_SOCKETS, &problems);
	}
	print_problems(&problems, sink);
	if (!settings) {
		fprintf(stderr, "papod: %zu error%s in the configuration\n", problems.n_errors,
			problems.n_errors == 1 ? "" : "s");
		return EX_CONFIG;
	}
	printf("papod: the configuration is good (%s)\n",
		names.length ? names.bytes : "no files, built-in defaults");
	print_listeners(settings);
	settings_unref(settings);
	return 0;
}

/* Afterwards, as papod --apply starts the program that finds them. */
static void warn_of_missing_names(const struct settings *settings, const struct log_sink *sink)
{
	CLEANUP(problems_done) struct problems problems = { 0 };

	access_check_names(settings, &RESOLVING_SOCKETS, &problems);
	print_problems(&problems, sink);
}

static int apply_config(const struct arguments *arguments, const struct log_sink *sink)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer names = { 0 };
	CLEANUP(mem_freep) char *instance = instance_of_config(arguments->config);
	struct settings *settings;
	int status;

	if (arguments->config && !instance) {
		fprintf(stderr, "papod: --apply is for papod.service, which reads " SYSCONFDIR
				"/papod.conf, so leave out --config; or for an instance, with "
				"--config " SYSCONFDIR "/" INSTANCE_DIRECTORY "/NAME/papod.conf\n");
		return EX_USAGE;
	}
	settings = configuration_read(arguments->config, NULL, &problems, &names);
	if (settings)
		check_service(arguments, settings, &problems);
	print_problems(&problems, sink);
	if (!settings) {
		fprintf(stderr, "papod: nothing was changed\n");
		return EX_CONFIG;
	}
	status = apply(settings, instance);
	if (!status)
		warn_of_missing_names(settings, sink);
	settings_unref(settings);
	return status;
}

/* What does not fit into its buffer is written earlier. */
static bool is_all_printed(void)
{
	return fflush(stdout) == 0 && !ferror(stdout);
}

static int show_config(const struct arguments *arguments, const struct log_sink *sink)
{
	CLEANUP(problems_done) struct problems problems = { 0 };
	CLEANUP(buffer_done) struct buffer names = { 0 };
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct settings *settings = configuration_read(arguments->config, NULL, &problems, &names);

	print_problems(&problems, sink);
	if (!settings)
		return EX_CONFIG;
	if (arguments->is_changed)
		settings_show_changed(settings, &text);
	else
		settings_show(settings, &text);
	settings_unref(settings);
	fputs(buffer_text(&text), stdout);
	return is_all_printed() ? 0 : EX_IOERR;
}

static int sample_config(void)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	reference_sample(&text);
	fputs(buffer_text(&text), stdout);
	return is_all_printed() ? 0 : EX_IOERR;
}

static int run_replay(const char *path)
{
	enum replay_result result = replay(path, stdout);

	if (!is_all_printed())
		return EX_IOERR;
	switch (result) {
	case REPLAY_OK:
		return 0;
	case REPLAY_NO_FILE:
		fprintf(stderr, "papod: %s cannot be read: %m\n", path);
		return EX_NOINPUT;
	case REPLAY_NOT_A_RECORDING:
		fprintf(stderr, "papod: %s is not a recording of papod --record\n", path);
		return EX_DATAERR;
	case REPLAY_CUT_SHORT:
		fprintf(stderr, "papod: %s ends in the middle of an event\n", path);
		return EX_DATAERR;
	}
	return EX_SOFTWARE;
}

static int run_action(const struct arguments *arguments, const struct log_sink *sink)
{
	switch (arguments->action) {
	case ACTION_RUN:
		return server_run(arguments, log_sink_log(sink));
	case ACTION_CHECK:
		return check_configuration(arguments, sink);
	case ACTION_APPLY:
		return apply_config(arguments, sink);
	case ACTION_SHOW_CONFIG:
		return show_config(arguments, sink);
	case ACTION_SAMPLE_CONFIG:
		return sample_config();
	case ACTION_HASH_PASSWORD:
		return password_hash_command();
	case ACTION_BACKUP:
		return run_backup(arguments);
	case ACTION_REPLAY:
		return run_replay(arguments->replay);
	case ACTION_HELP:
		arguments_help(stdout);
		return 0;
	case ACTION_VERSION:
		puts("papod " PACKAGE_VERSION);
		return 0;
	}
	return EX_SOFTWARE;
}

int main(int argc, char **argv)
{
	CLEANUP(mem_freep) char *instance = NULL, *program = NULL;
	struct arguments arguments;
	struct log_sink *sink;
	int status;

	if (!arguments_parse(argc, argv, stderr, &arguments))
		return EX_USAGE;
	/* papod may inherit that it is ignored, and then no child can be waited for. */
	signal(SIGCHLD, SIG_DFL);
	instance = instance_of_config(arguments.config);
	program = instance_unit(instance, "papod");
	sink = log_sink_new(program, arguments.is_verbose);
	status = run_action(&arguments, sink);
	return log_sink_end(sink, status);
}
