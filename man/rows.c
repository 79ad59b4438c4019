/* Owns the tables as text, which tests/lint reads. */
#include "rows.h"

#include <stddef.h>
#include <stdio.h>

#include "base/logbook.h"
#include "bots/bots.h"
#include "command/commands.h"
#include "command/isupport.h"
#include "config/options.h"
#include "daemon/arguments.h"
#include "daemon/metric_rows.h"
#include "powers.h"
#include "world/banmask.h"
#include "world/caps.h"
#include "world/line_tags.h"
#include "world/modes.h"
#include "world/notices.h"

static void print_commands(void)
{
	static const char *const reaches[] = {
		[COMMAND_REACH_SELF] = "self",
		[COMMAND_REACH_ASK] = "ask",
		[COMMAND_REACH_WORLD] = "world",
	};
	size_t n;
	const struct command *const *rows = commands_all(&n);

	for (size_t i = 0; i < n; i++)
		printf("command\t%s\t%s\n", rows[i]->name, reaches[rows[i]->reach]);
}

static void print_suboptions(const struct bot *bot, const struct subcommand *row)
{
	for (size_t i = 0; i < row->n_options; i++)
		printf("%s\t%s %s\n", bot->service->name, row->name, row->options[i].name);
}

static void print_subcommands(void)
{
	const struct bot *bot;

	for (size_t i = 0; (bot = bots_row(i)); i++)
		for (size_t k = 0; k < bot->n_rows; k++) {
			printf("%s\t%s\n", bot->service->name, bot->rows[k]->name);
			print_suboptions(bot, bot->rows[k]);
		}
}

static void print_modes(void)
{
	size_t n_channel, n_user, n_masks;
	const struct channel_mode *channel = channel_modes_all(&n_channel);
	const struct user_mode *user = user_modes_all(&n_user);
	const struct banmask_kind *masks = banmask_kinds_all(&n_masks);

	for (size_t i = 0; i < n_channel; i++)
		printf("channelmode\t%c\n", channel[i].letter);
	for (size_t i = 0; i < n_user; i++)
		printf("usermode\t%c\n", user[i].letter);
	for (size_t i = 0; i < n_masks; i++)
		printf("extban\t%c\n", masks[i].letter);
}

static void print_notices(void)
{
	size_t n;
	const struct notice_row *rows = notices_all(&n);

	for (size_t i = 0; i < n; i++)
		printf("notice\t%c\n", rows[i].letter);
}

static void print_caps(void)
{
	size_t n;
	const struct cap_row *rows = caps_all(&n);

	for (size_t i = 0; i < n; i++)
		printf("cap\t%s%s\n", rows[i].name, rows[i].is_informative ? "\tlisted" : "");
}

static void print_options(void)
{
	for (int id = 0; id < OPTION_TABLES; id++) {
		const struct option_table *table = option_table_get((enum option_table_id) id);

		for (size_t i = 0; i < table->n_options; i++)
			printf("option\t%s%s%s\n", table->name ? table->name : "",
				table->name ? "." : "", table->options[i].path);
	}
}

static void print_names(const char *kind, const char *(*name_at)(size_t index))
{
	const char *name;

	for (size_t i = 0; (name = name_at(i)); i++)
		printf("%s\t%s\n", kind, name);
}

static const char *argument_name(size_t index)
{
	const struct argument_row *row = arguments_row(index);

	return row ? row->name : NULL;
}

static void print_entries(void)
{
	static const char *const identifiers[] = {
#define ROW(entry, ...) #entry,
#include "base/logbook.def"
#undef ROW
	};

	for (int i = 0; i < LOGBOOK_COUNT; i++) {
		const struct logbook_row *row = logbook_row((enum logbook) i);

		printf("entry\t%s\t%s\t%s\t%s\n", row->name, row->message_id, identifiers[i],
			row->fields);
	}
}

static const char *metric_name(size_t index)
{
	const struct metric_row *row = metric_row(index);

	return row ? row->name : NULL;
}

void rows_print(void)
{
	print_commands();
	print_subcommands();
	print_modes();
	print_notices();
	print_caps();
	print_names("token", isupport_name);
	print_names("tag", line_tag_name);
	print_options();
	print_names("argument", argument_name);
	print_entries();
	print_names("metric", metric_name);
	powers_print_rows();
}
