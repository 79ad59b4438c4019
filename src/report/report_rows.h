/* What administrators may ask a running papod about: reports, each a list of rows of named fields.
 * The tables say what papod answers at its control socket, how the interface is described there,
 * and which commands papoctl has; papoctl links nothing else of the world. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

#define REPORT_INTERFACE "io.github.papod.Control"

enum report_kind {
	REPORT_KIND_STATUS,
	REPORT_KIND_CLIENTS,
	REPORT_KIND_USERS,
	REPORT_KIND_CHANNELS,
	REPORT_KIND_ACCOUNTS,
	REPORT_KIND_BANS,
};
#define REPORT_KINDS (REPORT_KIND_BANS + 1)

enum report_type {
	REPORT_TYPE_TEXT,
	REPORT_TYPE_NUMBER, /* 0 and more */
	REPORT_TYPE_FLAG,
	REPORT_TYPE_TIME, /* as of date_format_iso() */
};

/* Texts and times may be missing. */
struct report_field {
	const char *name; /* in JSON */
	enum report_type type;
	const char *help; /* what it is, for humans */
};

struct report_row {
	const char *command; /* of papoctl */
	const char *method;  /* in the interface */
	const char *member;  /* of the reply: the list of rows */
	const char *type;    /* of a row */
	const char *help;    /* a sentence, without its end */
	const struct report_field *fields;
	size_t n_fields;
	bool is_single; /* there is always one row */
};

const struct report_row *report_row(enum report_kind kind);
/* False: no such command or method. A method is named with its interface. */
bool report_find_command(const char *command, enum report_kind *ret_kind);
bool report_find_method(const char *method, enum report_kind *ret_kind);
/* Append the types and methods, in the language of https://varlink.org/Interface-Definition. */
void report_describe(struct buffer *out);
