/* Accounts, their nicks and certificates as rows of the database, and back. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "proto/store_row.h"
#include "world/accounts.h"

struct world;

/* Write the fields as the bytes of a row. */
void account_fields_put(struct buffer *out, const struct account_fields *fields);
void account_nick_put(struct buffer *out, const struct account_nick *nick);
void account_certificate_put(struct buffer *out, const struct account_certificate *certificate);
/* Pass the fields of an account to the callback, which may change them and writes the row. The
 * texts are borrowed. */
void account_with_fields(const struct account *account,
	void (*use)(void *data, struct account_fields *fields), void *data);

/* Take a row of one of the three tables that was stored or removed. Removing an account removes its
 * nicks and certificates. False: the row is malformed, or another account has the name, nick or
 * certificate; nothing has changed. */
bool accounts_take_row(struct world *world, const struct store_row *row);
/* All rows of these tables, each as a record that store_row_load() reads. */
void accounts_save(struct buffer *out, uint16_t id, const struct accounts *accounts);
