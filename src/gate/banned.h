/* The addresses from which papod refuses every client, as papod reports them: the gate closes their
 * connections before the handshake.
 *
 * They stay in force while papod restarts. */
#pragma once

#include <stdbool.h>

#include "base/address.h"
#include "proto/gate_message.h"

struct banned;

struct banned *banned_new(void);
void banned_free(struct banned *banned); /* NULL is allowed */

/* Take a message of the kind BANS. */
void banned_take(struct banned *banned, const struct gate_message *message);
bool banned_has(const struct banned *banned, const struct address *address);
