/* Messages of the past that are sent unasked, to clients that cannot ask: when they join a channel,
 * and what they have missed. IRCv3 chathistory: a client with that capability gets none. */
#pragma once

#include "action/command.h"
#include "action/long_answer.h"
#include "world/channel.h"
#include "world/event.h"

/* The session has been shown the channel. */
void history_replay_channel(struct call *call, const struct channel *channel);
/* The session has come to a user that was there before: also what was written to the user. */
void history_replay_private(struct call *call);

/* As znc.in/playback asks for it: channels by masks, with "*" everything; wall times, 0: none. */
void history_replay_buffers(
	struct call *call, const char *patterns, uint64_t since_ms, uint64_t until_ms);

/* A page of one of these has come. */
void history_replay_answered(struct call *call, const struct event *event);

extern const struct long_answer answer_replay;
