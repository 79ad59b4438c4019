/* Owns the parts of the manual that are generated from the tables: fills in a template, or prints
 * the journal's message catalog or the tables for the checks. Run by make during the build. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/logbook.h"
#include "bots/bots.h"
#include "command/commands.h"
#include "config/api_scopes.h"
#include "config/reference.h"
#include "daemon/arguments.h"
#include "daemon/metric_rows.h"
#include "mdoc.h"
#include "powers.h"
#include "report/report_rows.h"
#include "rows.h"
#include "world/banmask.h"
#include "world/caps.h"
#include "world/modes.h"
#include "world/notices.h"

#define LINE_BYTES 1024

static void put_arguments(void)
{
	const struct argument_row *row;

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; (row = arguments_row(i)); i++) {
		fputs(".It", stdout);
		if (row->letter)
			printf(" Fl %c ,", row->letter);
		printf(" Fl \\-%s", row->name);
		if (row->argument)
			printf(" Ar %s", row->argument);
		else if (row->takes_operand)
			fputs(" Op Ar FILE", stdout);
		putchar('\n');
		mdoc_put_sentence(row->help);
	}
	puts(".El");
}

static const char *name_of_cap(uint64_t cap)
{
	size_t n;
	const struct cap_row *rows = caps_all(&n);

	while (n && rows[n - 1].bit != cap)
		n--;
	return n ? rows[n - 1].name : "";
}

static void put_command(const struct command *command)
{
	printf(".It Ic %s", command->name);
	mdoc_put_usage(command->usage);
	putchar('\n');
	mdoc_put_text(command->help);
	if (command->flags & COMMAND_BEFORE_REGISTRATION)
		puts("Allowed before registration.");
	if (command->early_cap)
		printf("Allowed before registration with the capability\n.Cm %s .\n",
			name_of_cap(command->early_cap));
	if (command->cap)
		printf("Needs the capability\n.Cm %s .\n", name_of_cap(command->cap));
	if (command->privilege)
		printf("Needs an operator with the privilege\n.Cm %s .\n", command->privilege);
	printf("Cost: %u.\n", command->cost);
}

static void put_commands(void)
{
	size_t n;
	const struct command *const *rows = commands_all(&n);

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < n; i++)
		put_command(rows[i]);
	puts(".El");
}

static void put_suboptions(const struct subcommand *row)
{
	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < row->n_options; i++) {
		printf(".It Ic %s %s", row->name, row->options[i].name);
		mdoc_put_usage(row->options[i].usage);
		putchar('\n');
		mdoc_put_text(row->options[i].help);
	}
	puts(".El");
}

static void put_subcommand(const struct subcommand *row)
{
	printf(".It Ic %s", row->name);
	mdoc_put_usage(row->usage);
	putchar('\n');
	mdoc_put_text(row->help);
	if (row->flags & SUBCOMMAND_NEEDS_LOGIN)
		puts("Needs a login.");
	if (row->privilege)
		printf("Needs an operator with the privilege\n.Cm %s .\n", row->privilege);
	if (row->n_options)
		put_suboptions(row);
}

static void put_bot(const struct service *service)
{
	const struct bot *bot = bot_of(service);

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < bot->n_rows; i++)
		put_subcommand(bot->rows[i]);
	puts(".El");
}

static void put_nickserv(void)
{
	put_bot(&service_nickserv);
}

static void put_chanserv(void)
{
	put_bot(&service_chanserv);
}

static void put_mode(char letter, const char *param, const char *help)
{
	printf(".It Cm +%c", letter);
	if (param)
		mdoc_put_argument("Ar", param, strlen(param));
	putchar('\n');
	mdoc_put_text(help);
}

/* Also those that a server without accounts or TLS does not offer. */
static void put_channel_modes(void)
{
	size_t n;
	const struct channel_mode *rows = channel_modes_all(&n);

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < n; i++) {
		put_mode(rows[i].letter, rows[i].param, rows[i].help);
		if (rows[i].prefix)
			printf("Shown as\n.Sq %c .\n", rows[i].prefix);
		if (rows[i].is_default)
			puts("Set on new channels.");
	}
	puts(".El");
}

static void put_user_modes(void)
{
	size_t n;
	const struct user_mode *rows = user_modes_all(&n);

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < n; i++) {
		put_mode(rows[i].letter, rows[i].param, rows[i].help);
		if (!rows[i].may_set)
			puts("A user can give it up, but not take it.");
		if (rows[i].privilege)
			printf("Needs the privilege\n.Cm %s .\n", rows[i].privilege);
	}
	puts(".El");
}

