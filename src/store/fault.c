/* Owns the meaning of SQLite's results. */
#include "store/fault.h"

#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>

static enum store_fault fault_of_result(int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return STORE_FAULT_NONE;
	case SQLITE_FULL:
		return STORE_FAULT_FULL;
	case SQLITE_READONLY:
	case SQLITE_PERM:
		return STORE_FAULT_READ_ONLY;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL:
		return STORE_FAULT_LOCKED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STORE_FAULT_DAMAGED;
	default:
		return STORE_FAULT_FAILED;
	}
}

void problem_describe(
	struct store_problem *problem, enum store_fault fault, const char *format, ...)
{
	va_list arguments;

	problem->fault = fault;
	va_start(arguments, format);
	vsnprintf(problem->text, sizeof(problem->text), format, arguments);
	va_end(arguments);
}

void problem_set(struct store_problem *problem, int result, const char *what)
{
	problem_describe(problem, fault_of_result(result), "%s: %s (SQLite's result %d)", what,
		sqlite3_errstr(result), result);
}
