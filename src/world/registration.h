/* What a client has sent before it became a user. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/address.h"
#include "base/pack.h"
#include "proto/tls_facts.h"
#include "world/listing.h"
#include "world/metadata.h"

struct world;

/* Freed when the client becomes a user. Commands fill it. */
struct registration {
	char *nick;
	char *user;
	char *realname;
	char *password;
	char *away;	    /* the text; NULL: not away */
	char *claimed_host; /* from WEBIRC, until the gateway's password is checked */
	struct address claimed_address;
	struct tls_facts *claimed_tls; /* between the client and its gateway; NULL: none */
	char *host;		       /* found by name lookup; NULL: the address */
	char *account;		       /* its name; NULL: not logged in */
	uint64_t account_id;	       /* its id in the database; 0: it is not there */
	char *device;		       /* see devices.h; NULL: none */
	uint64_t name_request;	       /* the lookup of its name; 0: none, or it has ended */
	uint64_t listing_request;      /* of blocklists, the same */
	uint8_t listing_action;	       /* enum blocklist_action */
	char *listed;		       /* in which lists it is, see listing.h; NULL: none */
	char *listing_reason;	       /* NULL: none */
	bool is_negotiating;	       /* between CAP LS or REQ and CAP END */
	bool is_let_in;		       /* the password was right, or none is required */
	bool is_name_known;	       /* the lookup has ended, or none is made */

	struct metadata metadata;
};

/* Store the host, the address and the TLS (NULL: none) that a gateway claims, for session_move().
 */
void registration_claim(struct registration *registration, const char *host,
	const struct address *address, const struct tls_facts *tls);
/* A lookup of its name begins: returns the number of the request. */
uint64_t registration_await_name(struct world *world, struct registration *registration);
void registration_learn_name(struct registration *registration); /* the lookup has ended */
/* Blocklists are asked: returns the number of the request. */
uint64_t registration_await_listing(struct world *world, struct registration *registration);
/* They have answered, or will not. Takes what the listing owns. */
void registration_take_listing(struct registration *registration, struct listing *listing);
/* As user_set_account(). */
void registration_set_account(struct registration *registration, const char *account, uint64_t id);
/* Empties it; the caller calls metadata_done(). */
struct metadata registration_take_metadata(struct registration *registration);
/* The device that the client has named, if the name is valid and the first. */
void registration_set_device(struct registration *registration, const char *device);
void registration_free(struct registration *registration); /* NULL is allowed */

void registration_save(struct buffer *out, uint16_t id, const struct registration *registration);
struct registration *registration_load(struct pack record);
