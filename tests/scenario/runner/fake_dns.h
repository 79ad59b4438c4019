/* A resolver for scenarios: it knows names of addresses, and what blocklists say of them. */
#pragma once

#include <stdint.h>

#include "base/buffer.h"
#include "world/event.h"
#include "world/outbox.h"

#define FAKE_DNS_ENTRIES 16
#define FAKE_DNS_QUESTIONS 8

struct fake_dns_entry {
	char *address;
	char *text; /* a name; or of a blocklist: "in", its zone, and its answers */
};

struct fake_dns_question {
	uint64_t session;
	uint64_t request;
	struct address address;
	bool is_listing;
};

struct fake_dns {
	struct fake_dns_entry entries[FAKE_DNS_ENTRIES];
	size_t n_entries;
	struct fake_dns_question questions[FAKE_DNS_QUESTIONS]; /* the first one first */
	size_t n_questions;
	bool is_held;	    /* answers wait */
	struct buffer text; /* of the last answer */
};

void fake_dns_done(struct fake_dns *dns);
/* False: there are too many. */
bool fake_dns_add(struct fake_dns *dns, const char *address, const char *text);
/* Take an EFFECT_LOOKUP or EFFECT_BLOCKLISTS. False: too many wait. */
bool fake_dns_ask(struct fake_dns *dns, const struct effect *effect);
/* False: there is no answer. Its text is valid until the next one. */
bool fake_dns_answer(struct fake_dns *dns, struct event *ret_event);
