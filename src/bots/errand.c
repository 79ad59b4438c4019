/* Owns the way from a text to a subcommand: the rows refuse, the subcommands run. Beside that,
 * where the text contains a secret: the masked text must lead to the same subcommand with as many
 * parameters, so both split it by the same rules. */
#include "bots/errand.h"

#include <string.h>

#include "action/auditing.h"
#include "action/lookup.h"
#include "action/reply.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "bots/voice.h"
#include "proto/name_syntax.h"
#include "world/accounts.h"
#include "world/administrator.h"
#include "world/offers.h"
#include "world/session.h"
#include "world/user.h"

/* A suggested name differs in at most so many letters. */
#define FAR 3

struct buffer errand_text(const struct call *call, int first_param)
{
	struct buffer text = { .is_secret = true };

	for (int i = first_param; i < call->n_params; i++)
		buffer_format(&text, "%s%s", text.length ? " " : "", call->params[i]);
	return text;
}

/* Cut off the next word; NULL: there is none. */
static char *cut_errand_word(char **rest)
{
	char *word = *rest + strspn(*rest, " ");
	size_t length = strcspn(word, " ");

	*rest = word + length;
	if (!length)
		return NULL;
	if (word[length])
		*(*rest)++ = '\0';
	return word;
}

/* The rest of the text without the spaces around it; NULL: nothing. */
static char *cut_errand_rest(char **rest)
{
	char *text = *rest + strspn(*rest, " ");
	size_t length = strlen(text);

	while (length && text[length - 1] == ' ')
		length--;
	text[length] = '\0';
	*rest = text + length;
	return length ? text : NULL;
}

static void split_params(struct errand *errand, char *rest)
{
	int most = errand->subcommand->max_params;

	while (errand->n_params < most) {
		char *param = errand->n_params + 1 < most ? cut_errand_word(&rest)
							  : cut_errand_rest(&rest);

		if (!param)
			return;
		errand->params[errand->n_params++] = param;
	}
}

static const char *suggest_name(const struct bot *bot, const char *name)
{
	const char *nearest = NULL;
	unsigned int least = FAR;

	for (size_t i = 0; i < bot->n_rows; i++) {
		unsigned int distance = text_distance(name, bot->rows[i]->name);

		if (distance < least && distance < strlen(bot->rows[i]->name)) {
			least = distance;
			nearest = bot->rows[i]->name;
		}
	}
	return nearest;
}

static void refuse_name(struct errand *errand, char *name)
{
	const char *nearest;

	for (char *at = name; *at; at++)
		*at = text_upper(*at);
	nearest = suggest_name(errand->bot, name);
	if (nearest)
		bot_say(errand, "There is no command %s. Did you mean %s?", name, nearest);
	else
		bot_say(errand, "There is no command %s. HELP lists all commands.", name);
}

/* True: the row refused the errand. */
static bool refuse_errand(struct errand *errand)
{
	const struct subcommand *row = errand->subcommand;
	struct world *world = errand->call->world;

	if (errand->n_params < row->min_params)
		bot_say_usage(errand);
	else if (row->flags && !world_has_accounts(world, world->settings))
		bot_say(errand, "The database of accounts is not available, try again later.");
	else if (row->flags & SUBCOMMAND_CHANGES && world->storage != STORAGE_WORKS)
		bot_say(errand, "Nothing can be stored at the moment, try again later.");
	else if (row->flags & SUBCOMMAND_NEEDS_LOGIN && !errand->account &&
		 !session_is_administrator(errand->call->session))
		bot_say(errand, "Log in to an account first.");
	else
		return row->privilege && !lookup_privilege(errand->call, row->privilege);
	return true;
}

static void run_row(struct errand *errand)
{
	const struct subcommand *row = errand->subcommand;
	const char *name = errand->params[0];
	const struct suboption *option;

	if (!row->options) {
		row->run(errand);
		return;
	}
	option = subcommand_find_option(row, name, strlen(name));
	if (!option)
		bot_say(errand, "%s has no such option. HELP %s lists them.", row->name, row->name);
	else if (errand->n_params < row->max_params)
		bot_say_option_usage(errand, option);
	else
		option->run(errand);
}

/* Codes and passwords stay out of the audit log. */
static bool is_secret_param(const struct errand *errand, int i)
{
	const struct subcommand *row = errand->subcommand;
	const struct suboption *option =
		row->options && errand->n_params
			? subcommand_find_option(row, errand->params[0], strlen(errand->params[0]))
			: NULL;

	return row->secret == i + 1 || (row->secret == SUBCOMMAND_SECRET_BEFORE_MAIL && !i) ||
	       (row->options && i && (!option || option->is_secret));
}

static void audit_errand(struct errand *errand, size_t first_effect)
{
	CLEANUP(buffer_done) struct buffer name = { 0 };
	const char *params[ERRAND_PARAMS];
	struct audited_act act = { .params = params };

	for (int i = 0; i < errand->n_params; i++)
		if (!is_secret_param(errand, i))
			params[act.n_params++] = errand->params[i];
	buffer_format(&name, "%s %s", errand->bot->service->name, errand->subcommand->name);
	act.name = name.bytes;
	auditing_act(errand->call, first_effect, &act);
}

