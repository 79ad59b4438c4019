/* Devices: the clients of an account that have a name of their own, so that the server knows since
 * when each has missed something. A client names its device in its login, as in ana@phone instead
 * of ana, or in USER. When a device was last there is a mark of its account, and outlasts the
 * server. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct account;
struct session;
struct world;

#define DEVICE_BYTES 32

/* Letters, digits, dots, hyphens and underscores. */
bool device_name_is_valid(const char *name);
/* The account with the name, or nick, that a client logs in with; a device behind it is copied,
 * otherwise it is empty. Names of an outside checker may have an @ of their own. NULL: none. */
struct account *account_find_login(
	const struct world *world, const char *login, char ret_device[DEVICE_BYTES + 1]);

/* The name without a device behind it, whether or not there is such an account. The caller frees.
 */
char *device_cut(const char *login);

/* The session has become its user's: note since when its device has missed something. */
void device_arrived(struct world *world, struct session *session);
/* Up to when the session has got what was said: up to now, if its client has just been heard, and
 * what is said next has a later id. Otherwise up to its last sign of life: what it was sent since
 * may be lost. While it is still being sent what it has missed: up to the begin of that. */
uint64_t device_seen_until(struct world *world, const struct session *session);
/* The session is there, or ends. */
void device_note_seen(struct world *world, const struct session *session);
void devices_note_all(struct world *world);

/* After when the session has missed what was said, for the replay of history to a client that
 * cannot ask for it: since its device was last there, or else since its user had no client. 0:
 * nothing, as far as the server knows. */
uint64_t device_missed_since(const struct session *session);