static void put_extended_masks(void)
{
	size_t n;
	const struct banmask_kind *rows = banmask_kinds_all(&n);

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < n; i++) {
		fputs(".It", stdout);
		mdoc_put_argument("Cm", rows[i].usage, strlen(rows[i].usage));
		putchar('\n');
		mdoc_put_text(rows[i].help);
	}
	puts(".El");
}

static void put_notices(void)
{
	size_t n;
	const struct notice_row *rows = notices_all(&n);

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < n; i++) {
		printf(".It Cm %c\n", rows[i].letter);
		mdoc_put_text(rows[i].help);
		if (rows[i].is_default)
			puts("Among those that\n.Cm +s\nalone asks for.");
	}
	puts(".El");
}

/* "NICK|CHANNEL" is several arguments. */
static void put_report_param(const struct report_param *param)
{
	fputs(" Ar ", stdout);
	for (const char *at = param->usage; *at; at++)
		if (*at == '|')
			fputs(" Ns | Ns Ar ", stdout);
		else
			putchar(*at);
	if (param->is_rest)
		fputs(" ...", stdout);
}

static void put_report_head(const struct report_row *row)
{
	printf(".It Cm %s", row->command);
	for (size_t i = 0; i < row->n_params; i++) {
		const struct report_param *param = &row->params[i];

		if (param->is_optional)
			fputs(" Oo", stdout);
		if (param->is_flag)
			printf(" Fl \\-%s", param->name);
		put_report_param(param);
		if (param->is_optional)
			fputs(" Oc", stdout);
	}
	puts("");
}

static void put_report_list(const struct report_row *row)
{
	if (!row->n_params && !row->n_fields)
		return;
	puts(".Pp\n.Bl -tag -width registeredChannels -compact");
	for (size_t i = 0; i < row->n_params; i++) {
		printf(".It Ar %s\n", row->params[i].usage);
		mdoc_put_text(row->params[i].help);
	}
	for (size_t i = 0; i < row->n_fields; i++) {
		printf(".It Cm %s\n", row->fields[i].name);
		mdoc_put_text(row->fields[i].help);
	}
	puts(".El");
}

static bool is_report(const struct report_row *row)
{
	return row->member;
}

static bool is_own(const struct report_row *row)
{
	return !row->method;
}

static void put_calls(bool (*is_wanted)(const struct report_row *row))
{
	puts(".Bl -tag -width Ds");
	for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
		if (!is_wanted(report_row(i)))
			continue;
		put_report_head(report_row(i));
		mdoc_put_text(report_row(i)->help);
		put_report_list(report_row(i));
	}
	puts(".El");
}

static void put_reports(void)
{
	put_calls(is_report);
}

static void put_acts(void)
{
	put_calls(report_is_act);
}

static void put_own(void)
{
	put_calls(is_own);
}

static void put_caps(void)
{
	size_t n;
	const struct cap_row *rows = caps_all(&n);

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; i < n; i++) {
		printf(".It Cm %s\n", rows[i].name);
		mdoc_put_text(rows[i].help);
		if (rows[i].since)
			printf("Implied by\n.Ql CAP LS %u .\n", rows[i].since);
	}
	puts(".El");
}

static void put_reference(void (*write)(struct buffer *out))
{
	CLEANUP(buffer_done) struct buffer text = { 0 };

	write(&text);
	fputs(buffer_text(&text), stdout);
}

static void put_options(void)
{
	put_reference(reference_mdoc);
}

static void put_privileges(void)
{
	put_reference(reference_mdoc_privileges);
}

static const char *severity_word(enum severity severity)
{
	switch (severity) {
	case SEVERITY_ERROR:
		return "error";
	case SEVERITY_WARNING:
		return "warning";
	case SEVERITY_NOTICE:
		return "notice";
	case SEVERITY_INFO:
		return "info";
	case SEVERITY_DEBUG:
		return "debug";
	}
	return "";
}

static void put_logbook(void)
{
	puts(".Bl -tag -width Ds");
	for (int i = 0; i < LOGBOOK_COUNT; i++) {
		const struct logbook_row *row = logbook_row((enum logbook) i);

		printf(".It Cm %s Pq %s\n", row->name, severity_word(row->severity));
		fputs(".Dq", stdout);
		mdoc_put_argument("No", row->text, strlen(row->text));
		puts(" .");
		mdoc_put_text(row->help);
		if (*row->fields) {
			puts(".br\nFields:");
			mdoc_put_text(row->fields);
		}
		printf(".br\n.Dv MESSAGE_ID Ns = Ns %s\n", row->message_id);
	}
	puts(".El");
}

