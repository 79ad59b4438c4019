/* Owns the texts that make the tables of history; see schema.c for their rules.
 *
 * The id of a message is its rowid: ids are unique and sorted by time, so that a conversation's
 * rows in order need one index with their target; events are apart there, because most clients do
 * not want them. The index of words is filled later, up to progress.indexed, and has no content of
 * its own. Without positions (detail=none) it is a third as large. It has the differences between
 * the numbers of its messages, so these are counted without gaps: ids would make it twice as
 * large. */
#include "base/cleanup.h"
#include "store/schema.h"

static const char *const migrations[] = {
	"CREATE TABLE about ("
	" oldest_reader INTEGER NOT NULL,"
	" probes INTEGER NOT NULL"
	") STRICT;"
	"INSERT INTO about VALUES (1, 0);"

	"CREATE TABLE messages ("
	" id INTEGER PRIMARY KEY,"
	" target INTEGER NOT NULL,"
	" verb INTEGER NOT NULL,"
	" birth INTEGER NOT NULL,"
	" heard INTEGER,"
	" author INTEGER,"
	" source TEXT NOT NULL,"
	" account TEXT,"
	" text TEXT,"
	" rest BLOB,"
	" number INTEGER" /* in the index of words; NULL: an event */
	") STRICT;"
	"CREATE INDEX messages_of_target ON messages (target, verb > 2);"
	"CREATE UNIQUE INDEX messages_by_number ON messages (number) WHERE number IS NOT NULL;"

	/* The conversations between users, for each account that takes part. */
	"CREATE TABLE conversations ("
	" owner INTEGER NOT NULL,"
	" target INTEGER NOT NULL,"
	" last INTEGER NOT NULL," /* the id of the newest message */
	" name TEXT NOT NULL,"	  /* of the other user, at that time */
	" PRIMARY KEY (owner, target)"
	") STRICT, WITHOUT ROWID;"
	"CREATE INDEX conversations_of_target ON conversations (target);"

	/* Removals that take long, in parts. */
	"CREATE TABLE erasures ("
	" sequence INTEGER PRIMARY KEY,"
	" kind INTEGER NOT NULL," /* enum history_request_kind */
	" target INTEGER NOT NULL,"
	" number INTEGER NOT NULL,"
	" done INTEGER NOT NULL" /* rows up to this id were looked at */
	") STRICT;"

	"CREATE VIRTUAL TABLE words USING fts5 ("
	" text, content = 'messages', content_rowid = 'number', detail = 'none', columnsize = 0,"
	" tokenize = 'unicode61 remove_diacritics 2');"
	"CREATE TABLE progress ("
	" indexed INTEGER NOT NULL,"  /* messages up to this number are in the index of words */
	" removals INTEGER NOT NULL," /* since the index was last tidied */
	" tidied INTEGER NOT NULL"    /* when, in milliseconds since 1970 */
	") STRICT;"
	"INSERT INTO progress VALUES (0, 0, 0);",
};

const struct schema schema_of_history = {
	.application_id = SCHEMA_HISTORY_ID,
	.migrations = migrations,
	.version = ARRAY_LENGTH(migrations),
};
