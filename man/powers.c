/* Owns the comparison of what operators can do on IRC with what papoctl can. */
#include "powers.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bots/bots.h"
#include "command/commands.h"
#include "report/report_rows.h"

/* A command, or a subcommand of a service. */
struct power {
	const char *service; /* NULL: none */
	const char *name;
	const char *privilege; /* without which nothing of it is allowed; NULL: others may use it */
	const char *usage;
	const char *papoctl;
};

typedef void (*power_fn)(const struct power *power);

static void each_power(power_fn visit)
{
	size_t n;
	const struct command *const *rows = commands_all(&n);
	const struct bot *bot;

	for (size_t i = 0; i < n; i++)
		visit(&(struct power){ NULL, rows[i]->name, rows[i]->privilege, rows[i]->usage,
			rows[i]->papoctl });
	for (size_t i = 0; (bot = bots_row(i)); i++)
		for (size_t k = 0; k < bot->n_rows; k++)
			visit(&(struct power){ bot->service->name, bot->rows[k]->name,
				bot->rows[k]->privilege, bot->rows[k]->usage,
				bot->rows[k]->papoctl });
}

static void put_name(const struct power *power)
{
	printf("%s%s%s", power->service ? power->service : "", power->service ? " " : "",
		power->name);
}

/* "LIST SHOW filters": the words of the usage, with the spaces behind them. */
static size_t measure_words(const char *part)
{
	size_t length = 0;

	if (*part == '(')
		return 0;
	for (size_t i = 0; isupper((unsigned char) part[i]) || part[i] == ' '; i++)
		if (part[i] == ' ')
			length = i + 1;
	return length;
}

/* Up to the comma behind it; one in parentheses is a part of the reason. */
static size_t measure_part(const char *text)
{
	const char *end = *text == '(' ? strchr(text, ')') : NULL;

	return end ? (size_t) (end - text) + 1 : strcspn(text, ",");
}

typedef void (*part_fn)(
	const struct power *power, const char *words, size_t n_words, const char *what, size_t n);

static void each_part(const struct power *power, part_fn visit)
{
	for (const char *at = power->papoctl; at && *at; at += strspn(at, ", ")) {
		size_t length = measure_part(at), n_words = measure_words(at);

		visit(power, at, n_words ? n_words - 1 : 0, at + n_words, length - n_words);
		at += length;
	}
}

static void put_part(
	const struct power *power, const char *words, size_t n_words, const char *what, size_t n)
{
	fputs(".It Ic ", stdout);
	put_name(power);
	printf("%s%.*s\n", n_words ? " " : "", (int) n_words, words);
	if (*what == '(')
		printf("%.*s\n", (int) n - 2, what + 1);
	else
		printf(".Cm %.*s\n", (int) n, what);
}

static void put_power(const struct power *power)
{
	each_part(power, put_part);
}

void powers_put(void)
{
	puts(".Bl -tag -width NickServ_INVITATION_LIST -compact");
	each_power(put_power);
	puts(".El");
}

static void print_part(
	const struct power *power, const char *words, size_t n_words, const char *what, size_t n)
{
	fputs("power\t", stdout);
	put_name(power);
	printf("\t%.*s\t%.*s\n", (int) n_words, words, (int) n, what);
}

static void print_power(const struct power *power)
{
	if (power->privilege) {
		fputs("privileged\t", stdout);
		put_name(power);
		printf("\t%s\n", power->usage);
	}
	each_part(power, print_part);
}

void powers_print_rows(void)
{
	each_power(print_power);
	for (enum report_kind i = 0; i < REPORT_KINDS; i++) {
		const struct report_row *row = report_row(i);

		printf("papoctl\t%s\t%s\n", row->command, row->line ? row->line : "");
	}
}
