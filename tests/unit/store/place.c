#include "place.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/pack.h"
#include "store/tables.h"

#define WAIT_MS 20000
#define MOST_ROWS 16

long place_setting(const char *name, long fallback)
{
	const char *text = getenv(name);

	return text ? atol(text) : fallback;
}

void place_seed(void)
{
	long seed = place_setting("PAPOD_TEST_SEED", (long) time(NULL));

	print_message("PAPOD_TEST_SEED=%ld\n", seed);
	srandom((unsigned int) seed);
}

static void on_answer(void *data, const struct store_answer *answer)
{
	struct place *place = data;

	assert_true(place->n_answers < PLACE_MOST_ANSWERS);
	place->answers[place->n_answers++] = *answer;
}

static void on_fault(void *data, const struct store_problem *problem)
{
	struct place *place = data;

	place->fault = *problem;
	place->n_faults++;
}

static void on_backup(void *data, const struct store_problem *problem)
{
	struct place *place = data;

	place->backup = *problem;
	place->n_backups++;
}

struct store_needs place_needs(struct place *place)
{
	return (struct store_needs){ on_answer, on_fault, on_backup, place };
}

struct place *place_new_in(const char *directory)
{
	struct place *place = mem_new(sizeof(*place));

	snprintf(place->directory, sizeof(place->directory), "%s", directory);
	snprintf(place->path, sizeof(place->path), "%s/accounts.db", place->directory);
	place->options = (struct store_options){ .path = place->path, .is_thorough = true };
	place->next_number = 1;
	return place;
}

struct place *place_new(void)
{
	const char *parent = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	char directory[64];

	snprintf(directory, sizeof(directory), "%s/papod-store-XXXXXX", parent);
	assert_non_null(mkdtemp(directory));
	return place_new_in(directory);
}

void place_free(struct place *place)
{
	char command[128];

	place_close(place);
	snprintf(command, sizeof(command), "rm -rf %s", place->directory);
	assert_int_equal(system(command), 0);
	buffer_done(&place->rows);
	free(place);
}

bool place_try_open(struct place *place, struct store_problem *ret_problem)
{
	struct store_needs needs = place_needs(place);

	return store_open(&place->options, &needs, &place->store, ret_problem);
}

void place_open(struct place *place)
{
	struct store_problem problem;

	if (!place_try_open(place, &problem))
		fail_msg("%s", problem.text);
}

void place_close(struct place *place)
{
	store_free(place->store);
	place->store = NULL;
}

static void put_field(struct buffer *out, const struct pack_field *field, const struct table *table)
{
	bool is_number = false;

	for (size_t i = 0; i < table->n_columns; i++)
		if (table->columns[i].field == field->id)
			is_number = table->columns[i].kind != COLUMN_TEXT;
	if (is_number)
		buffer_format(
			out, " %u=+%llu", field->id, (unsigned long long) pack_field_u64(field));
	else
		buffer_format(out, " %u=%.*s", field->id, (int) field->length,
			(const char *) field->bytes);
}

static void on_row(void *data, const struct store_row *row)
{
	struct place *place = data;
	const struct table *table = table_get(row->table);
	struct pack pack = pack_over(row->bytes, row->length);
	struct pack_field field;

	buffer_format(&place->rows, "%s %llu v%llu", table->name, (unsigned long long) row->id,
		(unsigned long long) row->version);
	while (pack_next(&pack, &field))
		put_field(&place->rows, &field, table);
	assert_false(pack.failed);
	buffer_put_byte(&place->rows, '\n');
	place->n_rows++;
}

const char *place_read(struct place *place)
{
	struct store_problem problem;

	place_close(place);
	place_open(place);
	buffer_clear(&place->rows);
	place->n_rows = 0;
	if (!store_read_all(place->store, on_row, place, &problem))
		fail_msg("%s", problem.text);
	return buffer_text(&place->rows);
}

