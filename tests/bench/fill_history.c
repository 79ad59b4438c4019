/* Makes a history that is large, and the same each time: through the tables of the store, so it has
 * the schema and the index of words of this release.
 *
 *     fill_history FILE ROWS
 *
 * Many channels, of which few are busy, and conversations of users. On the last channel hardly
 * anything is said, but users come and go. Known words stand in known shares of the messages.
 * Prints what is needed to ask for all that, as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/archive_tables.h"
#include "store/database.h"
#include "store/transaction.h"

#define CHANNELS 1000
#define ACCOUNTS 500
#define USERS 5000
#define VOCABULARY 30000
#define YEAR_MS (365 * 86400 * UINT64_C(1000))
#define END_MS UINT64_C(1735689600000) /* 2025 */
#define COUNTER_BITS 20		       /* of an id, see world/msgid.c */
#define ACCOUNT_BITS 31		       /* of a conversation, see world/history.c */
#define BIRTH UINT64_C(0x123456789)
#define ROWS_AT_ONCE 20000
#define FAST_SQL "PRAGMA synchronous = OFF; PRAGMA cache_size = -262144"

/* Rows with these words: one of so many. */
#define RARE_ONE_OF 1000
#define HALVES 4

struct maker {
	sqlite3 *handle;
	struct archive_tables *tables;
	uint64_t n_rows;
	uint64_t dice;
	char *words[VOCABULARY];
	double up_to[VOCABULARY]; /* frequencies of the words so far */
	struct buffer text;
	char source[80];
	char account[24];
	char other[24];
};

static _Noreturn void fail_to_fill(struct maker *maker, const char *what)
{
	fprintf(stderr, "fill_history: %s: %s\n", what,
		maker->handle ? sqlite3_errmsg(maker->handle) : "");
	exit(1);
}

