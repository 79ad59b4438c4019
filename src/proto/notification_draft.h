/* A notification that is being parsed, or the reason why it is refused. Only the formats use
 * this. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "proto/notification.h"

#define NOTIFICATION_PLACE_BYTES 40

struct notification_draft {
	struct notification notification;
	char place[NOTIFICATION_PLACE_BYTES]; /* "line 2: ", in front of the reason; or empty */
	char *reason;			      /* of NOTIFICATION_REASON_BYTES */
};

/* The length of the datagram limits the total length of its strings, each with its NUL. */
void notification_draft_init(struct notification_draft *draft, size_t length, char *reason);

/* Always returns false, for the caller to return. */
bool notification_draft_refuse(struct notification_draft *draft, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A copy that lives as long as the notification, and does not move. */
char *notification_draft_store(struct notification_draft *draft, const char *text, size_t length);

#define NOTIFICATION_BLANKS " \t"
bool notification_text_is_blank(const char *text); /* or empty */

/* The lines of a text that are not blank. */
struct notification_lines {
	char *texts[NOTIFICATION_MESSAGES];
	size_t numbers[NOTIFICATION_MESSAGES]; /* from 1 */
	size_t count;
};

/* Split the text at its line ends, LF or CR LF. */
bool notification_draft_split(
	struct notification_draft *draft, char *text, struct notification_lines *ret_lines);

bool notification_draft_check_channel(struct notification_draft *draft, const char *channel);
/* Add a message; its channel is checked, and its strings are stored. */
bool notification_draft_add(
	struct notification_draft *draft, const struct notification_message *message);
