/* Requests and what became of them. */
#pragma once

#include <stdint.h>

#include "store/fault.h"

/* Names a request for all time: two requests with the same key are the same request. World is a
 * random number that a world draws when it begins; number is its counter. */
struct store_key {
	uint64_t world;
	uint64_t number;
};

enum store_status {
	STORE_STATUS_STORED, /* or was before: a repeated request, or a higher version is there */
	STORE_STATUS_TAKEN,  /* another row has this name or fingerprint */
	STORE_STATUS_GONE,   /* the row to change, or one that it refers to, does not exist */
	STORE_STATUS_MALFORMED, /* a bug of the caller: fields are missing, doubled or too long */
	STORE_STATUS_FAILED,	/* see the fault; the same request may be submitted again */
};

struct store_answer {
	struct store_key key;
	enum store_status status;
	uint64_t id;		/* of the last account or channel that the request added; 0: none */
	enum store_fault fault; /* of STORE_STATUS_FAILED */
};

/* Names a state of the database. Equal states have equal rows, unless somebody changed them by
 * hand. */
struct store_state {
	uint64_t file;	   /* a random number that the file got when it was made; copies share it */
	uint64_t n_stored; /* requests, ever */
};
