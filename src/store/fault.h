/* What can be wrong with the database, for logs and for callers that must choose a reaction. */
#pragma once

enum store_fault {
	STORE_FAULT_NONE,
	STORE_FAULT_FULL,      /* no space is left, or a quota is used up */
	STORE_FAULT_READ_ONLY, /* the file or its file system cannot be written */
	STORE_FAULT_LOCKED,    /* another process uses the file */
	STORE_FAULT_DAMAGED,   /* the content is not what was written */
	STORE_FAULT_FOREIGN,   /* the file is not papod's, or of a later release */
	STORE_FAULT_FAILED,    /* anything else, such as a failing disk */
};

struct store_problem {
	enum store_fault fault;
	char text[256]; /* a sentence without a final stop, for the log */
};

/* The problem behind a result of SQLite, SQLITE_OK included. */
void problem_set(struct store_problem *problem, int result, const char *what);
void problem_describe(struct store_problem *problem, enum store_fault fault, const char *format,
	...) __attribute__((format(printf, 3, 4)));
