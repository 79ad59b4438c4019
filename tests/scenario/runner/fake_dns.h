/* A resolver for scenarios: it knows names of addresses, and what blocklists say of them. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "world/outbox.h"

#define FAKE_DNS_ENTRIES 16

struct fake_dns_entry {
	char *address;
	char *text; /* a name; or of a blocklist: "in", its zone, and its answers */
};

struct fake_dns {
	struct fake_dns_entry entries[FAKE_DNS_ENTRIES];
	size_t n_entries;
};

void fake_dns_done(struct fake_dns *dns);
/* False: there are too many. */
bool fake_dns_add(struct fake_dns *dns, const char *address, const char *text);
/* To an EFFECT_LOOKUP or EFFECT_BLOCKLISTS: the status of the answer, and its text. */
uint64_t fake_dns_answer(
	const struct fake_dns *dns, const struct effect *effect, struct buffer *text);
