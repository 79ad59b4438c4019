/* Subscriptions to web push: where an account's devices get messages. IRCv3 webpush. They belong to
 * the account, end with it, and expire unless their clients renew them.
 *
 * The keys are no passwords: with them one can write to the device, if one also has the key of
 * papod-push, and read nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/list.h"
#include "proto/store_row.h"

struct account;
struct change;
struct world;

struct push_endpoint {
	struct list in_account;
	char *url;
	char *p256dh; /* of push_keys_format(), like the next */
	char *auth;
	uint64_t created_wall_ms;
	uint64_t renewed_wall_ms;
	uint64_t caps; /* enum cap: those of the client that subscribed; messages follow them */
};

/* NULL: the account has none with this URL. */
struct push_endpoint *push_endpoint_find(const struct account *account, const char *url);
/* Its client has not renewed it for too long. */
bool push_endpoint_is_expired(const struct world *world, const struct push_endpoint *endpoint);

/* Add its row to a change; or the removal of its row. */
void push_endpoint_add(struct world *world, struct change *change, const struct account *account,
	const struct push_endpoint *endpoint);
void push_endpoint_remove(struct world *world, struct change *change, const struct account *account,
	const struct push_endpoint *endpoint);

/* False: malformed. */
bool push_endpoints_take_row(struct world *world, const struct store_row *row);
/* All of an account; for accounts.c. */
void push_endpoints_drop(struct world *world, struct account *account);
void push_endpoint_free(struct push_endpoint *endpoint);
/* Those of the account, each as a record that store_row_load() reads. */
void push_endpoints_save(struct buffer *out, uint16_t id, const struct account *account);
