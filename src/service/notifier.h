/* Notifies systemd of the state: sd_notify(3), through papod's own socket that never blocks.
 * Messages that cannot be sent at once are sent later, in order; only watchdog pings and outdated
 * states are dropped. Without $NOTIFY_SOCKET it does nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct notifier;

struct notifier *notifier_new(void);
void notifier_free(struct notifier *notifier);
bool notifier_has_manager(const struct notifier *notifier);

/* Send "READY=1" or "STOPPING=1", with a STATUS= for systemctl status. */
void notifier_state(struct notifier *notifier, const char *state, const char *status);
void notifier_reloading(struct notifier *notifier);

/* Set the normal status: sent if it has changed, at most once a second. */
void notifier_status(struct notifier *notifier, const char *status);

/* Store a copy of the descriptor for the next process under that name (FDSTORE=1, FDPOLL=0, see
 * sd_pid_notify_with_fds(3)); or drop all with that name. 0 or a negative errno. */
int notifier_store(const struct notifier *notifier, int fd, const char *name);
int notifier_drop(const struct notifier *notifier, const char *name);

/* The same as notifier_store(), but without a service manager it does nothing and returns 0. */
int notifier_keep(const struct notifier *notifier, int fd, const char *name);

/* Do not ping the watchdog meanwhile. */
void notifier_hold_watchdog(struct notifier *notifier, bool is_held);

/* Call in each turn: pings the watchdog when due, and sends waiting messages. */
uint64_t notifier_next_deadline(const struct notifier *notifier);
void notifier_tick(struct notifier *notifier, uint64_t now_ms);