void errand_run(struct call *call, const struct service *service, const char *text)
{
	struct buffer copy = { .is_secret = true };
	struct errand errand = { .call = call,
		.bot = bot_of(service),
		.account = account_of_user(call->world, call->user) };
	size_t first_effect = call->outbox->count;
	char *rest, *name;

	buffer_put_text(&copy, text);
	rest = copy.bytes;
	name = rest ? cut_errand_word(&rest) : NULL;
	errand.subcommand =
		bot_find_subcommand(errand.bot, name ? name : "HELP", strlen(name ? name : "HELP"));
	if (errand.subcommand) {
		if (name)
			split_params(&errand, rest);
		(void) session_spend(call->world, call->session, errand.subcommand->cost);
		if (!refuse_errand(&errand))
			run_row(&errand);
		if (call->power)
			audit_errand(&errand, first_effect);
	} else {
		refuse_name(&errand, name);
	}
	buffer_done(&copy);
}

/* A text that consists of parameters of a line. */
struct pieces {
	const char *bytes;
	struct message_place places[MESSAGE_PARAMS];
	int count;
};

/* A position in the pieces. */
struct reader {
	const struct pieces *pieces;
	int piece;
	size_t at; /* inside it */
};

/* Length 0: there is no further word. */
static struct message_place read_word(struct reader *reader)
{
	for (; reader->piece < reader->pieces->count; reader->piece++, reader->at = 0) {
		const struct message_place *place = &reader->pieces->places[reader->piece];
		const char *text = reader->pieces->bytes + place->at;
		size_t from = reader->at, to;

		while (from < place->length && text[from] == ' ')
			from++;
		for (to = from; to < place->length && text[to] != ' ';)
			to++;
		reader->at = to;
		if (to > from)
			return (struct message_place){ place->at + from, to - from };
	}
	return (struct message_place){ 0 };
}

/* The same, up to the end of the last piece, without spaces there. */
static struct message_place read_rest(struct reader *reader)
{
	struct message_place word = read_word(reader);
	const struct message_place *last = &reader->pieces->places[reader->pieces->count - 1];
	size_t end = last->at + last->length;

	if (!word.length)
		return word;
	while (end > word.at + word.length && reader->pieces->bytes[end - 1] == ' ')
		end--;
	word.length = end - word.at;
	return word;
}

/* What follows the first of the parameters; an unknown option may be a misspelled one with a
 * password. */
static struct message_place find_in_options(const struct subcommand *row, struct reader reader)
{
	const char *bytes = reader.pieces->bytes;
	struct message_place name = read_word(&reader);
	const struct suboption *option =
		name.length ? subcommand_find_option(row, bytes + name.at, name.length) : NULL;

	return option && !option->is_secret ? (struct message_place){ 0 } : read_rest(&reader);
}

/* One word in front of an e-mail address; otherwise all: what follows may be a part of the password
 * after a space. */
static struct message_place find_before_mail(struct reader reader)
{
	const char *bytes = reader.pieces->bytes;
	struct reader whole = reader;
	struct message_place word = read_word(&reader), rest = read_rest(&reader);
	char *mail = mem_text_n(bytes + rest.at, rest.length);
	bool is_mail = mail_address_is_valid(mail);

	mem_free_secret(mail);
	return is_mail ? word : read_rest(&whole);
}

/* An unknown subcommand may be a misspelled one with a password. */
static struct message_place find_in_pieces(const struct bot *bot, const struct pieces *pieces)
{
	struct reader reader = { .pieces = pieces };
	struct message_place name = read_word(&reader);
	const struct subcommand *row =
		bot_find_subcommand(bot, pieces->bytes + name.at, name.length);

	if (!row)
		return read_rest(&reader);
	if (row->options)
		return find_in_options(row, reader);
	if (row->secret == SUBCOMMAND_SECRET_BEFORE_MAIL)
		return find_before_mail(reader);
	if (!row->secret)
		return (struct message_place){ 0 };
	for (int i = 1; i < row->secret; i++)
		(void) read_word(&reader);
	return row->secret == row->max_params ? read_rest(&reader) : read_word(&reader);
}

struct message_place errand_find_secret(
	const struct service *service, const char *text, size_t length)
{
	const struct pieces pieces = { .bytes = text, .places = { { 0, length } }, .count = 1 };

	return find_in_pieces(bot_of(service), &pieces);
}

struct message_place errand_find_secret_in_line(
	const struct service *service, const char *line, size_t length, int first_param)
{
	struct pieces pieces = { .bytes = line };

	for (int i = first_param; pieces.count < MESSAGE_PARAMS; i++) {
		struct message_place place = message_find(line, length, i);
		struct message_place before = message_find(line, length, i - 1);

		if (!place.length || place.at == before.at)
			break;
		pieces.places[pieces.count++] = place;
	}
	return pieces.count ? find_in_pieces(bot_of(service), &pieces)
			    : (struct message_place){ 0 };
}
