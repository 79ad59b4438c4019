/* The schema of the database and its migrations. */
#pragma once

#include <sqlite3.h>

#define SCHEMA_APPLICATION_ID 0x70617064 /* "papd", in the header of the file */

int schema_version(void); /* that of this release, the newest */

/* In one transaction, from the version of the file to the newest. A result of SQLite. */
int schema_migrate(sqlite3 *handle);
