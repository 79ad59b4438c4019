/* papoctl invitation add: papoctl makes the invitation, and papod gets only its hash. */
#pragma once

#include "base/buffer.h"
#include "papoctl/words.h"

/* Unless the call has a hash: put that of a new invitation there, which is appended. 0, or a status
 * of sysexits.h after a message. */
int invite_prepare(const char *program, const struct words *call, struct buffer *invitation);
/* The sentence that papod has answered, with the invitation; a new string. */
json_t *invite_describe(const struct buffer *invitation, const json_t *sentence);
