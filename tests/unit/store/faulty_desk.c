#include "faulty_desk.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "faulty_calls.h"
#include "faulty_disk.h"

#define MOST_LOOKS 50000 /* each after 0.2 ms */

/* Of the fast clock. The time of an answer is bounded so tightly there that a busy machine would
 * leave out rows; test_archive_reader.c has the bound. */
#define MOST_READING_MS (UINT64_C(1) << 40)

/* The writer has put everything in order. */
static atomic_bool is_tidy;

int __real_archive_tables_tidied(
	struct archive_tables *tables, bool *ret_is_needed, uint64_t *ret_wall_ms);
int __wrap_archive_tables_tidied(
	struct archive_tables *tables, bool *ret_is_needed, uint64_t *ret_wall_ms);
int __wrap_archive_tables_tidied(
	struct archive_tables *tables, bool *ret_is_needed, uint64_t *ret_wall_ms)
{
	int result = __real_archive_tables_tidied(tables, ret_is_needed, ret_wall_ms);

	if (result == SQLITE_OK && !*ret_is_needed && *ret_wall_ms)
		is_tidy = true;
	return result;
}

static atomic_bool reader_fails;

int __real_archive_reader_run(struct archive_reader *reader, const struct history_query *query,
	uint64_t most_ms, struct buffer *out);
int __wrap_archive_reader_run(struct archive_reader *reader, const struct history_query *query,
	uint64_t most_ms, struct buffer *out);
int __wrap_archive_reader_run(struct archive_reader *reader, const struct history_query *query,
	uint64_t most_ms, struct buffer *out)
{
	(void) most_ms;
	return reader_fails ? SQLITE_IOERR_READ
			    : __real_archive_reader_run(reader, query, MOST_READING_MS, out);
}

void faulty_desk_stop_failing(void)
{
	faulty_calls_fail_checkpoints(0);
	faulty_calls_fail(0, false);
	faulty_calls_wait_at_most(0);
	faulty_disk_fail(0, SQLITE_OK, false);
	reader_fails = false;
}

int faulty_desk_set_up(void **state)
{
	faulty_desk_stop_failing();
	faulty_disk_install(true);
	is_tidy = false;
	*state = desk_new();
	return 0;
}

int faulty_desk_tear_down(void **state)
{
	faulty_desk_stop_failing();
	desk_free(*state);
	faulty_disk_remove();
	sqlite3_shutdown();
	return 0;
}

void faulty_desk_wait_until_tidy(void)
{
	const struct timespec pause = { .tv_nsec = 200000 };

	for (int i = 0; i < MOST_LOOKS && !is_tidy; i++)
		nanosleep(&pause, NULL);
	assert_true(is_tidy);
}

struct vault *faulty_desk_open_vault(const struct desk *desk)
{
	struct vault *vault = mem_new(sizeof(*vault));

	faulty_desk_stop_failing();
	snprintf(vault->directory, sizeof(vault->directory), "%s", desk->directory);
	snprintf(vault->path, sizeof(vault->path), "%s", desk->path);
	vault_open(vault);
	return vault;
}

void faulty_desk_close_vault(struct vault *vault)
{
	vault_close(vault);
	buffer_done(&vault->answer);
	free(vault);
}

void faulty_desk_check(struct vault *vault)
{
	assert_int_equal(vault_count(vault, "SELECT count(*) FROM pragma_integrity_check"
					    " WHERE integrity_check <> 'ok'"),
		0);
	assert_int_equal(
		sqlite3_exec(vault->handle, "INSERT INTO words (words) VALUES ('integrity-check')",
			NULL, NULL, NULL),
		SQLITE_OK);
}

void faulty_desk_fail_reader(bool is_failing)
{
	reader_fails = is_failing;
}

bool faulty_desk_is_tidy(void)
{
	return is_tidy;
}

void faulty_desk_forget_tidiness(void)
{
	is_tidy = false;
}

void faulty_desk_change(
	struct desk *desk, enum history_request_kind kind, struct history_row row, uint64_t number)
{
	desk_add(desk, &(struct history_request){ .kind = kind, .row = row, .number = number });
}

void faulty_desk_say(struct desk *desk, int64_t target, uint64_t id, uint64_t author)
{
	char text[32];

	snprintf(text, sizeof(text), "word%u here", (unsigned int) id);
	desk_add(desk, &(struct history_request){ .kind = HISTORY_REQUEST_ADD,
			       .row = { .id = id,
				       .target = target,
				       .verb = HISTORY_VERB_PRIVMSG,
				       .author = author,
				       .source = piece_of("ana!a@b"),
				       .account = piece_of("Ana"),
				       .text = piece_of(text),
				       .rest = { "\1", 1 } },
			       .owners = { { target < 0 ? 1 : 0, piece_of("bea") },
				       { target < 0 ? 2 : 0, piece_of("ana") } } });
}
