/* Changes of an account's own row. */
#pragma once

struct account;
struct account_fields;
struct change;
struct world;

/* Changes fields, whose texts are borrowed. */
typedef void (*account_edit_fn)(struct account_fields *fields, const void *data);

/* The change stores the row of the account as the callback leaves it. */
void account_edit(struct world *world, struct change *change, const struct account *account,
	account_edit_fn edit, const void *data);