static void pack_fields(struct buffer *out, const char *const *fields)
{
	unsigned int id;
	int at;

	for (; *fields; fields++) {
		assert_int_equal(sscanf(*fields, "%u=%n", &id, &at), 1);
		if ((*fields)[at] == '+')
			pack_u64(out, (uint16_t) id, strtoull(*fields + at + 1, NULL, 10));
		else
			pack_text(out, (uint16_t) id, *fields + at);
	}
}

bool place_submit_as(struct place *place, uint64_t number, const struct place_row *rows)
{
	struct store_key key = { PLACE_WORLD, number };
	struct store_row packed[MOST_ROWS] = { 0 };
	struct buffer bytes[MOST_ROWS] = { 0 };
	size_t n = 0;
	bool is_accepted;

	for (; rows[n].version; n++) {
		pack_fields(&bytes[n], rows[n].fields);
		packed[n] = (struct store_row){ rows[n].table, rows[n].is_removal, rows[n].id,
			rows[n].version, bytes[n].bytes, bytes[n].length };
	}
	is_accepted = store_submit(place->store, &key, packed, n);
	for (size_t i = 0; i < n; i++)
		buffer_done(&bytes[i]);
	return is_accepted;
}

uint64_t place_submit(struct place *place, const struct place_row *rows)
{
	uint64_t number = place->next_number++;

	assert_true(place_submit_as(place, number, rows));
	return number;
}

void place_take(struct place *place, int most_ms)
{
	struct pollfd waiting = { .fd = store_fd(place->store), .events = POLLIN };

	if (poll(&waiting, 1, most_ms) > 0)
		store_take_news(place->store);
}

const struct store_answer *place_wait(struct place *place, size_t n_answers)
{
	for (int i = 0; i < WAIT_MS / 10 && place->n_answers < n_answers; i++)
		place_take(place, 10);
	assert_true(place->n_answers >= n_answers);
	return &place->answers[place->n_answers - 1];
}

const struct store_answer *place_store(struct place *place, const struct place_row *rows)
{
	size_t n_answers = place->n_answers;

	place_submit(place, rows);
	return place_wait(place, n_answers + 1);
}

void place_run_sql(const struct place *place, const char *sql)
{
	sqlite3 *handle;
	char *error = NULL;

	assert_int_equal(sqlite3_open(place->path, &handle), SQLITE_OK);
	if (sqlite3_exec(handle, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s: %s", sql, error);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

int place_query(const char *path, const char *sql)
{
	sqlite3 *handle;
	sqlite3_stmt *statement;
	int number;

	assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return number;
}

struct buffer place_read_file(const char *path)
{
	struct buffer bytes = { 0 };
	FILE *file = fopen(path, "re");
	char block[4096];
	size_t n;

	if (!file)
		return bytes;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buffer_put(&bytes, block, n);
	fclose(file);
	return bytes;
}

void place_write_file(const char *path, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

void place_copy_file(const char *from, const char *to)
{
	struct buffer bytes = place_read_file(from);

	if (access(from, F_OK) == 0)
		place_write_file(to, buffer_text(&bytes), bytes.length);
	else
		(void) unlink(to);
	buffer_done(&bytes);
}

void place_lose_power(const char *path, const char *copy, size_t length, bool has_garbage)
{
	char log[128], log_copy[128];
	struct buffer bytes;

	snprintf(log, sizeof(log), "%s-wal", path);
	snprintf(log_copy, sizeof(log_copy), "%s-wal", copy);
	place_copy_file(path, copy);
	bytes = place_read_file(log);
	for (size_t i = length; has_garbage && i < bytes.length; i++)
		bytes.bytes[i] = (char) random();
	place_write_file(log_copy, bytes.bytes, has_garbage ? bytes.length : length);
	buffer_done(&bytes);
}

void place_limit_files(size_t bytes)
{
	struct rlimit limit;

	(void) signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

void place_raise_limit(const char *directory)
{
	struct rlimit limit;

	(void) directory;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}
