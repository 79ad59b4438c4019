/* One message of papod, from its line to the answer: papod-mail(8). */
#pragma once

#include "base/log.h"
#include "mail/sendmail.h"

/* Read the message from standard input, send it, and write the answer to standard output. The
 * result is an exit status. */
int take_mail(const struct sendmail *sendmail, const struct log *log);
