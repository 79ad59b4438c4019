/* The tables of the database: which field of a row is which column. The statements are made from
 * these rows. The order of tables is that of reading: owners first. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/store_row.h"

enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER,	  /* 64 bits, read back as they were written */
	COLUMN_REFERENCE, /* an id; 0 is stored as NULL */
};

struct column {
	const char *name;
	uint16_t field;
	enum column_kind kind;
	bool is_key;
};

#define TABLE_MOST_COLUMNS 6

struct table {
	const char *name;
	const char *id; /* the column of the row's or the owner's id; NULL: none */
	bool makes_ids;
	struct column columns[TABLE_MOST_COLUMNS];
	size_t n_columns;
};

const struct table *table_get(enum store_table table);
