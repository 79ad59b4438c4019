/* Owns opening the file.
 *
 * A new file is made beside its place and renamed: a crash never leaves a file without a mark. An
 * existing one is recognised by its first bytes before SQLite sees it, because SQLite may change a
 * file that it opens: it completes or undoes what a crash interrupted. */
#include "store/database.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/mem.h"
#include "store/file.h"
#include "store/schema.h"

/* https://sqlite.org/fileformat.html, "The Database Header" */
#define HEADER_BYTES 100
#define APPLICATION_ID_AT 68
static const char magic[16] = "SQLite format 3";

/* Reading everything once needs none. */
#define CACHE_KIB 128
#define MOST_ROW_BYTES (8 << 20)
#define LOG_BYTES_KEPT (4 << 20)

/* The number of bytes, 0 also if there is no file, or a negative errno. A file that cannot be
 * written is an error here: SQLite would open it, but not its log. */
static ssize_t read_file_header(const char *path, uint8_t header[HEADER_BYTES])
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	n = read(fd, header, HEADER_BYTES);
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

static uint32_t read_big_endian(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return be32toh(value);
}

static bool header_is_of(const uint8_t header[HEADER_BYTES], ssize_t n, const struct schema *schema)
{
	return n == HEADER_BYTES && memcmp(header, magic, sizeof(magic)) == 0 &&
	       read_big_endian(header + APPLICATION_ID_AT) == (uint32_t) schema->application_id;
}

/* SQLite would apply the log of a lost file to a new one. */
static bool has_log_of_lost_file(const char *path)
{
	CLEANUP(mem_freep) char *log = file_path_with(path, "-wal");
	struct stat status;

	return stat(log, &status) == 0 && status.st_size > 0;
}

static bool fill_new_file(
	const char *path, const struct schema *schema, struct store_problem *ret_problem)
{
	sqlite3 *handle = NULL;
	int result =
		sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (result == SQLITE_OK)
		result = schema_migrate(handle, schema);
	if (result == SQLITE_OK) {
		result = sqlite3_close(handle);
		handle = result == SQLITE_OK ? NULL : handle;
	}
	(void) sqlite3_close(handle);
	if (result != SQLITE_OK)
		problem_set(ret_problem, result, "a new database cannot be written");
	return result == SQLITE_OK;
}

static bool create_file(
	const char *path, const struct schema *schema, struct store_problem *ret_problem)
{
	CLEANUP(mem_freep) char *new_path = file_path_with(path, ".new");
	int error = file_make_empty(new_path);

	if (!error && !fill_new_file(new_path, schema, ret_problem)) {
		(void) unlink(new_path);
		return false;
	}
	if (!error && rename(new_path, path) < 0)
		error = -errno;
	if (!error)
		error = file_sync_directory(path);
	if (error)
		file_set_problem(ret_problem, path, error);
	return !error;
}

static bool recognise_file(
	const char *path, const struct schema *schema, struct store_problem *ret_problem)
{
	uint8_t header[HEADER_BYTES];
	ssize_t n = read_file_header(path, header);

	if (n < 0) {
		file_set_problem(ret_problem, path, (int) n);
		return false;
	}
	if (n > 0 && !header_is_of(header, n, schema)) {
		problem_describe(ret_problem, STORE_FAULT_FOREIGN,
			"%s is not a database of papod, or its beginning is damaged", path);
		return false;
	}
	if (n > 0)
		return true;
	if (has_log_of_lost_file(path)) {
		problem_describe(ret_problem, STORE_FAULT_DAMAGED,
			"%s is missing, but %s-wal, which belongs to it, is there", path, path);
		return false;
	}
	return create_file(path, schema, ret_problem);
}

/* The first column of the first row as a number, or as text in the buffer if there is one. */
static int read_value(sqlite3 *handle, const char *sql, int *ret_number, struct buffer *text)
{
	sqlite3_stmt *statement;
	int result = sqlite3_prepare_v2(handle, sql, -1, &statement, NULL);

	if (result != SQLITE_OK)
		return result;
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW && ret_number)
		*ret_number = sqlite3_column_int(statement, 0);
	if (result == SQLITE_ROW && text && sqlite3_column_text(statement, 0))
		buffer_put_text(text, (const char *) sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	if (result == SQLITE_DONE)
		return SQLITE_CORRUPT;
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

/* Whatever the schema of a file says, nothing in it is carried out but our own statements. */
static int distrust_file(sqlite3 *handle)
{
	static const struct {
		int option;
		int value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 }, { SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FKEY, 1 },
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 }, /* until the file has been checked */
	};
	int result = SQLITE_OK;

	for (size_t i = 0; i < ARRAY_LENGTH(options) && result == SQLITE_OK; i++)
		result = sqlite3_db_config(handle, options[i].option, options[i].value, NULL);
	sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, MOST_ROW_BYTES);
	return result;
}

