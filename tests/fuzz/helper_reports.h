/* What other programs tell the world of. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "proto/mail_code.h"
#include "world/event.h"

struct world;

#define HELPER_TEXT_BYTES MAIL_CODE_HASH_BYTES

/* m: the oldest mail that is on its way was sent, or what else enum mailed has; its code is
 * aaaa-aaaa-aaaa-aaaa. j: the same for messages for devices, and enum pushed. e: the database of
 * history, and enum history_store. False: there is nothing to tell. The event's text may be in that
 * buffer. */
bool helper_reports(const struct world *world, char word, uint64_t number,
	char text[HELPER_TEXT_BYTES], struct event *ret_event);
