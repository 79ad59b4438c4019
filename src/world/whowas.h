/* For WHOWAS: the nicknames given up last, with the users who had them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/address.h"
#include "base/buffer.h"
#include "base/list.h"
#include "base/pack.h"
#include "proto/casemap.h"

struct user;

struct past_user {
	struct list in_whowas;
	char *nick;
	char *name;
	char *host; /* as others saw it */
	char *realname;
	struct address address; /* its real address */
	uint64_t left_wall_ms;
};

struct whowas {
	struct list past_users; /* oldest first */
	size_t count;
};

void whowas_init(struct whowas *whowas);
void whowas_done(struct whowas *whowas);

/* The user is giving up its nickname. Beyond max_entries the oldest are forgotten. */
void whowas_add(
	struct whowas *whowas, const struct user *user, uint64_t wall_ms, size_t max_entries);

/* The last user with that nickname in front of the given entry, or of all if that is NULL; NULL if
 * there is none. May walk all entries. */
const struct past_user *whowas_find_before(const struct whowas *whowas, enum casemap casemap,
	const struct past_user *before, const char *nick);

void whowas_save(struct buffer *out, uint16_t id, const struct whowas *whowas);
void whowas_load(struct whowas *whowas, struct pack record);
