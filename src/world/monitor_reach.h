/* Lines to sessions that monitor a nickname. IRCv3 monitor and extended-monitor. */
#pragma once

struct fanout;
struct user;

void monitor_to_watchers(struct fanout *fanout, const char *nick);
/* IRCv3 extended-monitor: right after fanout_to_neighbours(), send to the sessions that monitor the
 * user and are not among its neighbours. Not to the user. */
void monitor_to_strangers(struct fanout *fanout, const struct user *user);
/* The same, whatever their capabilities. */
void monitor_to_all_strangers(struct fanout *fanout, const struct user *user);
/* To the neighbours and to these sessions. */
void monitor_to_observers(struct fanout *fanout, const struct user *user);
