/* Telling systemd how we are: sd_notify(3), from a socket of our own that never waits.
 * What is not taken at once is sent a little later, in order; only watchdog pings and
 * outdated states are given up. Without $NOTIFY_SOCKET it does nothing. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct notifier;

struct notifier *notifier_new(void);
void notifier_free(struct notifier *notifier);
bool notifier_has_manager(const struct notifier *notifier);

/* "READY=1", "STOPPING=1", with a STATUS= that people read in systemctl status. */
void notifier_state(struct notifier *notifier, const char *state, const char *status);
void notifier_reloading(struct notifier *notifier);

/* The status of every day: sent when it has changed, at most once a second. */
void notifier_status(struct notifier *notifier, const char *status);

/* Keep a copy of the descriptor for the next process, under that name (FDSTORE=1, FDPOLL=0,
 * see sd_pid_notify_with_fds(3)); or drop what is kept under it. 0 or a negative errno. */
int notifier_store(const struct notifier *notifier, int fd, const char *name);
int notifier_drop(const struct notifier *notifier, const char *name);

/* The same; without a service manager there is nothing to do, and it is 0. */
int notifier_keep(const struct notifier *notifier, int fd, const char *name);

/* The loop turns: pings the watchdog when it is time, sends what has waited. */
uint64_t notifier_next_deadline(const struct notifier *notifier);
void notifier_tick(struct notifier *notifier, uint64_t now_ms);
