/* DNS blocklists: the names by which they are asked, and what their answers mean. RFC 5782. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"

#define BLOCKLIST_ZONE_BYTES 180 /* so that every name has room in that of a host */
#define BLOCKLIST_REASON_BYTES 150
#define BLOCKLIST_MOST 16	  /* lists that are asked */
#define BLOCKLIST_MOST_ANSWERS 16 /* of one list about one address */

/* What is done with a client that is listed, from the mildest on. */
enum blocklist_action {
	BLOCKLIST_ACTION_NONE,
	BLOCKLIST_ACTION_TELL,	   /* operators are told */
	BLOCKLIST_ACTION_ACCOUNTS, /* it needs an account */
	BLOCKLIST_ACTION_REFUSE,
};

extern const char blocklist_action_words[];
enum blocklist_action blocklist_action_of(const char *text); /* NONE: unknown */

/* Can lists know anything about the address? Not if it is private, or of this machine. */
bool blocklist_may_have(const struct address *address);

/* RFC 5782 2.1 and 2.4: "2.0.0.127.list.example.". The last dot keeps resolvers from asking for a
 * name that is not there once more in the domains of their search list. */
void blocklist_put_name(const struct address *address, const char *zone, struct buffer *out);

/* Answers that mean something: "127.0.0.2", "127.0.0.4-127.0.0.7" or "127.0.0.0/24". */
struct blocklist_range {
	uint32_t first;
	uint32_t last;
};

bool blocklist_parse_range(const char *text, struct blocklist_range *ret_range);
bool blocklist_has(const struct blocklist_range *range, const struct address *answer);

/* RFC 5782 2.1: in 127.0.0.0/8. Everything else is from a name server that invents answers. */
bool blocklist_is_answer(const struct address *address);
/* 127.255.255.0/24: the list does not answer this server, and says why. */
bool blocklist_is_complaint(const struct address *address);

/* What several lists say of an address, a line for each: the zone, and its answers as texts, each
 * after a space. A list without an answer has a question mark. */
void blocklist_report_put(const char *zone, const struct address *answers, size_t count,
	bool is_unanswered, struct buffer *report);

struct blocklist_line {
	char *zone; /* points into the text */
	struct address answers[BLOCKLIST_MOST_ANSWERS];
	size_t n_answers;
	bool is_unanswered;
};

/* The next line, which is cut out of the rest. False: there is none. */
bool blocklist_report_next(char **rest, struct blocklist_line *ret_line);
