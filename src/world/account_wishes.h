/* What the owner of an account may choose, as far as the administrator leaves it: an option says
 * who gets it, "off", "opt_in", "opt_out" or "mandatory", and two flags of the account what its
 * owner wants. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct account;
struct world;

enum account_wish {
	ACCOUNT_WISH_MULTICLIENT, /* several clients share a nick */
	ACCOUNT_WISH_ALWAYS_ON,	  /* its user stays without a client */
	ACCOUNT_WISH_AUTO_AWAY,	  /* and is away then */
	ACCOUNT_WISHES,
};

/* One of them: its names, and the texts that the owner is sent. */
struct account_wish_row {
	const char *name;	/* of the option of SET, in capitals */
	uint32_t wanted_flag;	/* enum account_flag */
	uint32_t unwanted_flag; /* likewise */
	size_t offset;		/* of the option's text in the settings */
	const char *is_on;	/* sentences */
	const char *is_off;
};

const struct account_wish_row *account_wish_row(enum account_wish wish);
/* What is in force. NULL: no account, false. */
bool account_has_wish(
	const struct world *world, const struct account *account, enum account_wish wish);
/* The flags with the owner's choice. */
enum account_choice {
	ACCOUNT_CHOICE_DEFAULT,
	ACCOUNT_CHOICE_ON,
	ACCOUNT_CHOICE_OFF
};
uint32_t account_wish_flags(uint32_t flags, enum account_wish wish, enum account_choice choice);
enum account_choice account_choice_of(const struct account *account, enum account_wish wish);
