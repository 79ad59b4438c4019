/* The kinds of notices to operators of the server, one row each: the mask of user mode s. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"

enum notice_kind {
	NOTICE_KIND_CONNECT = 1 << 0,
	NOTICE_KIND_FLOOD = 1 << 1,
	NOTICE_KIND_KILL = 1 << 2,
	NOTICE_KIND_NICK = 1 << 3,
	NOTICE_KIND_OPERATOR = 1 << 4,
	NOTICE_KIND_REFUSED = 1 << 5,
	NOTICE_KIND_SERVER = 1 << 6,
	NOTICE_KIND_BAN = 1 << 7,
	NOTICE_KIND_FILTER = 1 << 8,
	NOTICE_KIND_REPORT = 1 << 9,
	NOTICE_KIND_LISTED = 1 << 10,
};

struct notice_row {
	char letter;
	uint32_t kind;	  /* enum notice_kind */
	bool is_default;  /* included in +s without a parameter */
	const char *help; /* one sentence */
};

const struct notice_row *notices_all(size_t *ret_count);
uint32_t notices_default(void);
uint32_t notices_kinds(void); /* of all rows */

/* "ck-x" adds c and k to a set of kinds and removes x. False: the text has unknown letters, which
 * are ignored. */
bool notices_change(uint32_t *kinds, const char *text);
void notices_format(uint32_t kinds, struct buffer *out); /* "+ck" */
