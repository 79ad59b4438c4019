/* One run of sendmail, or of what the administrator has in its place. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "proto/mail_lines.h"

struct sendmail {
	char *const *command; /* its words, and a NULL */
	uint32_t timeout_ms;
};

#define SENDMAIL_REASON_BYTES 128

/* The mail, with its headers, is the standard input of the command. Waits until it ends. Unless the
 * mail is sent, the reason says why. */
enum mail_result sendmail_run(const struct sendmail *sendmail, const struct buffer *mail,
	char reason[SENDMAIL_REASON_BYTES]);
