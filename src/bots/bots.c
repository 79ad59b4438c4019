/* Owns the tables of both services. */
#include "bots/bots.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

static const struct subcommand *const nickserv_rows[] = {
#define ROW(name) &nickserv_##name,
#include "bots/nickserv.def"
#undef ROW
};

static const struct subcommand *const chanserv_rows[] = {
#define ROW(name) &chanserv_##name,
#include "bots/chanserv.def"
#undef ROW
};

static const struct bot bots[] = {
	{ &service_nickserv, nickserv_rows, ARRAY_LENGTH(nickserv_rows) },
	{ &service_chanserv, chanserv_rows, ARRAY_LENGTH(chanserv_rows) },
};

const struct bot *bots_row(size_t index)
{
	return index < ARRAY_LENGTH(bots) ? &bots[index] : NULL;
}

const struct bot *bot_of(const struct service *service)
{
	return service == &service_nickserv ? &bots[0] : &bots[1];
}

static bool is_called(const char *row_name, const char *name, size_t length)
{
	if (length != strlen(row_name))
		return false;
	for (size_t i = 0; i < length; i++)
		if (text_upper(name[i]) != row_name[i])
			return false;
	return true;
}

const struct subcommand *bot_find_subcommand(const struct bot *bot, const char *name, size_t length)
{
	for (size_t i = 0; i < bot->n_rows; i++)
		if (is_called(bot->rows[i]->name, name, length))
			return bot->rows[i];
	return NULL;
}

const struct suboption *subcommand_find_option(
	const struct subcommand *row, const char *name, size_t length)
{
	for (size_t i = 0; i < row->n_options; i++)
		if (is_called(row->options[i].name, name, length))
			return &row->options[i];
	return NULL;
}
