/* Lines for those who wait for a nickname. IRCv3 monitor and extended-monitor. */
#pragma once

struct fanout;
struct user;

void monitor_to_watchers(struct fanout *fanout, const char *nick);
/* IRCv3 extended-monitor: right after fanout_to_neighbours(), to those who wait for the nickname
 * of the user and were not reached by it. Not to the user. */
void monitor_to_strangers(struct fanout *fanout, const struct user *user);
/* The same whatever capabilities they have. */
void monitor_to_all_strangers(struct fanout *fanout, const struct user *user);
/* To the neighbours and these. */
void monitor_to_observers(struct fanout *fanout, const struct user *user);
