/* papod-gate: the command line. */
#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "config/acme.h"
#include "config/instance.h"
#include "gate/gate.h"
#include "gate/gate_settings.h"
#include "gate/keyring.h"
#include "service/command_line.h"
#include "service/log_sink.h"

#define PROGRAM "papod-gate"

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", no_argument, NULL, 'k' },
	{ "check-any", no_argument, NULL, 'y' },
	{ "acme-config", no_argument, NULL, 'a' },
	{ "handover", required_argument, NULL, 'o' },
	{ "handover-fd", required_argument, NULL, 'f' },
	COMMAND_LINE_OPTIONS,
};

static const char help[] =
	"Usage: " PROGRAM " [OPTION]...\n\n"
	"Does the TLS handshakes of papod's clients. systemd runs it as papod-gate.service;\n"
	"a papod that is started by hand starts it by itself.\n\n"
	"Signals: HUP reads the configuration and the certificates again; TERM and INT end\n"
	"it after the handshakes under way, at most a second later.\n\n"
	"  -c, --config FILE          read FILE, and conf.d/*.conf beside it\n"
	"      --check                check the certificates and their keys, exit\n"
	"      --check-any            the same, but one good pair is enough\n"
	"      --acme-config          print the configuration of dehydrated, exit\n"
	"      --handover PATH        pass clients to the papod that listens at PATH\n"
	"      --handover-fd NUMBER   pass clients to papod over this descriptor\n";

/* False: the status is the exit status. */
static bool take_option(
	struct command_line *line, int letter, struct gate_options *options, int *ret_status)
{
	static const uint64_t descriptors[] = { 0, INT32_MAX };
	uint64_t number = 0;
	bool is_good;

	*ret_status = EX_USAGE;
	switch (letter) {
	case 'c':
		options->config = optarg;
		return true;
	case 'k':
		options->is_check = true;
		return true;
	case 'y':
		options->is_check = options->is_any_enough = true;
		return true;
	case 'a':
		options->is_acme_config = true;
		return true;
	case 'o':
		options->handover = optarg;
		return true;
	case 'f':
		is_good = command_line_number(line, "handover-fd", descriptors, &number);
		options->handover_fd = (int) number;
		return is_good;
	}
	return command_line_take(line, letter, ret_status);
}

static int check_certificates(const struct gate_options *options, const struct log *log)
{
	CLEANUP(buffer_done) struct buffer problems = { 0 };
	struct gate_settings *settings = gate_settings_read(options->config, log);
	size_t n_certificates = settings->n_certificates;
	size_t n_good = keyring_check(settings, &problems);

	gate_settings_free(settings);
	if (problems.length && n_good && options->is_any_enough) {
		printf(PROGRAM ": of the certificates (%zu), some are good (%zu)\n", n_certificates,
			n_good);
		return 0;
	}
	fputs(buffer_text(&problems), stderr);
	if (problems.length)
		return EX_CONFIG;
	if (n_certificates)
		printf(PROGRAM ": the certificates are good (%zu)\n", n_certificates);
	else
		puts(PROGRAM ": no certificate is configured, so the server signs one itself");
	return 0;
}

static int print_acme_config(const struct gate_options *options, const struct log *log)
{
	CLEANUP(buffer_done) struct buffer text = { 0 };
	struct gate_settings *settings = gate_settings_read(options->config, log);

	acme_format(settings->all, &text);
	gate_settings_free(settings);
	fputs(buffer_text(&text), stdout);
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : EX_IOERR;
}

static int run_gate_action(const struct gate_options *options, const struct log *log)
{
	if (options->is_check)
		return check_certificates(options, log);
	if (options->is_acme_config)
		return print_acme_config(options, log);
	return gate_run(options, log);
}

int main(int argc, char **argv)
{
	struct gate_options options = {
		.handover = RUNSTATEDIR "/papod-gate/handover.sock",
		.handover_fd = -1,
	};
	struct command_line line = { .program = PROGRAM, .help = help };
	CLEANUP(mem_freep) char *instance = NULL, *program = NULL;
	struct log_sink *sink;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "c:vhV", long_options, NULL)) != -1)
		if (!take_option(&line, letter, &options, &status))
			return status;
	if (!command_line_is_over(&line, argc, argv))
		return EX_USAGE;
	instance = instance_of_config(options.config);
	program = instance_unit(instance, PROGRAM);
	sink = log_sink_new(program, line.is_verbose);
	status = run_gate_action(&options, log_sink_log(sink));
	return log_sink_end(sink, status);
}
