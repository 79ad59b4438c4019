/* Owns the database of Atheme: one row a line, of words with one space between them. The last part
 * of some rows is a text. Rows of accounts and channels come before those that belong to them. */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/text.h"
#include "moving/registry_formats.h"
#include "moving/registry_hash.h"

#define FIRST_VERSION_WITH_FLAGS 8 /* as letters */
#define FIRST_VERSION_WITH_IDS 10  /* of accounts */
#define NO_WORD "*"

struct atheme {
	struct registry *registry;
	const struct moving_file *file;
	struct problems *problems;
	uint64_t version;
	unsigned int line;
	char *rest; /* of the row; NULL: it is used up */
};

/* "" if it is missing. */
static const char *next_atheme_word(struct atheme *atheme)
{
	const char *word = atheme->rest ? text_split(&atheme->rest, ' ') : NULL;

	return word ? word : "";
}

static const char *rest_of_row(struct atheme *atheme)
{
	return atheme->rest ? atheme->rest : "";
}

/* In seconds. 0: missing, or something else. */
static uint64_t next_time_ms(struct atheme *atheme)
{
	uint64_t seconds;

	return text_parse_u64(next_atheme_word(atheme), &seconds) && seconds < UINT32_MAX
		       ? seconds * 1000
		       : 0;
}

static void count_row(struct atheme *atheme, const char *what)
{
	registry_count(atheme->registry, atheme->file->name, atheme->line, what);
}

static bool has_flag(const char *flags, char letter)
{
	return strchr(flags, letter);
}

/* Accounts */

static void take_account_flags(
	struct atheme *atheme, struct registry_account *account, const char *flags)
{
	account->is_held = has_flag(flags, 'h');
	account->is_protected = has_flag(flags, 'E');
	account->has_no_ranks = has_flag(flags, 'o') || has_flag(flags, 'n');
	if (has_flag(flags, 'W'))
		registry_leave_out(
			atheme->registry, &account->entry, "its e-mail address was not verified");
}

/* Without the flag C, the password itself is there. */
static void take_password(struct atheme *atheme, struct registry_account *account,
	const char *password, const char *flags)
{
	if (strcmp(password, NO_WORD) == 0)
		return;
	if (!has_flag(flags, 'C') && atheme->version >= FIRST_VERSION_WITH_FLAGS)
		mem_set_secret(&account->password, *password ? password : NULL);
	else
		registry_set_atheme_hash(atheme->registry, account, password);
}

static void take_mu(struct atheme *atheme)
{
	struct registry_account *account;
	const char *password, *email, *flags;

	if (atheme->version >= FIRST_VERSION_WITH_IDS)
		(void) next_atheme_word(atheme);
	account = registry_add_account(
		atheme->registry, atheme->file, atheme->line, next_atheme_word(atheme));
	if (!account)
		return;
	password = next_atheme_word(atheme);
	email = next_atheme_word(atheme);
	account->entry.created_ms = next_time_ms(atheme);
	(void) next_atheme_word(atheme);
	flags = next_atheme_word(atheme);
	if (strcmp(email, NO_WORD) != 0 && strcmp(email, "noemail") != 0)
		registry_set_text(&account->email, email);
	take_account_flags(atheme, account, flags);
	take_password(atheme, account, password, flags);
}

static struct registry_account *find_account_of_row(struct atheme *atheme)
{
	struct registry_account *account =
		registry_account(atheme->registry, next_atheme_word(atheme));

	if (!account)
		count_row(atheme, "rows of accounts that are not in the file");
	return account;
}

static void take_mdu(struct atheme *atheme)
{
	struct registry_account *account = find_account_of_row(atheme);
	const char *name = next_atheme_word(atheme);

	if (!account)
		return;
	if (strcmp(name, "private:freeze:freezer") == 0)
		account->is_suspended = true;
	else if (strcmp(name, "private:usercloak") == 0)
		count_row(atheme, "hosts of users (vhosts)");
	else if (strcmp(name, "private:mark:reason") == 0)
		count_row(atheme, "remarks of operators on accounts");
}

static void take_mn(struct atheme *atheme)
{
	struct registry_account *account = find_account_of_row(atheme);

	if (account)
		registry_add_text(&account->nicks, next_atheme_word(atheme));
}

static void take_mcfp(struct atheme *atheme)
{
	struct registry_account *account = find_account_of_row(atheme);
	const char *fingerprint = next_atheme_word(atheme);

	if (account && text_starts_with(fingerprint, "SPKI:"))
		fingerprint = strrchr(fingerprint, ':') + 1;
	if (account)
		registry_add_text(&account->fingerprints, fingerprint);
}

