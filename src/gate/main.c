/* papod-gate: the command line. */
#include <getopt.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "config/acme.h"
#include "gate/gate.h"
#include "gate/gate_settings.h"
#include "gate/keyring.h"
#include "service/log_sink.h"

#define PROGRAM "papod-gate"

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "check", no_argument, NULL, 'k' },
	{ "check-any", no_argument, NULL, 'y' },
	{ "acme-config", no_argument, NULL, 'a' },
	{ "handover", required_argument, NULL, 'o' },
	{ "handover-fd", required_argument, NULL, 'f' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

static void print_help(void)
{
	fputs("Usage: " PROGRAM " [OPTION]...\n\n"
	      "Does the TLS handshakes of papod's clients. systemd runs it as papod-gate.service;\n"
	      "a papod that is started by hand starts it by itself.\n\n"
	      "  -c, --config FILE          read FILE, and conf.d/*.conf beside it\n"
	      "      --check                check the certificates and their keys, exit\n"
	      "      --check-any            the same, but one good pair is enough\n"
	      "      --acme-config          print the configuration of dehydrated, exit\n"
	      "      --handover PATH        pass clients to the papod that listens at PATH\n"
	      "      --handover-fd NUMBER   pass clients to papod over this descriptor\n"
	      "  -v, --verbose              also log debug entries to the terminal\n"
	      "  -h, --help                 print this, exit\n"
	      "  -V, --version              print the version, exit\n\n"
	      "Signals: HUP reads the configuration and the certificates again; TERM and INT end\n"
	      "it after the handshakes under way, at most a second later.\n"
	      "Manual: man papod-gate\n",
		stdout);
}

/* False: the status is the exit status. */
static bool take_option(int letter, struct gate_options *options, bool *is_verbose, int *ret_status)
{
	uint64_t number;

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
		if (!text_parse_u64(optarg, &number) || number > INT32_MAX) {
			fprintf(stderr, PROGRAM ": --handover-fd: \"%s\" is no descriptor\n",
				optarg);
			return false;
		}
		options->handover_fd = (int) number;
		return true;
	case 'v':
		*is_verbose = true;
		return true;
	case 'h':
		print_help();
		*ret_status = 0;
		return false;
	case 'V':
		puts(PROGRAM " " PACKAGE_VERSION);
		*ret_status = 0;
		return false;
	}
	fputs(PROGRAM " --help lists all options\n", stderr);
	return false;
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
	printf(PROGRAM ": the certificates are good (%zu)\n", n_certificates);
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
	bool is_verbose = false;
	struct log_sink *sink;
	int letter, status;

	while ((letter = getopt_long(argc, argv, "c:vhV", long_options, NULL)) != -1)
		if (!take_option(letter, &options, &is_verbose, &status))
			return status;
	if (optind < argc) {
		fprintf(stderr, PROGRAM ": unexpected argument \"%s\"; see " PROGRAM " --help\n",
			argv[optind]);
		return EX_USAGE;
	}
	sink = log_sink_new(PROGRAM, is_verbose);
	status = run_gate_action(&options, log_sink_log(sink));
	return log_sink_end(sink, status);
}
