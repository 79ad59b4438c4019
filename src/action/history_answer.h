/* Asking what was said, and showing the answer. */
#pragma once

#include "action/command.h"
#include "proto/history_query.h"
#include "world/event.h"

/* Add the caller's conversation with that channel or nickname. False: there is none that the caller
 * may see, with the name as the server spells it otherwise. The caller frees *ret_name. */
bool history_add_target(
	struct call *call, struct history_query *query, const char *target, char **ret_name);
/* All channels that the caller is on. */
void history_add_channels(struct call *call, struct history_query *query);

/* The verbs, as bits, that the client does not know. */
uint32_t history_hidden_verbs(const struct session *session);

/* Ask; the session waits. The recall is what the answer will be understood by. */
void history_ask(struct call *call, struct history_query *query, const char *recall);

/* Show the rows in a batch. The name is that of the target. False: the caller may not see the
 * target any more. */
bool history_show(struct call *call, const char *name, const struct event *event);
/* The same for rows of any conversation, in a batch of that type. */
void history_show_found(struct call *call, const char *type, const struct event *event);
/* The same for messages that were not asked for: of each conversation in a batch, and with their
 * times in front of the texts where nothing else shows them. */
void history_show_unasked(struct call *call, const struct event *event);
/* Was the time up before anything was found? An empty answer would say that nothing is there. */
bool history_was_cut_off(const struct event *event);
/* Was it up before all were found? */
bool history_is_partial(const struct event *event);
/* Are there no more messages between the bounds than the answer has? */
bool history_is_end(const struct event *event);
/* The id up to which rows were looked at, of an answer to HISTORY_QUERY_AUTHOR; 0: none. */
uint64_t history_looked(const struct event *event);
/* NULL: it is none. */
const char *history_verb_name(uint32_t verb);
/* The next row of an answer; false: none. */
bool history_next_row(struct pack *answer, struct history_row *ret_row);
/* The time that clients were sent with it. */
uint64_t history_row_wall_ms(const struct history_row *row);
