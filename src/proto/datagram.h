/* A datagram as received. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/address.h"

struct datagram {
	const char *listener;	/* its name */
	struct address address; /* of the sender */
	const char *bytes;
	size_t length;
	bool is_too_long; /* it was cut */
};
