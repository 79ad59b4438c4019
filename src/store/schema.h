/* The tables of a database, and how a file of an older release gets them. */
#pragma once

#include <sqlite3.h>

/* In the headers of the files. */
#define SCHEMA_ACCOUNTS_ID 0x70617064 /* "papd" */
#define SCHEMA_HISTORY_ID 0x70617068  /* "paph" */

struct schema {
	int application_id;
	const char *const *migrations;
	int version; /* that of this release, the newest: the number of migrations */
};

extern const struct schema schema_of_accounts;
extern const struct schema schema_of_history;

/* Apply the migrations that the file lacks, in one transaction. A result of SQLite. */
int schema_migrate(sqlite3 *handle, const struct schema *schema);
