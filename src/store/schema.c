/* Owns the texts that make the tables. PRAGMA user_version is the number of migrations that a file
 * has had. A released migration never changes.
 *
 * A release uses a file with a higher version if the row of `about` allows it. Therefore a
 * migration that only adds tables, or columns with a default, leaves oldest_reader alone; any other
 * sets it to its own version, and older releases refuse the file.
 *
 * Times are in milliseconds since 1970. STRICT refuses values of another type, which an
 * administrator might write by hand. AUTOINCREMENT never assigns an id again, so a later
 * account with a dropped name inherits nothing. */
#include "store/schema.h"

#include <stdio.h>

#include "base/cleanup.h"

static const char *const migrations[] = {
	"CREATE TABLE about ("
	" oldest_reader INTEGER NOT NULL,"
	" probes INTEGER NOT NULL"
	") STRICT;"
	"INSERT INTO about VALUES (1, 0);"

	/* The last requests that were stored, so that a repeated one changes nothing. */
	"CREATE TABLE requests ("
	" sequence INTEGER PRIMARY KEY,"
	" world INTEGER NOT NULL,"
	" number INTEGER NOT NULL,"
	" id INTEGER NOT NULL,"
	" UNIQUE (world, number)"
	") STRICT;"

	"CREATE TABLE accounts ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" version INTEGER NOT NULL,"
	" name TEXT NOT NULL,"
	" folded TEXT NOT NULL UNIQUE,"
	" created INTEGER NOT NULL,"
	" verifier TEXT,"
	" email TEXT,"
	" rest BLOB NOT NULL"
	") STRICT;"
	"CREATE TABLE account_nicks ("
	" account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,"
	" folded TEXT NOT NULL UNIQUE,"
	" version INTEGER NOT NULL,"
	" name TEXT NOT NULL,"
	" created INTEGER NOT NULL,"
	" rest BLOB NOT NULL,"
	" PRIMARY KEY (account, folded)"
	") STRICT, WITHOUT ROWID;"
	"CREATE TABLE account_certificates ("
	" account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,"
	" fingerprint TEXT NOT NULL UNIQUE,"
	" version INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" rest BLOB NOT NULL,"
	" PRIMARY KEY (account, fingerprint)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE channels ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" version INTEGER NOT NULL,"
	" name TEXT NOT NULL,"
	" folded TEXT NOT NULL UNIQUE,"
	" created INTEGER NOT NULL,"
	" founder INTEGER REFERENCES accounts ON DELETE SET NULL,"
	" topic TEXT,"
	" rest BLOB NOT NULL"
	") STRICT;"
	"CREATE INDEX channels_of_founder ON channels (founder);"
	"CREATE TABLE channel_access ("
	" channel INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,"
	" account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,"
	" version INTEGER NOT NULL,"
	" modes TEXT NOT NULL,"
	" rest BLOB NOT NULL,"
	" PRIMARY KEY (channel, account)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX access_of_account ON channel_access (account);"
	"CREATE TABLE channel_lists ("
	" channel INTEGER NOT NULL REFERENCES channels ON DELETE CASCADE,"
	" mode TEXT NOT NULL,"
	" mask TEXT NOT NULL,"
	" version INTEGER NOT NULL,"
	" setter TEXT,"
	" created INTEGER NOT NULL,"
	" rest BLOB NOT NULL,"
	" PRIMARY KEY (channel, mode, mask)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE server_bans ("
	" kind TEXT NOT NULL,"
	" mask TEXT NOT NULL,"
	" version INTEGER NOT NULL,"
	" reason TEXT,"
	" setter TEXT,"
	" created INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"
	" rest BLOB NOT NULL,"
	" PRIMARY KEY (kind, mask)"
	") STRICT, WITHOUT ROWID;",

	/* Names the file, and its copies. */
	"ALTER TABLE about ADD COLUMN file INTEGER NOT NULL DEFAULT 0;"
	"UPDATE about SET file = random();",

	/* Codes of six digits that were used last: each counts once. */
	"CREATE TABLE used_codes ("
	" name TEXT NOT NULL PRIMARY KEY,"
	" version INTEGER NOT NULL,"
	" account INTEGER REFERENCES accounts ON DELETE CASCADE,"
	" step INTEGER NOT NULL,"
	" rest BLOB NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX codes_of_account ON used_codes (account);",

	/* Invitations to register an account. */
	"CREATE TABLE registration_tokens ("
	" hash TEXT NOT NULL PRIMARY KEY,"
	" version INTEGER NOT NULL,"
	" creator TEXT NOT NULL,"
	" created INTEGER NOT NULL,"
	" expires INTEGER NOT NULL,"
	" rest BLOB NOT NULL"
	") STRICT, WITHOUT ROWID;",

	/* Up to when something was read, and when a device was last there. */
	"CREATE TABLE account_marks ("
	" account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,"
	" kind TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" version INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" rest BLOB NOT NULL,"
	" PRIMARY KEY (account, kind, name)"
	") STRICT, WITHOUT ROWID;",

	/* Subscriptions to web push. */
	"CREATE TABLE push_endpoints ("
	" account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,"
	" endpoint TEXT NOT NULL,"
	" version INTEGER NOT NULL,"
	" created INTEGER NOT NULL,"
	" renewed INTEGER NOT NULL,"
	" rest BLOB NOT NULL,"
	" PRIMARY KEY (account, endpoint)"
	") STRICT, WITHOUT ROWID;",

	/* Filters, reports and the like. */
	"CREATE TABLE moderation ("
	" kind TEXT NOT NULL,"
	" name TEXT NOT NULL,"
	" version INTEGER NOT NULL,"
	" text TEXT,"
	" setter TEXT,"
	" created INTEGER NOT NULL,"
	" rest BLOB NOT NULL,"
	" PRIMARY KEY (kind, name)"
	") STRICT, WITHOUT ROWID;",

	/* What operators have done. */
	"CREATE TABLE audit ("
	" time INTEGER NOT NULL PRIMARY KEY,"
	" version INTEGER NOT NULL,"
	" operator TEXT,"
	" source TEXT,"
	" act TEXT,"
	" target TEXT,"
	" details TEXT,"
	" rest BLOB NOT NULL"
	") STRICT, WITHOUT ROWID;",
};

const struct schema schema_of_accounts = {
	.application_id = SCHEMA_ACCOUNTS_ID,
	.migrations = migrations,
	.version = ARRAY_LENGTH(migrations),
};

static int read_version(sqlite3 *handle, int *ret_version)
{
	sqlite3_stmt *statement;
	int result = sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, NULL);

	if (result != SQLITE_OK)
		return result;
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*ret_version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return result == SQLITE_ROW ? SQLITE_OK : result;
}

static int run_migrations(sqlite3 *handle, const struct schema *schema, int version)
{
	char header[96];
	int result = SQLITE_OK;

	for (int i = version; i < schema->version && result == SQLITE_OK; i++)
		result = sqlite3_exec(handle, schema->migrations[i], NULL, NULL, NULL);
	if (result != SQLITE_OK)
		return result;
	snprintf(header, sizeof(header), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		schema->application_id, schema->version);
	return sqlite3_exec(handle, header, NULL, NULL, NULL);
}

int schema_migrate(sqlite3 *handle, const struct schema *schema)
{
	int version = 0, result = read_version(handle, &version);

	if (result != SQLITE_OK || version >= schema->version)
		return result;
	result = sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = run_migrations(handle, schema, version);
	if (result == SQLITE_OK)
		result = sqlite3_exec(handle, "COMMIT", NULL, NULL, NULL);
	if (result != SQLITE_OK)
		(void) sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
	return result;
}
