/* Faces: what the masks of users are compared with, nick!user@host with each host of a user, and
 * its address. The hosts behind a cloak are secret. */
#pragma once

#include <stdbool.h>

#include "base/address.h"
#include "proto/casemap.h"

struct user;

/* A mask nick!user@host, parsed: if the host is a network of addresses, it is not compared as
 * text. */
struct hostmask {
	char *text;
	char *name;		    /* nick!user, if there is a network; else NULL */
	char *folded, *folded_name; /* see mask_fold() */
	struct address network;	    /* family NONE: the host is text, possibly with wildcards */
};

void hostmask_init(struct hostmask *mask, const char *text);
void hostmask_done(struct hostmask *mask);

/* Which of a user's hosts a mask is compared with. */
enum faces_depth {
	FACES_SHOWN, /* hosts that others see, and the cloaks */
	FACES_ALL,   /* also the hosts behind the cloak */
};

struct faces;

/* The user's current faces; never NULL. */
struct faces *faces_new(const struct user *user);
void faces_free(struct faces *faces);
bool faces_match(struct faces *faces, enum casemap casemap, const struct hostmask *mask,
	enum faces_depth depth);
/* Indexes speed up the comparison of many masks, but are larger than the user. */
void faces_drop_indexes(struct faces *faces);
