/* Owns how transactions begin and end. */
#include "store/transaction.h"

#include <stddef.h>

static int run_alone_sql(sqlite3 *handle, const char *sql)
{
	return sqlite3_exec(handle, sql, NULL, NULL, NULL);
}

/* A transaction whose rollback failed too is still open. */
static int end_left_transaction(sqlite3 *handle)
{
	return sqlite3_get_autocommit(handle) ? SQLITE_OK : run_alone_sql(handle, "ROLLBACK");
}

int transaction_begin(sqlite3 *handle)
{
	int result = end_left_transaction(handle);

	return result == SQLITE_OK ? run_alone_sql(handle, "BEGIN IMMEDIATE") : result;
}

int transaction_end(sqlite3 *handle, int result)
{
	if (result == SQLITE_OK)
		result = run_alone_sql(handle, "COMMIT");
	if (result != SQLITE_OK && !sqlite3_get_autocommit(handle))
		(void) run_alone_sql(handle, "ROLLBACK");
	return result;
}

/* https://sqlite.org/pragma.html, "synchronous": with a log, NORMAL leaves out its sync. Within a
 * transaction it cannot be changed. */
int transaction_set_lasting(sqlite3 *handle, bool is_lasting)
{
	int result = end_left_transaction(handle);

	if (result != SQLITE_OK)
		return result;
	return run_alone_sql(
		handle, is_lasting ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
}

int transaction_probe(sqlite3 *handle)
{
	int result = transaction_begin(handle);

	if (result != SQLITE_OK)
		return result;
	return transaction_end(
		handle, run_alone_sql(handle, "UPDATE about SET probes = probes + 1"));
}