/* splitmix64: the same everywhere. */
static uint64_t roll(struct maker *maker)
{
	uint64_t z = maker->dice += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static double roll_share(struct maker *maker)
{
	return (double) (roll(maker) >> 11) / (double) (UINT64_C(1) << 53);
}

/* Small numbers are much more frequent than large ones. */
static uint32_t roll_skewed(struct maker *maker, uint32_t n)
{
	double share = roll_share(maker);

	return (uint32_t) (share * share * share * n);
}

/* As in a natural language: the frequency of a word is 1 / its rank. */
static uint32_t roll_word(struct maker *maker)
{
	double share = roll_share(maker) * maker->up_to[VOCABULARY - 1];
	uint32_t low = 0, high = VOCABULARY - 1;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (maker->up_to[middle] < share)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void make_words(struct maker *maker)
{
	static const char consonants[] = "bcdfghklmnprstvz", vowels[] = "aeiou";

	for (uint32_t i = 0; i < VOCABULARY; i++) {
		struct buffer word = { 0 };
		uint32_t left = i;

		do {
			buffer_put_byte(&word, consonants[left % 16]);
			buffer_put_byte(&word, vowels[left / 16 % 5]);
			left /= 80;
		} while (left);
		maker->words[i] = buffer_take(&word);
		maker->up_to[i] = (i ? maker->up_to[i - 1] : 0) + 1.0 / (i + 1);
	}
}

static void put_word(struct maker *maker, const char *word)
{
	if (maker->text.length)
		buffer_put_byte(&maker->text, ' ');
	buffer_put_text(&maker->text, word);
}

static void make_text(struct maker *maker)
{
	uint32_t n_words = 4 + (uint32_t) (roll(maker) % 24), half;

	buffer_clear(&maker->text);
	for (uint32_t i = 0; i < n_words; i++)
		put_word(maker, maker->words[roll_word(maker)]);
	if (roll(maker) % RARE_ONE_OF == 0)
		put_word(maker, "quokka wombat");
	if (roll(maker) % RARE_ONE_OF == 0)
		put_word(maker, "axolotl");
	if (roll(maker) % RARE_ONE_OF == 0)
		put_word(maker, "narwhal");
	half = (uint32_t) (roll(maker) % HALVES);
	if (half < 2)
		put_word(maker, half ? "portside" : "starboard");
}

static uint64_t life_of(uint32_t channel)
{
	return (END_MS - YEAR_MS - CHANNELS + channel) << COUNTER_BITS;
}

/* The lower ids of accounts write most. */
static void set_author(struct maker *maker, struct history_row *row)
{
	uint32_t user = roll_skewed(maker, USERS);

	snprintf(maker->source, sizeof(maker->source), "user%u!~u%u@%05x.users.example.org",
		user + 1, user % 100, user * 7919 % 0xfffff);
	row->source = piece_of(maker->source);
	if (user >= ACCOUNTS)
		return;
	snprintf(maker->account, sizeof(maker->account), "user%u", user + 1);
	row->author = user + 1;
	row->account = piece_of(maker->account);
}

static void set_conversation(struct maker *maker, struct history_request *request)
{
	uint64_t one = 1 + roll_skewed(maker, ACCOUNTS), other = one;

	while (other == one)
		other = 1 + roll(maker) % ACCOUNTS;
	request->row.target = -(int64_t) ((one < other ? one : other) << ACCOUNT_BITS |
					  (one < other ? other : one));
	snprintf(maker->source, sizeof(maker->source), "user%u!~u%u@users.example.org",
		(unsigned int) one, (unsigned int) one % 100);
	snprintf(maker->account, sizeof(maker->account), "user%u", (unsigned int) one);
	snprintf(maker->other, sizeof(maker->other), "user%u", (unsigned int) other);
	request->row.author = one;
	request->row.source = piece_of(maker->source);
	request->row.account = piece_of(maker->account);
	request->owners[0] = (struct history_owner){ one, piece_of(maker->other) };
	request->owners[1] = (struct history_owner){ other, piece_of(maker->account) };
}

/* One of twenty rows is on the last channel, and of those one of 2000 is a message. */
static void make_row(struct maker *maker, uint64_t number, struct history_request *request)
{
	struct history_row *row = &request->row;
	uint64_t kind = roll(maker) % 40000;

	*request = (struct history_request){ .kind = HISTORY_REQUEST_ADD };
	row->id = (END_MS - YEAR_MS + number * YEAR_MS / maker->n_rows) << COUNTER_BITS |
		  (number & 3);
	row->birth = BIRTH;
	row->verb = HISTORY_VERB_PRIVMSG;
	if (kind < 2000) {
		row->target = (int64_t) life_of(CHANNELS - 1);
		row->verb = kind ? HISTORY_VERB_JOIN : HISTORY_VERB_PRIVMSG;
		set_author(maker, row);
	} else if (kind < 6000) {
		set_conversation(maker, request);
	} else {
		row->target = (int64_t) life_of(roll_skewed(maker, CHANNELS - 1));
		row->verb = kind < 6500 ? HISTORY_VERB_NOTICE : HISTORY_VERB_PRIVMSG;
		set_author(maker, row);
	}
	if (row->verb == HISTORY_VERB_JOIN)
		return;
	make_text(maker);
	row->text = (struct piece){ maker->text.bytes, maker->text.length };
}

static void index_rows(struct maker *maker)
{
	int result;

	do
		result = archive_tables_index(maker->tables);
	while (result == SQLITE_OK);
	if (result != SQLITE_DONE)
		fail_to_fill(maker, "words cannot be indexed");
}

static void fill_part(struct maker *maker, uint64_t from, uint64_t to)
{
	struct history_request request;

	if (transaction_begin(maker->handle) != SQLITE_OK)
		fail_to_fill(maker, "no transaction");
	for (uint64_t i = from; i < to; i++) {
		make_row(maker, i, &request);
		if (archive_tables_apply(maker->tables, &request) != SQLITE_OK)
			fail_to_fill(maker, "a row cannot be written");
	}
	index_rows(maker);
	if (transaction_end(maker->handle, SQLITE_OK) != SQLITE_OK)
		fail_to_fill(maker, "a transaction cannot be ended");
}

static void open_file(struct maker *maker, const char *path)
{
	const struct database_options options = { .schema = &schema_of_history };
	struct store_problem problem;

	if (!database_open(path, &options, &maker->handle, &problem))
		fail_to_fill(maker, problem.text);
	if (archive_tables_new(maker->handle, &maker->tables) != SQLITE_OK ||
		sqlite3_exec(maker->handle, FAST_SQL, NULL, NULL, NULL) != SQLITE_OK)
		fail_to_fill(maker, path);
}

static void describe_content(const struct maker *maker)
{
	printf("{\"rows\": %llu, \"channels\": %u, \"accounts\": %u, \"lives\": [",
		(unsigned long long) maker->n_rows, CHANNELS, ACCOUNTS);
	for (uint32_t i = 0; i < CHANNELS; i++)
		printf("%s%llu", i ? ", " : "", (unsigned long long) life_of(i));
	printf("], \"begin_ms\": %llu, \"end_ms\": %llu, \"rare_together\": \"quokka wombat\","
	       " \"rare_apart\": \"axolotl narwhal\", \"common\": \"%s %s\","
	       " \"common_apart\": \"portside starboard\", \"common_start\": \"b*\"}\n",
		(unsigned long long) (END_MS - YEAR_MS), (unsigned long long) END_MS,
		maker->words[0], maker->words[1]);
}

int main(int argc, char **argv)
{
	struct maker *maker = mem_new(sizeof(*maker));

	if (argc != 3) {
		fprintf(stderr, "usage: fill_history FILE ROWS\n");
		return 2;
	}
	maker->n_rows = strtoull(argv[2], NULL, 10);
	make_words(maker);
	open_file(maker, argv[1]);
	for (uint64_t i = 0; i < maker->n_rows; i += ROWS_AT_ONCE)
		fill_part(maker, i,
			i + ROWS_AT_ONCE < maker->n_rows ? i + ROWS_AT_ONCE : maker->n_rows);
	describe_content(maker);
	archive_tables_free(maker->tables);
	if (sqlite3_close(maker->handle) != SQLITE_OK)
		fail_to_fill(maker, "the file cannot be closed");
	for (uint32_t i = 0; i < VOCABULARY; i++)
		free(maker->words[i]);
	buffer_done(&maker->text);
	free(maker);
	return 0;
}
