/* The last code of six digits that each account and operator has used, because a code counts once:
 * see proto/totp.h. They outlive the process in snapshots, and a reboot in the database. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "base/map.h"
#include "proto/store_row.h"

struct world;

struct used_code {
	struct list in_all;
	char *name;	  /* "account 12", "operator root" */
	uint64_t account; /* its id; 0: of an operator */
	uint64_t step;
};

struct used_codes {
	struct list all;
	struct map by_name;
};

/* Whose code it is. */
struct code_owner {
	uint64_t account;     /* 0: an operator */
	const char *operator; /* its name in the settings */
};

void used_codes_init(struct used_codes *codes, uint64_t seed_low, uint64_t seed_high);
void used_codes_done(struct used_codes *codes);

/* The step of the last code; 0: none was used. */
uint64_t used_codes_last(const struct world *world, const struct code_owner *owner);
/* A code of this step was used: it and earlier ones no longer count. */
void used_codes_note(struct world *world, const struct code_owner *owner, uint64_t step);
/* The account has been removed. */
void used_codes_forget_account(struct world *world, uint64_t account);

/* Write the last code of the owner, which has used one, as the bytes of a row. */
void used_codes_put(const struct world *world, const struct code_owner *owner, struct buffer *out);
/* False: malformed. */
bool used_codes_take_row(struct world *world, const struct store_row *row);
/* All of them, each as a record that store_row_load() reads. */
void used_codes_save(struct buffer *out, uint16_t id, const struct used_codes *codes);