/* systemd's catalog format: https://systemd.io/CATALOG */
static void put_catalog(void)
{
	puts("# What papod logs, for journalctl -x. Made from src/base/logbook.def.");
	for (int i = 0; i < LOGBOOK_COUNT; i++) {
		const struct logbook_row *row = logbook_row((enum logbook) i);

		printf("\n-- %s\nSubject: %s\nDefined-By: papod\nSupport: %s\n", row->message_id,
			row->text, PACKAGE_URL);
		puts("Documentation: man:papod(8)\n");
		mdoc_put_filled(row->help, false);
		if (*row->fields)
			printf("\nFields: %s\n", row->fields);
	}
}

static void put_scopes(void)
{
	const struct api_scope *scope;

	puts(".Bl -tag -width accounts");
	for (size_t i = 0; (scope = api_scope(i)); i++) {
		printf(".It Cm %s\n", scope->name);
		mdoc_put_text(scope->help);
	}
	puts(".El");
}

static void put_metrics(void)
{
	const struct metric_row *row;

	puts(".Bl -tag -width Ds");
	for (size_t i = 0; (row = metric_row(i)); i++) {
		printf(".It Cm %s%s Pq %s%s%s\n", row->name,
			row->type == METRIC_TYPE_COUNTER ? "_total" : "",
			metric_text_type(row->type), row->label ? ", by " : "",
			row->label ? row->label : "");
		mdoc_put_text(row->help);
	}
	puts(".El");
}

static const struct {
	const char *mark;
	void (*put)(void);
} sections[] = {
	{ "@ACTS@", put_acts },
	{ "@ARGUMENTS@", put_arguments },
	{ "@CAPABILITIES@", put_caps },
	{ "@CHANNEL_MODES@", put_channel_modes },
	{ "@CHANSERV@", put_chanserv },
	{ "@COMMANDS@", put_commands },
	{ "@EXTENDED_MASKS@", put_extended_masks },
	{ "@LOGBOOK@", put_logbook },
	{ "@METRICS@", put_metrics },
	{ "@SCOPES@", put_scopes },
	{ "@NICKSERV@", put_nickserv },
	{ "@NOTICES@", put_notices },
	{ "@OPTIONS@", put_options },
	{ "@OWN@", put_own },
	{ "@POWERS@", powers_put },
	{ "@PRIVILEGES@", put_privileges },
	{ "@REPORTS@", put_reports },
	{ "@USER_MODES@", put_user_modes },
};

static const struct {
	const char *mark;
	const char *text;
} words[] = {
	{ "@SYSCONFDIR@", SYSCONFDIR },
	{ "@VERSION@", PACKAGE_VERSION },
};

static bool put_section(const char *line)
{
	for (size_t i = 0; i < ARRAY_LENGTH(sections); i++) {
		if (strcmp(line, sections[i].mark) != 0)
			continue;
		sections[i].put();
		return true;
	}
	return false;
}

/* Print the text of the mark at the front and return the mark's length; 0: no mark. */
static size_t put_mark(const char *at)
{
	for (size_t i = 0; i < ARRAY_LENGTH(words); i++) {
		size_t length = strlen(words[i].mark);

		if (strncmp(at, words[i].mark, length) != 0)
			continue;
		fputs(words[i].text, stdout);
		return length;
	}
	return 0;
}

static void put_line(const char *line)
{
	while (*line) {
		size_t length = *line == '@' ? put_mark(line) : 0;

		if (!length)
			putchar(*line++);
		line += length;
	}
	putchar('\n');
}

static int fill_in(const char *path)
{
	FILE *in = fopen(path, "r");
	char line[LINE_BYTES];

	if (!in) {
		perror(path);
		return EXIT_FAILURE;
	}
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		if (!put_section(line))
			put_line(line);
	}
	fclose(in);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int status = EXIT_SUCCESS;

	if (argc != 2) {
		fputs("Usage: docgen TEMPLATE, docgen --catalog, or docgen --rows\n", stderr);
		return EXIT_FAILURE;
	}
	if (strcmp(argv[1], "--catalog") == 0)
		put_catalog();
	else if (strcmp(argv[1], "--rows") == 0)
		rows_print();
	else
		status = fill_in(argv[1]);
	return fflush(stdout) == 0 ? status : EXIT_FAILURE;
}
