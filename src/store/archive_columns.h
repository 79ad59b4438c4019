/* A row of the history, as statements select it. */
#pragma once

#include <sqlite3.h>

#include "proto/history_row.h"

#define ARCHIVE_COLUMNS                                                                            \
	"messages.id, target, verb, birth, author, source, account, messages.text, rest,"          \
	" heard"

/* The pieces are the statement's until its next step. */
struct history_row archive_row_of(sqlite3_stmt *statement);
struct piece archive_piece_of(sqlite3_stmt *statement, int column);