/* Channels */

static const struct {
	uint64_t bit;
	char letter;
} lock_bits[] = {
	{ 0x1, 'i' },
	{ 0x8, 'm' },
	{ 0x10, 'n' },
	{ 0x40, 'p' },
	{ 0x80, 's' },
	{ 0x100, 't' },
};
/* Key and limit have columns of their own, and papod has no mark for a registered channel. */
#define LOCK_BITS_ELSEWHERE 0x206u

static void take_lock(struct atheme *atheme, struct registry_channel *channel, uint64_t bits)
{
	for (size_t i = 0; i < ARRAY_LENGTH(lock_bits); i++)
		if (bits & lock_bits[i].bit) {
			registry_add_mode(channel, lock_bits[i].letter);
			bits &= ~lock_bits[i].bit;
		}
	if (bits & ~(uint64_t) LOCK_BITS_ELSEWHERE)
		registry_note(atheme->registry, &channel->entry,
			"its mode lock has modes that only its server knows; set them with MODE");
}

static void take_mc(struct atheme *atheme)
{
	struct registry_channel *channel = registry_add_channel(
		atheme->registry, atheme->file, atheme->line, next_atheme_word(atheme));
	uint64_t bits = 0;
	const char *flags;

	if (!channel)
		return;
	channel->entry.created_ms = next_time_ms(atheme);
	(void) next_atheme_word(atheme);
	flags = next_atheme_word(atheme);
	if (atheme->version >= FIRST_VERSION_WITH_FLAGS) {
		channel->is_held = has_flag(flags, 'h');
		channel->is_private = has_flag(flags, 'p');
	}
	(void) text_parse_u64(next_atheme_word(atheme), &bits);
	take_lock(atheme, channel, bits);
	(void) next_atheme_word(atheme);
	(void) text_parse_u64(next_atheme_word(atheme), &channel->limit);
	registry_set_text(&channel->key, next_atheme_word(atheme));
}

static void take_mdc(struct atheme *atheme)
{
	struct registry_channel *channel =
		registry_channel(atheme->registry, next_atheme_word(atheme));
	const char *name = next_atheme_word(atheme), *value = rest_of_row(atheme);

	if (!channel) {
		count_row(atheme, "rows of channels that are not in the file");
		return;
	}
	if (strcmp(name, "private:topic:text") == 0)
		registry_set_text(&channel->topic, value);
	else if (strcmp(name, "private:topic:setter") == 0)
		registry_set_text(&channel->topic_setter, value);
	else if (strcmp(name, "private:topic:ts") == 0)
		channel->topic_ms = next_time_ms(atheme);
	else if (strcmp(name, "private:close:closer") == 0)
		registry_leave_out(
			atheme->registry, &channel->entry, "an operator has closed the channel");
	else if (strcmp(name, "private:mlockext") == 0)
		registry_note(atheme->registry, &channel->entry,
			"its mode lock has \"%.100s\" of its server; set such modes with MODE",
			value);
	else if (strcmp(name, "private:entrymsg") == 0)
		count_row(atheme, "messages to members who join");
}

/* The highest rank that the letters give. '\0': none */
static char rank_of_flags(const char *flags)
{
	static const char *const ranks[] = { "qF", "a", "oO", "hH", "vV" };
	static const char letters[] = "qaohv";

	for (size_t i = 0; i < ARRAY_LENGTH(ranks); i++)
		if (strpbrk(flags, ranks[i]))
			return letters[i];
	return '\0';
}

static void take_flags_of_mask(struct atheme *atheme, struct registry_channel *channel,
	const char *target, const char *flags)
{
	uint64_t set_ms = next_time_ms(atheme);
	const char *setter = next_atheme_word(atheme);
	char letter = has_flag(flags, 'b') ? 'b' : has_flag(flags, 'e') ? 'e' : '\0';
	struct registry_mask *mask = letter ? registry_add_mask(channel, letter, target) : NULL;

	if (mask) {
		mask->created_ms = set_ms;
		if (strcmp(setter, NO_WORD) != 0)
			registry_set_text(&mask->setter, setter);
	}
	if (rank_of_flags(flags))
		count_row(atheme, "ranks of hosts: only accounts have ranks");
}