static int configure_handle(sqlite3 *handle, bool has_readers)
{
	char pragmas[400];
	int result = distrust_file(handle);

	snprintf(pragmas, sizeof(pragmas),
		"PRAGMA locking_mode = %s; PRAGMA mmap_size = 0; PRAGMA synchronous = FULL;"
		"PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;"
		"PRAGMA cell_size_check = ON; PRAGMA cache_size = -%d;"
		"PRAGMA journal_size_limit = %d",
		has_readers ? "NORMAL" : "EXCLUSIVE", CACHE_KIB, LOG_BYTES_KEPT);
	if (result == SQLITE_OK)
		result = sqlite3_extended_result_codes(handle, 1);
	if (result == SQLITE_OK)
		result = sqlite3_busy_timeout(handle, DATABASE_LOCKED_MS);
	if (result == SQLITE_OK)
		result = sqlite3_exec(handle, pragmas, NULL, NULL, NULL);
	return result;
}

static bool check_release(
	sqlite3 *handle, const struct schema *schema, struct store_problem *ret_problem)
{
	int version = 0, oldest = 0, result;

	result = read_value(handle, "PRAGMA user_version", &version, NULL);
	if (result == SQLITE_OK)
		result = read_value(handle, "SELECT oldest_reader FROM about", &oldest, NULL);
	if (result != SQLITE_OK) {
		problem_set(ret_problem, result, "the database cannot be read");
		return false;
	}
	if (oldest > schema->version) {
		problem_describe(ret_problem, STORE_FAULT_FOREIGN,
			"the database has version %d, for a later release; this one reads %d",
			version, schema->version);
		return false;
	}
	return true;
}

static bool check_content(sqlite3 *handle, struct store_problem *ret_problem)
{
	struct buffer report = { 0 };
	int result = read_value(handle, "PRAGMA quick_check(1)", NULL, &report);
	bool is_good = result == SQLITE_OK && strcmp(buffer_text(&report), "ok") == 0;

	if (result != SQLITE_OK)
		problem_set(ret_problem, result, "the database cannot be checked");
	else if (!is_good)
		problem_describe(ret_problem, STORE_FAULT_DAMAGED, "the database is damaged: %s",
			buffer_text(&report));
	buffer_done(&report);
	return is_good;
}

/* Afterwards SQLite may write. */
static bool prepare_for_writing(
	sqlite3 *handle, const struct schema *schema, struct store_problem *ret_problem)
{
	struct buffer mode = { 0 };
	bool is_log = false;
	int result;

	if (sqlite3_db_readonly(handle, "main") != 0) {
		problem_set(ret_problem, SQLITE_READONLY, "the database cannot be written");
		return false;
	}
	result = read_value(handle, "PRAGMA journal_mode = WAL", NULL, &mode);
	if (result == SQLITE_OK)
		is_log = strcmp(buffer_text(&mode), "wal") == 0;
	buffer_done(&mode);
	if (result == SQLITE_OK && !is_log)
		result = SQLITE_CANTOPEN;
	if (result == SQLITE_OK)
		result = schema_migrate(handle, schema);
	if (result == SQLITE_OK)
		result = sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	if (result != SQLITE_OK)
		problem_set(ret_problem, result, "the database cannot be prepared for writing");
	return result == SQLITE_OK;
}

static bool prepare_handle(
	sqlite3 *handle, const struct database_options *options, struct store_problem *ret_problem)
{
	int result = configure_handle(handle, options->has_readers);

	if (result != SQLITE_OK) {
		problem_set(ret_problem, result, "the database cannot be opened");
		return false;
	}
	return check_release(handle, options->schema, ret_problem) &&
	       (!options->is_thorough || check_content(handle, ret_problem)) &&
	       prepare_for_writing(handle, options->schema, ret_problem);
}

bool database_open(const char *path, const struct database_options *options, sqlite3 **ret_handle,
	struct store_problem *ret_problem)
{
	sqlite3 *handle = NULL;
	int result;

	if (!recognise_file(path, options->schema, ret_problem))
		return false;
	result = sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (result != SQLITE_OK)
		problem_set(ret_problem, result, "the database cannot be opened");
	if (result != SQLITE_OK || !prepare_handle(handle, options, ret_problem)) {
		(void) sqlite3_close(handle);
		return false;
	}
	*ret_handle = handle;
	return true;
}

/* SQLite must not checkpoint here, not even when the connection is closed. */
bool database_open_for_reading(
	const char *path, sqlite3 **ret_handle, struct store_problem *ret_problem)
{
	sqlite3 *handle = NULL;
	int result =
		sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL);

	if (result == SQLITE_OK)
		result = distrust_file(handle);
	if (result == SQLITE_OK)
		result = sqlite3_busy_timeout(handle, DATABASE_LOCKED_MS);
	if (result == SQLITE_OK)
		result = sqlite3_exec(handle,
			"PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA query_only = ON",
			NULL, NULL, NULL);
	if (result == SQLITE_OK) {
		*ret_handle = handle;
		return true;
	}
	problem_set(ret_problem, result, "the database cannot be opened for reading");
	(void) sqlite3_close(handle);
	return false;
}