/* The ban of an account: papod's extended mask. */
static void ban_account(struct registry_channel *channel, const char *account)
{
	CLEANUP(buffer_done) struct buffer mask = { 0 };

	buffer_format(&mask, "$a:%s", account);
	registry_add_mask(channel, 'b', mask.bytes);
}

static void take_flags_of_account(struct atheme *atheme, struct registry_channel *channel,
	const char *name, const char *flags)
{
	char rank = rank_of_flags(flags);

	if (has_flag(flags, 'b')) {
		ban_account(channel, name);
		return;
	}
	if (has_flag(flags, 'F') && !channel->founder)
		registry_set_text(&channel->founder, name);
	else if (rank)
		registry_add_access(channel, name, rank);
	else
		count_row(atheme, "entries of access lists without a rank");
	if (has_flag(flags, 'F') && channel->founder && strcmp(channel->founder, name) != 0)
		registry_note(atheme->registry, &channel->entry,
			"%s founded it, too, and gets the rank q", name);
	if (has_flag(flags, 'R') && !channel->heir && !has_flag(flags, 'F'))
		registry_set_text(&channel->heir, name);
}

static void take_ca(struct atheme *atheme)
{
	struct registry_channel *channel =
		registry_channel(atheme->registry, next_atheme_word(atheme));
	const char *target = next_atheme_word(atheme), *flags = next_atheme_word(atheme);

	if (!channel)
		count_row(atheme, "rows of channels that are not in the file");
	else if (*target == '!')
		count_row(atheme, "ranks of groups: only accounts have ranks");
	else if (strpbrk(target, "!@*?"))
		take_flags_of_mask(atheme, channel, target, flags);
	else
		take_flags_of_account(atheme, channel, target, flags);
}

/* Rows */

static void take_dbv(struct atheme *atheme)
{
	(void) text_parse_u64(next_atheme_word(atheme), &atheme->version);
}

static const struct {
	const char *name;
	void (*take)(struct atheme *atheme);
	const char *what; /* instead: papod has no equivalent */
} row_kinds[] = {
	{ "DBV", take_dbv, NULL },
	{ "MU", take_mu, NULL },
	{ "MDU", take_mdu, NULL },
	{ "MN", take_mn, NULL },
	{ "MCFP", take_mcfp, NULL },
	{ "MC", take_mc, NULL },
	{ "MDC", take_mdc, NULL },
	{ "CA", take_ca, NULL },
	{ "ME", NULL, "memos" },
	{ "MI", NULL, "ignored senders of memos" },
	{ "AC", NULL, "masks by which NickServ knew users" },
	{ "GRP", NULL, "groups of accounts" },
	{ "GACL", NULL, "members of groups" },
	{ "SO", NULL, "operators of the services; add operators to papod.conf" },
	{ "KL", NULL, "bans of the network (AKILL); set them with papoctl ban add kline" },
	{ "XL", NULL, "bans of real names; set them with papoctl ban add xline" },
	{ "QL", NULL, "reserved names; set them with papoctl ban add resv" },
	{ "SI", NULL, "masks that the services ignore" },
	{ "BOT", NULL, "bots of BotServ" },
	{ "NAM", NULL, "remarks on names that are gone" },
};

static void take_atheme_row(struct atheme *atheme)
{
	const char *kind = next_atheme_word(atheme);

	for (size_t i = 0; i < ARRAY_LENGTH(row_kinds); i++) {
		if (strcmp(row_kinds[i].name, kind) != 0)
			continue;
		if (row_kinds[i].take)
			row_kinds[i].take(atheme);
		else
			count_row(atheme, row_kinds[i].what);
		return;
	}
}

static bool read_atheme(
	struct registry *registry, const struct moving_file *file, struct problems *problems)
{
	struct atheme atheme = { .registry = registry, .file = file, .problems = problems };
	CLEANUP(mem_freep) char *text = mem_text(file->text);
	char *rows = text, *row;

	while ((row = text_split(&rows, '\n'))) {
		size_t length = strlen(row);

		if (length && row[length - 1] == '\r')
			row[length - 1] = '\0';
		atheme.line++;
		atheme.rest = row;
		take_atheme_row(&atheme);
	}
	if (atheme.version)
		return true;
	problems_add(problems, false, file->name, 1, NULL,
		"no database of Atheme: there is no row DBV; services.db has one");
	return false;
}

/* No time is known of an entry without one, so it gets the first that there is: a second import
 * then knows it again. */
const struct registry_format registry_atheme = {
	.name = "atheme",
	.help = "services.db of Atheme",
	.read = read_atheme,
};
